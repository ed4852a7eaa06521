"""Web archives: each record arrives, is counted or is rejected with a reason; damage costs one."""

import gzip
import io
import json
import struct
import subprocess
import sys
import zlib
from collections import Counter
from pathlib import Path

import brotli
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from pipeline import schema
from pipeline.sources.record import Record
from tests.conftest import publish, rows
from tests.sources.archives import arc, chunked, http, members, record, response
from tests.sources.reading import read, sources, texts

TEXT = "The ferry left at noon, and nobody had told the café."
RAW = TEXT.encode()


def passed(found: list[Record]) -> dict[str, int]:
    """How many of each kind were passed over."""
    return {
        record.verdict.split(":", 1)[1]: json.loads(record.metadata)["items"]
        for record in found
        if record.verdict and record.verdict.startswith(schema.PASSED_OVER)
    }


def kept(found: list[Record]) -> list[str | None]:
    """The texts that become documents."""
    return texts([record for record in found if record.verdict is None])


def rejected(found: list[Record]) -> list[Record]:
    """What is neither a document nor passed over."""
    return [
        record
        for record in found
        if record.verdict and not record.verdict.startswith(schema.PASSED_OVER)
    ]


TAKEN = {
    "a page": response(RAW, "text/html"),
    "XHTML": response(RAW, "application/xhtml+xml"),
    "XML": response(RAW, "text/xml"),
    "a text": response(RAW, "text/plain;charset=utf-8"),
    "Markdown": response(RAW, "text/markdown"),
    "no type at all": response(RAW, ""),
    "a resource": record("resource", RAW, content_type="text/plain"),
    "a text of WET": record("conversion", RAW, content_type="text/plain"),
    "LF alone": record(
        "response", http(RAW).replace(b"\r\n", b"\n"), content_type="application/http"
    ),
    "no content type in WARC": record("response", http(RAW)),
    "another 2xx": response(RAW, "text/plain", 203),
    "version 0.17": record("conversion", RAW, content_type="text/plain", version="0.17"),
    "version 1.1": record("conversion", RAW, content_type="text/plain", version="1.1"),
    "chunks": response(chunked(RAW), "text/plain", 200, "Transfer-Encoding: chunked"),
    "chunks undone already": response(RAW, "text/plain", 200, "Transfer-Encoding: chunked"),
    "gzip": response(gzip.compress(RAW), "text/plain", 200, "Content-Encoding: gzip"),
    "gzip undone already": response(RAW, "text/plain", 200, "Content-Encoding: gzip"),
    "deflate": response(zlib.compress(RAW), "text/plain", 200, "Content-Encoding: deflate"),
    "raw deflate": response(
        zlib.compress(RAW, wbits=-15), "text/plain", 200, "Content-Encoding: deflate"
    ),
    "deflate undone already": response(RAW, "text/plain", 200, "Content-Encoding: deflate"),
    "Brotli": response(brotli.compress(RAW), "text/plain", 200, "Content-Encoding: br"),
    "Zstandard": response(zstandard.compress(RAW), "text/plain", 200, "Content-Encoding: zstd"),
    "two codings": response(
        brotli.compress(gzip.compress(RAW)), "text/plain", 200, "Content-Encoding: gzip, br"
    ),
    "gzip in chunks": response(
        chunked(gzip.compress(RAW)),
        "text/plain",
        200,
        "Transfer-Encoding: chunked",
        "Content-Encoding: gzip",
    ),
    "what is called UTF-8": response(RAW, "text/plain", 200, "Content-Encoding: UTF-8"),
}


@pytest.mark.parametrize("what", TAKEN)
@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstandard.compress])
def test_texts_are_taken(what: str, pack: type) -> None:
    (found,) = read(pack(TAKEN[what]), "a.warc")
    assert (found.verdict, found.number, found.size) == (None, 1, len(RAW))
    assert texts([found]) == [TEXT]


