"""EPUB: chapters in their order; what is made to do harm does none."""

import io
import json
import random
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import schema
from pipeline.html.markup import DefinesEntities, xml_elements
from pipeline.sources.record import Record
from tests.conftest import publish, rows
from tests.sources.reading import read, sources, texts

CONTAINER = """<?xml version="1.0"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
  <rootfiles>
    <rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/>
  </rootfiles>
</container>"""
PACKAGE = """<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/">
  <metadata>
    <dc:title>The Harbour</dc:title><dc:language>en-GB</dc:language>
    <dc:creator>Ann Example</dc:creator><dc:creator>Bob Example</dc:creator>
  </metadata>
  <manifest>
    <item id="two" href="text/chapter%202.xhtml" media-type="application/xhtml+xml"/>
    <item id="one" href="text/one.xhtml" media-type="application/xhtml+xml"/>
    <item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
    <item id="cover" href="cover.svg" media-type="image/svg+xml"/>
    <item id="css" href="style.css" media-type="text/css"/>
  </manifest>
  <spine><itemref idref="cover"/><itemref idref="one"/><itemref idref="two"/></spine>
</package>"""


def page(text: str) -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html>\n'
        '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head>'
        f"<body><p>{text}</p></body></html>"
    )


BOOK = {
    "META-INF/container.xml": CONTAINER,
    "OEBPS/book.opf": PACKAGE,
    "OEBPS/text/chapter 2.xhtml": page("The second chapter."),
    "OEBPS/text/one.xhtml": page("The first chapter."),
    "OEBPS/nav.xhtml": page("Contents"),
    "OEBPS/cover.svg": "<svg/>",
    "OEBPS/style.css": "p {}",
    "OEBPS/a.png": "",
    "OEBPS/b.PNG": "",
    "OEBPS/font.otf": "",
    "OEBPS/toc.ncx": "<ncx/>",
}
IN_ORDER = [page("The first chapter."), page("The second chapter.")]


