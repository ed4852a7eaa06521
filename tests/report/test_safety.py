"""The page is one file that asks for nothing, runs nothing and obeys nothing that was crawled."""

import gzip
import json
import re
import shutil
import subprocess
import unicodedata
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from pipeline.engine.local import LocalEngine
from pipeline.recipe import Recipe
from pipeline.report import page
from pipeline.report.outcome import Outcome
from pipeline.sources.places.place import Folder
from pipeline.underway import Run
from tests.conftest import EXAMPLES
from tests.report.conftest import FAILED, PASSED, WARNED, Case, take, take_examples
from tests.report.dom import Node, parse

BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
MARKUP = "\"'><b onmouseover=alert(1)>bold</b><script>alert(2)</script>{{ 7 * 7 }}{% raw %}<!-- ]]>"
# What could be taken for markup, or turn the page's lines around; the tame dump has dashes instead.
WILD = str.maketrans(dict.fromkeys(f"<>\"'&{{}}%`{BIDI}", "-"))
SENTENCE = "The old lighthouse keeper walks down to the harbour every morning before breakfast"


def hostile_dump(folder: Path, *, tame: bool) -> Path:
    """Source names, texts, metadata, keys and so reasons, full of markup; or the same without."""

    def text(words: str) -> str:
        return words.translate(WILD) if tame else words

    def line(**record: object) -> str:
        return json.dumps(
            {text(k): text(v) if isinstance(v, str) else v for k, v in record.items()}
        )

    folder.mkdir(parents=True)
    article = (
        f"{SENTENCE} {MARKUP}\n{SENTENCE} \u202eand back {BIDI} again.\r\nBell \x07 rings.  \n"
    )
    (folder / text('a"><img src=x onerror=alert(1)>\n\u202etxt.exe.txt')).write_text(
        text(article), newline=""
    )
    (folder / text("b'`{{ 7 * 7 }}.bin")).write_bytes(b"\x00\x01")
    lines = [
        line(text=f"{article}{article} The longer of two that are alike.", url=MARKUP),
        line(text=f"{article}{article} The longer of two that are alike", url=MARKUP),
        line(**{MARKUP: "no text here, and keys that end up in the reason"}),
        line(text=f"By Editor\n\n{SENTENCE} {MARKUP}, twice over, or so we are told.\n\nBy Editor"),
    ]
    with gzip.open(folder / "c.jsonl.gz", "wb") as file:
        file.write("\n".join(lines).encode())
    return folder


def outcomes(doc_id: str, *, tame: bool) -> list[Outcome]:
    """One failed expectation whose every word is hostile."""
    words = f"{MARKUP} {BIDI} \x00\x1b[31m\n{'' if tame else chr(0xDC80)}"
    words = words.translate(WILD) if tame else words
    texts: dict[str, Any] = {
        f.name: f"{f.name} {words}" for f in fields(Outcome) if f.type == "str" or f.type is str
    }
    texts["severity"] = "error"
    return [Outcome(**texts, passed=False, failing_ids=(doc_id, texts["name"])), PASSED, WARNED]


def structure(shown: Node) -> list[tuple[str, tuple[str, ...], str]]:
    """Every element in order with the names of its attributes and its class."""
    return [
        (node.tag, tuple(node.attributes), node.attributes.get("class", ""))
        for node in shown.walk()
    ]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> dict[bool, tuple[Case, str]]:
    """The tame and the wild dump, and the page of each."""
    made = {}
    for tame in (True, False):
        root = tmp_path_factory.mktemp("tame" if tame else "wild")
        case = take(hostile_dump(root / "2026-11-22", tame=tame), root / "out")
        first = case.candidate["documents"].table(["doc_id"])["doc_id"][0].as_py()
        report = page.write(case.run, case.candidate, outcomes(first, tame=tame), published=False)
        made[tame] = case, report.html.read_text("utf-8")
    return made


def test_page_refers_to_nothing_outside_itself(example: Case) -> None:
    shown, _ = example.write([PASSED, FAILED])
    for node in shown.walk():
        for name, value in node.attributes.items():
            if name in ("src", "href", "srcset", "action", "data", "xlink:href", "poster"):
                assert value.startswith(("#", "data:")), f"<{node.tag} {name}={value!r}>"
    assert not shown.all("script", "iframe", "object", "embed", "img", "base", "form")
    style = shown.one("style").raw
    assert "url(" not in style
    assert "@import" not in style
    policy = shown.one("meta", **{"http-equiv": "Content-Security-Policy"}).attributes["content"]
    assert policy == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def test_every_link_leads_somewhere_and_no_place_is_there_twice(example: Case) -> None:
    shown, _ = example.write([PASSED, FAILED, WARNED])
    places = [node.attributes["id"] for node in shown.walk() if "id" in node.attributes]
    assert len(places) == len(set(places))
    links = [node.attributes["href"] for node in shown.all("a")]
    assert {link.removeprefix("#") for link in links} <= set(places)
    assert sum(link.startswith("#doc-") for link in links) > 20