PASSED = {
    "WARC warcinfo": record("warcinfo", b"software: none"),
    "WARC request": record("request", b"GET / HTTP/1.1\r\n\r\n"),
    "WARC metadata": record("metadata", b"fetchTimeMs: 12"),
    "WARC revisit": record("revisit", http(b"")),
    "WARC continuation": record("continuation", RAW, segment_number="2"),
    "WARC record of another type": record("something-new", RAW),
    "HTTP 3xx response": response(RAW, "text/html", 301),
    "HTTP 4xx response": response(RAW, "text/html", 404),
    "HTTP 5xx response": response(RAW, "text/html", 503),
    "image response": response(b"\x89PNG", "image/png"),
    "video response": response(b"....", "video/mp4"),
    "JSON response": response(b"{}", "application/json"),
    "PDF response": response(b"%PDF-1.7", "application/pdf"),
    "style sheet response": response(b"a {}", "text/css"),
    "script response": response(b"a()", "application/javascript"),
    "application response": response(b"...", "application/x-anything"),
    "other response": response(b"...", "made/up"),
    "binary response": response(b"\x00\x01\x02\x03" * 30, ""),
    "image resource": record("resource", b"GIF8", content_type="image/gif"),
    "DNS response": record(
        "response", b"20261124\na.example. A 192.0.2.1", content_type="text/dns"
    ),
}


@pytest.mark.parametrize("kind", PASSED)
def test_what_is_no_text_is_counted_by_its_kind(kind: str) -> None:
    found = read(PASSED[kind] * 2 + response(RAW), "a.warc")
    assert passed(found) == {kind: 2}
    assert [(each.number, each.verdict) for each in found if each.number] == [(3, None)]


def test_wgets_own_log_is_no_text() -> None:
    log = record("resource", RAW, url="metadata://gnu.org/wget", content_type="text/plain")
    assert passed(read(log, "a.warc")) == {"WARC metadata": 1}


def test_kinds_are_few_however_many_types_there_are() -> None:
    many = b"".join(
        response(b"x", f"application/x-{n}") + response(b"x", f"{n}/x") for n in range(99)
    )
    assert passed(read(many, "a.warc")) == {"application response": 99, "other response": 99}


REJECTED = {
    "a wrong chunk": (
        response(
            chunked(RAW).replace(b"\r\n7\r\n", b"\r\nxx\r\n", 2),
            "text/plain",
            200,
            "Transfer-Encoding: chunked",
        ),
        "no chunk begins after 7 bytes",
    ),
    "no last chunk": (
        response(chunked(RAW)[:-5], "text/plain", 200, "Transfer-Encoding: chunked"),
        "without a last chunk",
    ),
    "a torn body": (
        response(gzip.compress(RAW)[:-20], "text/plain", 200, "Content-Encoding: gzip"),
        "gzip stream is torn",
    ),
    "a torn Brotli body": (
        response(brotli.compress(RAW)[:-9], "text/plain", 200, "Content-Encoding: br"),
        "Brotli stream is torn",
    ),
    "a coding unknown": (
        response(RAW, "text/html", 200, "Content-Encoding: sdch"),
        "packed by 'sdch'",
    ),
    "no HTTP": (
        record("response", b"nothing of the kind", content_type="application/http"),
        "the HTTP response has no head",
    ),
    "cut off by the crawler": (
        record("response", http(RAW), truncated="length"),
        "the crawler cut it off (WARC-Truncated: length)",
    ),
    "a segment": (record("response", http(RAW), segment_number="1"), "segment 1 of a record"),
    "no length": (record("response", http(RAW), length=""), "its length is ''"),
    "a length that is none": (record("response", http(RAW), length="12x"), "its length is '12x'"),
    "a length below zero": (record("response", http(RAW), length=-1), "its length is '-1'"),
    "too long": (record("response", http(RAW), length=len(http(RAW)) + 300), "is wrong"),
    "much too long": (record("response", http(RAW), length=10**17), "is wrong"),
    "too short": (record("response", http(RAW), length=len(http(RAW)) - 9), "is wrong"),
    "no head": (b"hardly a head" * 50 + b"\r\n\r\n", "no WARC record begins here"),
}


@pytest.mark.parametrize("what", REJECTED)
@pytest.mark.parametrize("in_members", [False, True])
def test_a_bad_record_costs_itself_alone(what: str, in_members: bool) -> None:
    bad, reason = REJECTED[what]
    parts = [response(b"before"), bad, response(b"after"), PASSED["WARC request"]]
    found = read(members(parts) if in_members else b"".join(parts), "a.warc")
    assert [each.number for each in found] == [1, 2, 3, 0]
    assert kept(found) == ["before", "after"]
    assert found[1].verdict == schema.UNREADABLE
    assert reason in (found[1].reason or "")
    assert passed(found) == {"WARC request": 1}


