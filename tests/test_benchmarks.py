"""What benchmarks say can be believed: the input is what they claim, targets follow from numbers.

No speed is asserted here.
"""

import re
import xml.etree.ElementTree as ET
from collections import Counter
from itertools import islice
from pathlib import Path

import pytest

from benchmarks import corpus, novels, page, plot, targets
from benchmarks.path import look, run
from benchmarks.target import Measured, outcomes
from benchmarks.typos.noise import L_I
from pipeline.dedup.settings import DedupSettings
from pipeline.engine.local import LocalEngine
from pipeline.recipe import Recipe
from pipeline.sources.places.place import Folder
from pipeline.underway import Run
from tests import neardup_numbers

BOOK = """<?xml version="1.0"?><TEI><teiHeader><title>Not the text</title></teiHeader><text>
<div><head>I.</head><p>Fish &amp; chips, said <hi rend="i">she</hi>
 <pb n="2"/> &lt;quietly&gt;.</p><!-- aside --><p>It cost 3&#163;.<note>Not the text</note></p>
</div></text></TEI>"""


@pytest.fixture(autouse=True)
def examples(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The books that are always there, unless a test asks for others."""
    monkeypatch.setattr(novels, "SHARED", tmp_path / "books")


@pytest.fixture
def two_books(shared: Path, tmp_path: Path) -> None:
    """An English book and a Ukrainian one of the shared data."""
    for folder, book in (("eltec-eng-10", "ENG18471_*"), ("eltec-ukr", "UKR18831_*")):
        (tmp_path / "books" / folder).mkdir(parents=True)
        (path,) = (shared / "data" / folder).rglob(book)
        (tmp_path / "books" / folder / path.name).symlink_to(path)


def first(count: int, *, damaged: bool = True) -> list[tuple[str, str]]:
    return list(islice(corpus.documents(damaged=damaged), count))


def five_grams(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return {tuple(words[at : at + 5]) for at in range(len(words) - 4)}


def jaccard(a: str, b: str) -> float:
    one, other = five_grams(a), five_grams(b)
    return len(one & other) / len(one | other)


def test_paragraphs_of_a_book_hold_its_text_only() -> None:
    assert novels.paragraphs(BOOK) == ["I.", "Fish & chips, said she <quietly>.", "It cost 3£."]


@pytest.mark.usefixtures("two_books")
def test_documents_are_1_to_5_kb_without_tags_or_entities() -> None:
    assert novels.languages() == ["en", "uk"]
    texts = [text for text, _ in first(1500)]
    sizes = [len(text.encode()) for text in texts]
    assert novels.LEAST <= min(sizes) < 1500
    assert 3500 < max(sizes) <= novels.MOST
    for text in texts:
        assert not re.search(r"</?[a-zA-Z]|&#?\w{1,8};", text)


def test_the_books_that_are_always_there_give_documents_of_that_size() -> None:
    sizes = [len(text.encode()) for text, _ in first(500)]
    assert min(sizes) >= novels.LEAST
    assert max(sizes) <= novels.MOST


def test_the_same_documents_come_every_time() -> None:
    assert first(300) == first(300)


def test_repeated_documents_are_no_near_duplicates() -> None:
    clean = [text for text, _ in first(40, damaged=False)]
    likest = max(jaccard(a, b) for at, a in enumerate(clean) for b in clean[:at])
    assert likest < 0.6 < DedupSettings().threshold


@pytest.mark.usefixtures("two_books")
def test_planted_damage_is_what_it_says() -> None:
    seen: list[str] = []
    planted: Counter[str] = Counter()
    for text, kind in first(2000):
        planted[kind] += 1
        if kind == "exact":
            assert text in seen
        elif kind == "near":
            likest = max(jaccard(text, other) for other in seen[-60:])
            assert 0.75 <= likest < 1
        elif kind == "form":
            assert text.endswith(corpus.FORM)
        elif kind == "typo":
            assert re.search(r"\bl[a-z]{4,}", text)
        elif kind == "mojibake":
            assert re.search("[ÐÑâÃ]", text)
        seen.append(text)
    for kind, share in corpus.SHARES.items():
        assert planted[kind] == pytest.approx(2 * share, abs=3)


def test_a_dump_has_the_size_asked_for_and_counts_what_it_holds(tmp_path: Path) -> None:
    dump = corpus.write(tmp_path / "raw", 0.5)
    files = sorted((tmp_path / "raw").iterdir())
    lines = [line for file in files for line in file.read_text().splitlines()]
    assert 500_000 <= dump.bytes <= 500_000 + novels.MOST
    assert (len(files), len(lines)) == (dump.files, dump.documents)
    assert dump.files == 8
    assert sum('"planted"' in line for line in lines) == dump.planted.total() > 0


def test_the_pipeline_finds_what_was_planted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(corpus, "SHARES", dict.fromkeys(corpus.SHARES, 50))
    dump = corpus.write(tmp_path / "raw", 0.15)
    with LocalEngine(1) as engine:
        run(Run("bench", Folder(tmp_path / "raw"), tmp_path / "out", Recipe(), engine))
    found = look(tmp_path / "out")
    assert found["documents"] + found["rejected"] == dump.documents
    for kind in ("form", "near", "exact"):
        assert found[f"found:{kind}"] == dump.planted[kind] > 0
    assert found["not planted:form"] == found["not planted:typo"] == 0


def measured() -> Measured:
    """Numbers that keep every promise just so."""
    one = {
        page.COPY: [150.0, 1.0],
        page.ALL: [10.0, 1.0],
        "datatrove chain (default)": [0.2, 1.0],
        "datatrove chain (its whitespace)": [0.2, 1.0],
        "signatures": [60.0, 1.0],
        "signatures of ready shingles": [60.0, 1.0],
        "datasketch update_batch": [2.4, 1.0],
        "rensa batch (words)": [60.0, 1.0],
        "rensa batch (word 5-grams)": [20.0, 1.0],
        "language": [60.0, 1.0],
        "langdetect.detect": [0.6, 1.0],
        "screen: mojibake": [300.0, 1.0],
        "typos, all of it (clean English)": [70.0, 1.0],
        "ftfy.fix_text": [5.0, 1.0],
    }
    return {
        "date": "2026-11-22",
        "machine": {"cores": "2"},
        "bystanders": 0.25,
        "repeats": 3,
        "input": {
            "origin": "novels",
            "megabytes": 1.0,
            "documents": 400,
            "files": 8,
            "planted": {"typo": 4},
        },
        "one": one,
        "two": {page.ALL: [18.0, 1.0]},
        "start_up": {"one": 1.0, "two": 2.0},
        "first_run": {"first": 24.0, "second": 4.0},
        "found": {"documents": 396, "rejected": 4, "found:typo": 3},
        "harm": {"words": 1000, "edits": {"typos/l-for-I": 1}},
        "typos": {
            "harm": [
                {"language": "en", "kind": "novels", "strength": "safe", "words": 1_000_000}
                | {"edits": 9, "wrong": 9},
                {"language": "uk", "kind": "novels", "strength": "safe", "words": 1_000_000}
                | {"edits": 20, "wrong": 19},
                {"language": "en", "kind": "code", "strength": "safe", "words": 100}
                | {"edits": 0, "wrong": 0},
            ],
            "recall": [
                {"language": "en", "kind": L_I, "strength": "safe", "planted": 1_000}
                | {"right": 900, "wrong": 5},
            ],
        },
        "boilerplate": {
            "web": {
                "rows": [
                    {"name": "careful", "scores": {"all": {"lost": 3, "gold": 1000, "f1": 0.7}}},
                    {"name": "article", "scores": {"all": {"lost": 9, "gold": 1000, "f1": 0.85}}},
                ]
            },
            "harm": [
                {"source": name, "strength": "careful", "words": 1000, "cuts": 0}
                for name in ("novels", "udhr", "xquad")
            ],
            "speed": [{"part": "screen", "rate": 60.0}, {"part": "whole stage", "rate": 9.0}],
        },
        "neardup": neardup_numbers.measured(),
        "neighbours": {
            "datatrove chain (default)": {
                "documents": 1,
                "bytes": 1,
                "seconds": 1.0,
                "what": "all",
            }
        },
        "absent": {"dolma": "no compiler"},
        "memory": {"date": "2026-11-22", "peaks": {"100": 500.0, "1000": 549.0}},
    }


def test_targets_are_computed_from_the_numbers() -> None:
    given = measured()
    assert [
        outcome.target.name for outcome in outcomes(given, targets.TARGETS) if not outcome.kept
    ] == []
    for broken in ("one", "two"):
        given[broken][page.ALL] = [9.9, 1.0]
    given["one"]["screen: mojibake"] = [299.0, 1.0]
    for row in given["typos"]["harm"]:
        row |= {"edits": 21, "wrong": 21}
    given["typos"]["recall"][0] |= {"right": 899, "wrong": 10}
    given["first_run"]["first"] = 25.0
    given["memory"]["peaks"]["1000"] = 551.0
    kept = {outcome.target.name: outcome.kept for outcome in outcomes(given, targets.TARGETS)}
    wrong = {name for name, answer in kept.items() if not answer}
    assert len(wrong) == len([name for name in kept if name.startswith("all steps")]) + 8


def test_what_was_not_measured_is_neither_kept_nor_broken() -> None:
    given = measured()
    del given["memory"], given["one"]["datasketch update_batch"]
    unknown = [o.target.name for o in outcomes(given, targets.TARGETS) if o.kept is None]
    assert len(unknown) == 2
    text = page.page(given)
    assert text.count("| not measured |") == 2
    given = measured()
    given["memory"]["peaks"] = {"10": 1.0, "100": 1.0}  # too little to say
    assert [o.kept for o in outcomes(given, targets.TARGETS)][-1] is None


def test_the_page_and_the_plot_hold_every_row() -> None:
    given = measured()
    text = page.page(given)
    for name in given["one"]:
        assert f"| {name} |" in text
    assert "Other programs took 25 %" in text
    assert "dolma did not install or run here: no compiler" in text
    assert "| typos | 1 | 1000.0 |" in text
    picture = plot.plot(given)
    ET.fromstring(picture)
    assert picture.count("<circle") == sum(
        name in given["one"] for _, names in plot.GROUPS for name in names
    )


def test_the_pins_of_neighbours_hold_hashes() -> None:
    for pins in sorted((novels.ROOT / "benchmarks" / "neighbours").glob("*.txt")):
        text = pins.read_text()
        names = re.findall(r"^[a-z0-9][^\s=]*==[^\s;\\]+", text, re.MULTILINE)
        assert names
        assert text.count("--hash=sha256:") >= len(names)
        assert pins.with_suffix(".in").exists()