def epub(book: dict[str, str] = BOOK, **changed: str | None) -> bytes:
    """A book with some members changed, or left out; __ stands for /."""
    file = io.BytesIO()
    changes = {
        name.replace("__", "/").replace("_DOT_", "."): text for name, text in changed.items()
    }
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mimetype", "application/epub+zip")
        for name, text in {**book, **changes}.items():
            if text is not None:
                archive.writestr(name, text, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def chapters(raw: bytes) -> list[Record]:
    return [record for record in read(raw, "a.epub") if record.number]


def test_chapters_in_the_order_in_which_they_are_read() -> None:
    for name in ("a.epub", "a", "a.zip"):
        found = [(source, r) for source, r in sources(epub(), name) if r.number]
        assert texts([record for _, record in found]) == IN_ORDER
        assert [(source, record.number) for source, record in found] == [(name, 1), (name, 2)]
    assert json.loads(found[1][1].metadata) == {
        "title": "The Harbour",
        "author": "Ann Example, Bob Example",
        "language": "en-GB",
        "chapter": "OEBPS/text/chapter 2.xhtml",
    }


def test_the_rest_is_counted() -> None:
    counted = {r.verdict: json.loads(r.metadata)["items"] for r in read(epub(), "a.epub")[2:]}
    assert counted == {
        "passed_over:data about a book": 4,
        "passed_over:page outside the reading order of a book": 1,
        "passed_over:image in a book": 3,
        "passed_over:style sheet in a book": 1,
        "passed_over:font in a book": 1,
    }


def test_a_book_as_published(tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    said = "The ferry came in late that night, and nobody on the quay had slept. " * 9
    book = epub(OEBPS__text__one_DOT_xhtml=page(said))
    (tmp_path / "raw" / "a.epub").write_bytes(book)
    (document, *_) = rows(publish(tmp_path / "raw", tmp_path / "out"), "documents")
    assert document["text"].strip() == said.strip()
    assert json.loads(document["metadata"])["title"] == "The Harbour"


BROKEN = [
    pytest.param({"META-INF__container_DOT_xml": None}, "there is no META-INF/container.xml"),
    pytest.param({"META-INF__container_DOT_xml": "<x/>"}, "container.xml names none"),
    pytest.param({"META-INF__container_DOT_xml": "no XML"}, "Start tag expected"),
    pytest.param({"META-INF__container_DOT_xml": ""}, "container.xml: "),
    pytest.param({"OEBPS__book_DOT_opf": None}, "there is no OEBPS/book.opf"),
    pytest.param({"OEBPS__book_DOT_opf": PACKAGE[:-20]}, "OEBPS/book.opf: "),
    pytest.param({"OEBPS__book_DOT_opf": "<package/>"}, "OEBPS/book.opf names none"),
]


@pytest.mark.parametrize(("changed", "reason"), BROKEN)
def test_a_book_without_its_list_is_read_in_the_order_of_the_archive(
    changed: dict[str, str | None], reason: str
) -> None:
    first, *others = read(epub(**changed), "a.epub")
    assert (first.number, first.verdict) == (0, schema.UNREADABLE)
    assert "the book's list of chapters cannot be read" in (first.reason or "")
    assert reason in (first.reason or "")
    assert texts([r for r in others if r.number]) == [*IN_ORDER[::-1], page("Contents")]


def test_a_chapter_that_is_not_there_costs_itself_alone() -> None:
    gone, two = chapters(epub(OEBPS__text__one_DOT_xhtml=None))
    assert (gone.number, gone.verdict) == (1, schema.UNREADABLE)
    assert "'OEBPS/text/one.xhtml' is in the book's list, but not in the archive" in str(
        gone.reason
    )
    assert texts([two]) == IN_ORDER[1:]


def test_a_chapter_too_large_costs_itself_alone() -> None:
    raw = epub(OEBPS__text__one_DOT_xhtml=page("x" * 5000))
    first, second = [r for r in read(raw, "a.epub", max_record_bytes=3000) if r.number]
    assert (first.verdict, second.verdict) == (schema.OVERSIZE, None)


def test_a_damaged_chapter_costs_itself_alone() -> None:
    raw = epub(OEBPS__text__one_DOT_xhtml=page(random.Random(0).randbytes(3000).hex()))
    at = raw.index(b"OEBPS/text/one.xhtml") + 1000
    bad, good = chapters(raw[:at] + bytes(9) + raw[at + 9 :])
    assert (bad.number, bad.verdict) == (1, schema.UNREADABLE)
    assert texts([good]) == IN_ORDER[1:]


def test_what_is_encrypted_is_said_chapter_by_chapter() -> None:
    encryption = """<encryption xmlns:enc="http://www.w3.org/2001/04/xmlenc#"><enc:EncryptedData>
      <enc:CipherData><enc:CipherReference URI="OEBPS/text/one.xhtml"/></enc:CipherData>
      <enc:CipherReference URI="OEBPS/font.otf"/></enc:EncryptedData></encryption>"""
    locked, two = chapters(epub(**{"META-INF__encryption_DOT_xml": encryption}))
    assert (locked.number, locked.verdict) == (1, schema.UNREADABLE)
    assert "is encrypted (DRM)" in (locked.reason or "")
    assert texts([two]) == IN_ORDER[1:]


def test_a_torn_book_gives_the_chapters_that_are_there() -> None:
    raw = epub()
    found = sources(raw[: raw.index(b"PK\1\2")], "a.epub")
    said = [record.decoded.text for _, record in found if record.decoded]
    assert set(IN_ORDER) <= set(said)
    assert "the zip archive is torn" in (found[-1][1].reason or "")


# --- made to do harm

NAMES = zip("abcdefghi", "bcdefghij", strict=True)
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha ha ha ha ha">'
    + "".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefghi", "bcdefghij", strict=True)
    )
    + "]>"
)
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("before", [LAUGHS, OUTSIDE])
@pytest.mark.parametrize("member", ["META-INF/container.xml", "OEBPS/book.opf"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused(before: str, member: str, encoding: str) -> None:
    with pytest.raises(DefinesEntities):
        xml_elements(f"{before}<x>&j;&a;</x>".encode())
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mimetype", "application/epub+zip")
        for name, text in BOOK.items():
            bad = (before + "<x>&j;&a;</x>").encode(encoding)
            archive.writestr(name, bad if name == member else text)
    first, *_ = read(file.getvalue(), "a.epub")
    assert first.verdict == schema.UNSAFE
    assert f"{member}: it defines entities" in (first.reason or "")


@pytest.mark.parametrize("before", [LAUGHS, OUTSIDE])
def test_entities_in_pages_do_no_harm(before: str, tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    said = "The ferry came in late that night, and nobody on the quay had slept. " * 9
    bomb = f"{before}<html><body><p>{said}</p><p>&j;&a;</p></body></html>"
    (tmp_path / "raw" / "a.xhtml").write_text(bomb)
    (tmp_path / "raw" / "b.epub").write_bytes(epub(OEBPS__text__one_DOT_xhtml=bomb))
    out = publish(tmp_path / "raw", tmp_path / "out")
    found = [*rows(out, "documents"), *rows(out, "rejected")]
    told = [row["text"] for row in found if row["text"] and "ferry" in row["text"]]
    assert told
    assert all(len(text) < 2 * len(bomb) and "root:" not in text for text in told)


def test_a_page_that_is_a_bomb_is_read_in_little_memory() -> None:
    script = (
        "import sys\nfrom pipeline.html.extract import extract, extractor\n"
        "from pipeline.html.markup import parse\nfrom tests.memory import megabytes, peak\n"
        "before = megabytes()\ntree = parse(sys.stdin.read())\n"
        "print(len(''.join(tree.itertext())), peak() - before)\n"
    )
    bomb = f"{LAUGHS}<html><body><p>before</p>{'<p>&j;</p>' * 1000}</body></html>"
    done = subprocess.run(
        [sys.executable, "-c", script], input=bomb, capture_output=True, check=True, text=True
    )
    size, grown = done.stdout.split()
    assert int(size) < 100_000
    assert float(grown) < 50


def test_a_list_without_end_is_refused() -> None:
    raw = epub(OEBPS__book_DOT_opf="<package>" + " " * 20_000_000)
    first, *_ = read(raw, "a.epub")
    assert first.verdict == schema.UNSAFE
    assert "has more than 16777216 bytes" in (first.reason or "")


def test_links_that_lead_out_of_the_book() -> None:
    package = PACKAGE.replace("text/one.xhtml", "../../../etc/passwd.xhtml")
    bad, two = chapters(epub(OEBPS__book_DOT_opf=package))
    assert bad.verdict == schema.UNREADABLE
    assert texts([two]) == IN_ORDER[1:]


@settings(max_examples=150)
@given(st.integers(0, 2**20), st.integers(0, 255), st.none() | st.integers(0, 4000))
def test_a_flipped_byte_is_never_a_traceback(at: int, value: int, cut: int | None) -> None:
    raw = bytearray(epub()[:cut])
    if raw:
        raw[at % len(raw)] = value
    for record in read(bytes(raw), "a.epub"):
        assert (record.verdict is None) == (record.reason is None)


@given(st.text('<>/="a package spine itemref idref manifest item href id', max_size=80))
def test_any_list_of_chapters_is_never_a_traceback(text: str) -> None:
    for record in read(epub(OEBPS__book_DOT_opf=text), "a.epub"):
        assert (record.verdict is None) == (record.reason is None)