@pytest.mark.parametrize("what", ["a torn body", "cut off by the crawler", "too short", "too long"])
def test_what_there_is_of_a_bad_record_is_kept(what: str) -> None:
    (bad,) = rejected(read(REJECTED[what][0] + response(b"after"), "a.warc"))
    assert bad.decoded is not None
    assert bad.decoded.text[:20] == TEXT[:20]
    assert len(bad.decoded.text) <= len(TEXT)
    assert json.loads(bad.metadata)["content_type"].startswith("text/")


def test_an_archive_within_a_record_is_no_damage() -> None:
    inner = response(b"a text of the inner archive") * 3
    for body in (inner, b"before it\r\n\r\n" + inner):
        found = read(response(body, "application/warc") + response(RAW), "a.warc")
        assert kept(found) == [TEXT]
        assert passed(found) == {"application response": 1}


@pytest.mark.parametrize("kind", ["text/plain", "image/png"])
def test_a_length_that_would_take_all_the_rest_costs_one_record(kind: str) -> None:
    block = http(b"bad", kind)
    bad = record("response", block, length=10**12, content_type="application/http")
    after = [response(b"%d " % n + b"x" * 500) for n in range(1000)]
    found = read(bad + b"".join(after), "a.warc", max_record_bytes=200_000)
    assert len(rejected(found)) == 1
    assert "its length of 1000000000000 bytes is wrong" in (found[0].reason or "")
    assert len(kept(found)) == 1000


def test_lengths_that_are_all_wrong_are_read_in_good_time() -> None:
    bad = record("response", http(b"bad"), length=10**12, content_type="application/http")
    found = read(bad * 2000, "a.warc")
    assert len(rejected(found)) == 2000


def test_the_charset_of_http_is_handed_on() -> None:
    (found,) = read(response(RAW, 'text/plain; Charset="utf-8"'), "a.warc")
    assert texts([found]) == [TEXT]


def test_metadata() -> None:
    raw = record(
        "response",
        http(RAW, "text/html; charset=utf-8"),
        url="<https://a.example/ferry>",
        payload_digest="sha1:ABC",
        content_type="application/http",
    )
    (found,) = read(raw, "a.warc")
    assert json.loads(found.metadata) == {
        "url": "https://a.example/ferry",
        "date": "2026-11-24T08:15:00Z",
        "content_type": "text/html",
        "status": 200,
        "warc_record_id": "urn:uuid:00000000-0000-4000-8000-000000000000",
        "payload_digest": "sha1:ABC",
    }


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_arc(version: int, pack: type) -> None:
    raw = arc([http(RAW), http(b"GIF", "image/gif"), http(b"gone", status=404)], version)
    found = read(pack(raw), "a.bin")
    assert kept(found) == [TEXT]
    assert json.loads(found[0].metadata) == {
        "url": "http://a.example/0",
        "date": "2026-11-24T08:15:00Z",
        "content_type": "text/html",
        "status": 200,
    }
    assert passed(found) == {"ARC file head": 1, "image response": 1, "HTTP 4xx response": 1}


def test_damage_in_arc_costs_one_record() -> None:
    raw = arc([http(b"first"), http(b"second"), http(b"third")])
    for old, new in (
        (b"second", b""),
        (b"second", b"second and more of it"),
        (b"http://a.example/1", b""),
        (b"http://a.example/1", b"\xff\xff"),
    ):
        found = read(raw.replace(old, new), "a.arc")
        assert kept(found) == ["first", "third"]
        assert len(rejected(found)) == 1


def test_what_warcio_writes() -> None:
    file = io.BytesIO()
    writer = WARCWriter(file, gzip=True)
    writer.write_record(writer.create_warcinfo_record("a.warc.gz", {"software": "a test"}))
    for n in range(3):
        head = StatusAndHeaders("200 OK", [("Content-Type", "text/plain")], protocol="HTTP/1.1")
        payload = io.BytesIO(b"The heron waits, the %d. time." % n)
        writer.write_record(
            writer.create_warc_record(
                f"https://a.example/{n}", "response", payload, http_headers=head
            )
        )
    found = read(file.getvalue(), "whatever")
    assert kept(found) == [f"The heron waits, the {n}. time." for n in range(3)]
    assert passed(found) == {"WARC warcinfo": 1}