def test_a_crawled_script_stays_text(example: Case) -> None:
    village = next(
        row["doc_id"]
        for row in example.run.dataset("measured_documents")
        .table(["doc_id", "source", "record"])
        .to_pylist()
        if (row["source"], row["record"]) == ("village.jsonl", 6)
    )
    reason = 'it holds <script>alert("reason")</script>'
    outcome = Outcome("documents", "x", reason, reason, "error", False, failing_ids=(village,))
    shown, _ = example.write([outcome], published=False)
    assert not shown.all("script")
    assert reason in shown.one("section", id="expectations").text
    assert "What the crawler brought home" in shown.one("article", id=f"doc-{village}").text


def test_hostile_words_leave_the_page_built_as_harmless_ones_do(
    hostile: dict[bool, tuple[Case, str]],
) -> None:
    tame, wild = (parse(hostile[tame][1]) for tame in (True, False))
    assert structure(wild) == structure(tame)
    assert "<script>alert(2)</script>" in wild.text
    assert "{{ 7 * 7 }}" in wild.text
    assert "49" not in wild.one("section", id="expectations").text
    reasons = wild.one("section", id="losses").text
    assert "onmouseover" in reasons, "the keys of a record without text are in its reason"


def test_characters_without_a_picture_are_spelled_out(
    hostile: dict[bool, tuple[Case, str]],
) -> None:
    html = hostile[False][1]
    unseen = {char for char in html if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp")}
    assert unseen == {"\n"}
    shown = parse(html)
    assert 'a"><img src=x onerror=alert(1)>↵\\u202etxt.exe.txt, record 1' in shown.text
    assert "\\u2066" in shown.one("section", id="documents").text
    assert "\\x1b[31m↵" in shown.one("section", id="expectations").text
    assert "\\udc80" in shown.one("section", id="expectations").text


def test_json_holds_even_what_utf8_cannot(hostile: dict[bool, tuple[Case, str]]) -> None:
    case = hostile[False][0]
    written = page.write(case.run, {}, outcomes("x", tame=False), published=False).json
    found = json.loads(written.read_bytes())["expectations"]
    assert any(outcome["name"].endswith("\x1b[31m\n\udc80") for outcome in found)


def test_same_input_gives_the_same_bytes_wherever_it_lies(example: Case, tmp_path: Path) -> None:
    raw = shutil.copytree(EXAMPLES / "2026-11-22", tmp_path / "elsewhere" / "2026-11-22")
    other = take_examples(tmp_path / "out")
    with LocalEngine(1) as engine:
        moved = Case(
            Run("2026-11-22", Folder(raw), other.run.out, Recipe(), engine), other.candidate
        )
    html = example.html()
    assert html == example.html() == other.html() == moved.html()
    for path in (example.run.out, example.run.place.root, Path.home(), Path(page.__file__).parent):
        assert str(path).encode() not in html


def test_tables_and_charts_can_be_read_without_seeing_them(example: Case) -> None:
    shown, _ = example.write([PASSED, FAILED])
    for table in shown.all("table"):
        assert table.one("thead").all("th")
        assert all(head.attributes.get("scope") in ("col", "row") for head in table.all("th"))
    charts = shown.all("svg")
    assert len(charts) == 6
    for chart in charts:
        assert chart.attributes["role"] == "img"
        assert len(chart.attributes["aria-label"]) > 20
    assert shown.one("html").attributes["lang"] == "en"
    assert shown.all("nav")[0].attributes["aria-label"]


def test_a_browser_shows_every_section(
    example: Case, hostile: dict[bool, tuple[Case, str]], tmp_path: Path
) -> None:
    if not (chromium := shutil.which("chromium")):
        pytest.skip("no chromium on PATH")
    _, wild = hostile[False]
    for name, html in {"example": example.html().decode(), "wild": wild}.items():
        path = tmp_path / f"{name}.html"
        path.write_text(html)
        seen = subprocess.run(
            [
                chromium,
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-sync",
                "--enable-logging=stderr",
                f"--user-data-dir={tmp_path / 'profile'}",
                "--dump-dom",
                path.as_uri(),
            ],
            capture_output=True,
            text=True,
            timeout=120,
        )
        shown = parse(re.sub(r"></(rect|path|line)>", "/>", seen.stdout))
        assert [node.attributes["id"] for node in shown.all("section")] == [
            node.attributes["id"] for node in parse(html).all("section")
        ]
        assert len(shown.all("section")) == 8
        assert len(list(shown.walk())) == len(list(parse(html).walk()))
        assert "Content Security Policy" not in seen.stderr
        assert not shown.all("script")