@pytest.mark.parametrize("packed", [False, True])
def test_zstandard_with_a_dictionary_of_its_own(packed: bool) -> None:
    records = [
        response(b"The mill by the bend of the river, for the %d. time." % n) for n in range(300)
    ]
    dictionary = zstandard.train_dictionary(4000, records)
    packer = zstandard.ZstdCompressor(dict_data=dictionary)
    raw = dictionary.as_bytes()
    raw = zstandard.compress(raw) if packed else raw
    frame = struct.pack("<4sI", b"\x5d\x2a\x4d\x18", len(raw)) + raw
    archive = frame + b"".join(packer.compress(each) for each in records)
    assert len(kept(read(archive, "a.warc.zst"))) == 300
    for at in range(0, len(frame) + 100, 37):
        assert rejected(read(archive[:at], "a.warc.zst")) or at in (0, len(frame))
    (bad,) = read(b"\x5d\x2a\x4d\x18\xff\xff\xff\xff", "a.warc.zst")
    assert bad.verdict == schema.UNSAFE


def test_a_dump_of_the_web(tmp_path: Path) -> None:
    page = (
        b"<!doctype html><html><head><title>Ferry</title></head><body><article><p>The ferry left "
        b"at noon, and nobody had told the people who were still waiting at the other pier.</p>"
        b"<p>Some of them walked home along the shore, and were there before it.</p></article>"
    )
    raw = tmp_path / "2026-11-24"
    raw.mkdir()
    archive = members([PASSED["WARC request"], response(page, "text/html"), PASSED["WARC revisit"]])
    (raw / "a.warc.gz").write_bytes(archive)
    out = publish(raw, tmp_path / "out")
    (found,) = rows(out, "documents")
    assert found["text"].startswith("The ferry left")
    assert json.loads(found["metadata"])["url"] == "https://a.example/"
    assert {row["kind"]: row["items"] for row in rows(out, "passed_over")} == {
        "WARC request": 1,
        "WARC revisit": 1,
    }


def test_a_record_too_large_is_not_held() -> None:
    found = read(response(b"x" * 5000) + response(RAW), "a.warc", max_record_bytes=1000)
    assert (found[0].verdict, found[0].size) == (schema.OVERSIZE, 5000)
    assert kept(found) == [TEXT]


def test_a_bomb_in_a_response_is_refused_and_costs_itself() -> None:
    bomb = gzip.compress(b" " * 300_000_000)
    found = read(
        response(bomb, "text/html", 200, "Content-Encoding: gzip") + response(RAW), "a.warc"
    )
    assert [each.verdict for each in found] == [schema.UNSAFE, None]
    assert "ingest.max_unpacked_ratio" in (found[0].reason or "")


# --- damage of any kind

LINES = [f"Entry {n}: the {n * 7919 % 1000}th boat came in, and went again." for n in range(6)]
RECORDS = [response(line.encode(), "text/plain") for line in LINES]
FORMS = {"plain": b"".join(RECORDS), "members": members(RECORDS), "arc": b""}
FORMS["arc"] = arc([http(line.encode(), "text/plain") for line in LINES])


def extents(form: str) -> list[tuple[int, int]]:
    """From where to where each record lies."""
    if form == "arc":
        starts = [FORMS[form].index(b"http://a.example/%d" % n) for n in range(len(LINES))]
        return list(zip(starts, [*starts[1:], len(FORMS[form])], strict=True))
    sizes = [len(each if form == "plain" else members([each])) for each in RECORDS]
    ends = [sum(sizes[: n + 1]) for n in range(len(sizes))]
    return [(end - size, end) for size, end in zip(sizes, ends, strict=True)]


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=300, deadline=None)
@given(st.data())
def test_any_byte_that_flips_costs_one_record(form: str, data: st.DataObject) -> None:
    raw = bytearray(FORMS[form])
    at = data.draw(
        st.integers(max(2, extents(form)[0][0]), len(raw) - 1)
    )  # gzip is known by 2 bytes
    raw[at] ^= data.draw(st.integers(1, 255))
    found = read(
        bytes(raw), "a.arc" if form == "arc" else "a.warc.gz" if form == "members" else "a.warc"
    )
    hit = next(n for n, (start, stop) in enumerate(extents(form)) if start <= at < stop)
    good = kept(found)
    for n, line in enumerate(LINES):
        assert n == hit or line in good
    assert len(rejected(found)) <= 1
    numbers = [each.number for each in found if each.number]
    assert len(numbers) == len(set(numbers))


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=150, deadline=None)
@given(st.data())
def test_cut_anywhere(form: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(FORMS[form])))
    found = read(
        FORMS[form][:at],
        "a.arc" if form == "arc" else "a.warc.gz" if form == "members" else "a.warc",
    )
    whole = [line for line, (_, stop) in zip(LINES, extents(form), strict=True) if stop <= at]
    assert kept(found)[: len(whole)] == whole
    assert len(kept(found)) + len(rejected(found)) <= len(whole) + 1 + (form == "arc")


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from([*RECORDS, *PASSED.values(), b"\r\n", b"WARC/1.0\r\n", b"\x1f\x8b\x08"]),
        max_size=8,
    ),
    st.binary(max_size=40),
    st.integers(0, 5000),
)
def test_anything_at_all(parts: list[bytes], junk: bytes, at: int) -> None:
    raw = b"".join(parts)
    for each in (raw[:at] + junk + raw[at:], members(parts)[:at] + junk + members(parts)[at:]):
        for found in read(each, "a.warc.gz"):
            assert (found.verdict is None) == (found.reason is None)


LARGE = r"""
import io, sys
from pipeline.sources.limits import Limits
from pipeline.sources.raw import RawFile, buffered
from pipeline.sources.read import records
from pipeline.sources.settings import IngestSettings
from tests.memory import megabytes, peak
from tests.sources.archives import response

began = megabytes()
PIECE = b"\r\n\r\nWARC/1.0\r\nWARC-Type: response, it seems" + b"x" * 60_000
TIMES = 300_000_000 // len(PIECE)


def large(kind):
    before, _, rest = response(b"", kind).partition(b"Content-Length: ")
    length, _, rest = rest.partition(b"\r\n")
    yield b"%sContent-Length: %d\r\n" % (before, int(length) + TIMES * len(PIECE))
    yield rest.removesuffix(b"\r\n\r\n")
    for _ in range(TIMES):
        yield PIECE
    yield b"\r\n\r\n"


class Stream(io.RawIOBase):
    def __init__(self, *parts):
        self.pieces = (piece for part in parts for piece in part)

    def readable(self):
        return True

    def readinto(self, buffer):
        piece = next(self.pieces, b"")
        assert len(piece) <= len(buffer)
        buffer[: len(piece)] = piece
        return len(piece)


known = IngestSettings(max_record_bytes=1_000_000)
stream = buffered(Stream(large("text/plain"), large("image/png"), [response(b"after")]))
found = records(RawFile("a.warc", "a.warc", stream, Limits(known, 1)), known)
print(*[(record.verdict, record.size) for _, record in found], peak() - began, sep="\n")
"""


def test_a_payload_of_any_size_in_little_memory() -> None:
    done = subprocess.run([sys.executable, "-c", LARGE], capture_output=True, check=True)
    *found, grown = done.stdout.decode().splitlines()
    assert found[0].startswith("('oversize', 2999")
    assert found[1] == "(None, 5)"
    assert found[2].startswith("('passed_over:image response', 2999")
    assert float(grown) < 50


# --- against warcio

# In these files more is found than by warcio, which ends with an error, or damage is told.
NOT_ALIKE = {
    "example-bad-non-chunked.warc.gz": (1, 6),
    "example-bad.warc.gz.bad": (1, 6),
    "example-wrong-chunks.warc.gz": (1, 2),
}


TYPES = ("warcinfo", "request", "revisit")


def by_warcio(path: Path) -> tuple[Counter[str], int]:
    """Records by their type, and how many of them there are before an error, if there is one."""
    found: Counter[str] = Counter()
    try:
        with path.open("rb") as file:
            for each in ArchiveIterator(file):
                found[each.rec_type] += 1
    except ArchiveLoadFailed:
        pass
    return found, found.total()


def test_as_many_records_as_warcio_finds(shared: Path) -> None:
    paths = [
        path
        for path in sorted((shared / "data" / "warc").rglob("*"))
        if {".warc", ".arc"} & set(path.suffixes)
    ]
    assert len(paths) > 15
    for path in paths:
        found = [record for _, record in sources(path.read_bytes(), path.name)]
        ours = sum(passed(found).values()) + len(kept(found)) + len(rejected(found))
        kinds, theirs = by_warcio(path)
        assert (theirs, ours) == NOT_ALIKE.get(path.name, (theirs, theirs)), path
        if path.name not in NOT_ALIKE:
            counted = {kind: passed(found).get(f"WARC {kind}", 0) for kind in TYPES}
            counted["arc_header"] = passed(found).get("ARC file head", 0)
            assert counted == {kind: kinds[kind] for kind in counted}, path
