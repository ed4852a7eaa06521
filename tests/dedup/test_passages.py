"""Passages that many documents have: which are found, which one stays, what is left of a text."""

import json
import random
import shutil
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import run as steps
from pipeline import schema
from pipeline.cli import main
from pipeline.dedup.folding import same_folding
from pipeline.dedup.settings import DedupSettings
from pipeline.document import apply, restore
from pipeline.engine.local import LocalEngine
from pipeline.kernels.paragraphs import paragraphs_of
from pipeline.kernels.texts import texts_of
from pipeline.recipe import Recipe, RecipeError, parse
from pipeline.sources.places.place import Folder
from pipeline.stages.passages import Passages, Repeated
from pipeline.steps import passages as step
from pipeline.underway import Run
from tests.conftest import publish, rows, tree

FIRST, SECOND = "2026-01-01", "2026-01-02"
_SYLLABLES = [a + b for a in "bdfgklmnprstv" for b in "aeiou"]


# A text of such words has the rules for English.
ENGLISH = "the boat was late and nobody in this harbour had seen her since they rang for it"


def passage(seed: object, length: int = 60) -> str:
    """A sentence of words that no other seed has."""
    made = random.Random(str(seed))
    words = ["".join(made.choices(_SYLLABLES, k=4)) for _ in range(length)]
    return " ".join(words).capitalize() + "."


SHARED = passage("shared")


def with_shared(number: int, shared: str = SHARED) -> str:
    """A document of its own words around the passage."""
    return "\n\n".join([f"Title {number}", passage(number), shared, passage(-number, 30)])


def near(text: str) -> str:
    """The same but for its last word."""
    return text.replace(text.split()[-1], "last.")


def deliver(raw: Path, dump: str, texts: Iterable[str]) -> Path:
    (raw / dump).mkdir(parents=True, exist_ok=True)
    lines = (json.dumps({"text": text, "number": n}) + "\n" for n, text in enumerate(texts))
    (raw / dump / "texts.jsonl").write_text("".join(lines), "utf-8")
    return raw / dump


def recipe(**settings: Any) -> Recipe:
    return parse({"dedup": {"passages": True} | settings})


def holders(out: Path, shared: str = SHARED, dump: str | None = None) -> list[str]:
    """The published documents that have it."""
    return sorted(row["doc_id"] for row in rows(out, "documents", dump) if shared in row["text"])


def cuts(out: Path, dump: str | None = None) -> list[dict[str, Any]]:
    return [row for row in rows(out, "ledger", dump) if row["stage"] == "passages"]


# --- one text


def known(shared: Sequence[str], first: str) -> Passages:
    """The stage that knows these passages, all kept by one document."""
    folding = same_folding()
    hashes = paragraphs_of(texts_of(pa.array(shared)), 50, folding).hashes
    assert len(hashes) == len(shared)
    many = np.full(len(hashes), 7)
    firsts = pa.array([first] * len(hashes))
    return Passages(Repeated(np.sort(hashes), many, firsts), 50, folding)


# (text, what is left in a document that does not keep the passage, what in the one that does, why)
TEXTS = [
    ("A\n\nP\n\nB", "A\n\nB", "A\n\nP\n\nB", "one blank line is left, not two"),
    ("P\n\nB", "B", "P\n\nB", "none before the first line"),
    ("A\n\nP", "A", "A\n\nP", "none after the last"),
    ("A\nP\nB", "A\nB", "A\nP\nB", "a paragraph a line"),
    ("A\n\nP\nB", "A\n\nB", "A\n\nP\nB", "what stands on the next line is not of it"),
    ("A\n\nP\n\nP\n\nB\n\nP", "A\n\nB", "A\n\nP\n\nB", "within its document the first stays too"),
    ("A\n\nP\n\nQ\n\nB", "A\n\nB", "A\n\nP\n\nQ\n\nB", "two passages, one after the other"),
    ("A\n\nX P\n\nB", "A\n\nX P\n\nB", "A\n\nX P\n\nB", "a part of a paragraph is no passage"),
    ("A\n\nB", "A\n\nB", "A\n\nB", "nothing to cut"),
    ("P", "", "P", "the step, not the stage, says whether enough is left"),
]
OTHER = passage("other")


@pytest.mark.parametrize(("text", "left", "first", "why"), TEXTS)
def test_what_is_left_of_a_text(text: str, left: str, first: str, why: str) -> None:
    full = {"P": SHARED, "Q": OTHER}

    def spelled(short: str) -> str:
        return "".join(full.get(letter, letter) for letter in short)

    stage = known([SHARED, OTHER], "keeper")
    for doc_id, wanted in (("other", left), ("keeper", first)):
        cut, ledger = apply(spelled(text), stage.propose(spelled(text), doc_id))
        assert cut == spelled(wanted), why
        assert restore(cut, ledger) == spelled(text)
        for edit in ledger:
            assert (edit.stage, edit.rule) == ("passages", "repeated-passage")
            assert json.loads(edit.evidence) == {"documents": 7, "first": "keeper"}


PIECES = st.sampled_from([SHARED, OTHER, SHARED.upper(), passage("own"), "short", "潮" * 60, "é ö"])
SEPARATORS = st.sampled_from(["\n", "\n\n", "\n \n", "\r\n\r\n", "\n\n\n"])


@st.composite
def written(draw: st.DrawFn) -> str:
    """A text of long and short paragraphs, ended in many ways."""
    parts = draw(st.lists(st.tuples(PIECES, SEPARATORS), max_size=8))
    return draw(st.sampled_from(["", "\n", "\n\n"])) + "".join(a + b for a, b in parts)


@given(st.lists(written(), max_size=4), st.sampled_from(["keeper", "other"]))
def test_cuts_can_be_taken_back_and_leave_one_of_each(texts: list[str], doc_id: str) -> None:
    stage = known([SHARED, OTHER, "潮" * 60], "keeper")
    screened = stage.screen(pa.array(texts, pa.string())).to_pylist()
    proposals = stage.propose_all(texts, [doc_id] * len(texts))
    for text, touched, proposed in zip(texts, screened, proposals, strict=True):
        cut, ledger = apply(text, proposed)
        assert restore(cut, ledger) == text
        assert touched or not ledger
        for whole in (SHARED, OTHER, "潮" * 60):
            there, left = (each.casefold().count(whole.casefold()) for each in (text, cut))
            assert left == (min(there, 1) if doc_id == "keeper" else 0)
        if "\n\n\n" not in text.replace("\r", "").replace(" ", ""):
            assert "\n\n\n" not in cut.replace("\r", "").replace(" ", "")


# --- counting


def batch(documents: Sequence[tuple[str, str]]) -> pa.Table:
    """Documents that are kept, as the kernel gets them."""
    none = pa.nulls(len(documents), pa.string())
    columns = {
        "doc_id": pa.array([doc_id for doc_id, _ in documents], pa.string()),
        "dump": pa.array([SECOND] * len(documents), pa.string()),
        "verdict": none,
        "text": pa.array([text for _, text in documents], pa.string()),
        "duplicate": none,
    }
    return pa.table(columns)


def found(parts: Sequence[Sequence[tuple[str, str]]], others: pa.Table) -> list[dict[str, Any]]:
    """What the kernels make of a dump that comes in these shards."""
    settings = DedupSettings(passages=True)
    counted = [made for part in parts for made in step.count(batch(part), settings=settings)]
    (here,) = step.add_up(pa.concat_tables([schema.PASSAGES.empty_table(), *counted]))
    (made,) = step.find(pa.concat_tables([others, here]), dump=SECOND)
    return sorted(made.to_pylist(), key=lambda row: row["passage"])


DOCUMENTS = [(f"{n:032x}", with_shared(n % 5, SHARED if n % 3 else OTHER)) for n in range(12)]
EARLIER = paragraphs_of(texts_of(pa.array([SHARED, passage(3)])), 50, same_folding()).hashes


@given(st.permutations(DOCUMENTS), st.lists(st.integers(0, 12), max_size=4))
def test_shards_and_their_order_change_nothing(
    documents: list[tuple[str, str]], edges: list[int]
) -> None:
    others = pa.table(
        {
            "dump": [FIRST, "2025-01-01", FIRST],
            "passage": pa.array([EARLIER[0], EARLIER[0], EARLIER[1]], pa.uint64()),
            "documents": [2, 4, 1],
            "doc_id": ["b", "c", None],
        }
    ).cast(schema.PASSAGES)
    places = [0, *sorted(edges), len(documents)]
    parts = [documents[a:b] for a, b in pairwise(places)]
    made = found(parts, others)
    assert made == found([DOCUMENTS], others)
    by_passage = {row["passage"]: row for row in made}
    shared, gone = (by_passage[int(each)] for each in EARLIER)
    assert (shared["documents"], shared["in_all"], shared["first"]) == (8, 14, "c")
    # An earlier dump counts, though no document of it has the passage any more.
    assert (gone["documents"], gone["in_all"], gone["first"]) == (2, 3, f"{3:032x}")
    assert found([[]], others) == []


# --- whole dumps


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two dumps with the passage in each document; in the first a near copy, in the second an exact
    copy of one of the first, and a document that is nothing but the passage.
    """
    place = tmp_path_factory.mktemp("passages")
    texts = [with_shared(n) for n in range(1, 5)]
    first = [*texts, near(texts[1])]
    publish(deliver(place / "raw", FIRST, first), place / "out", recipe=recipe())
    more = [with_shared(5), with_shared(6), *texts, SHARED]
    publish(deliver(place / "raw", SECOND, more), place / "out", recipe=recipe())
    return place / "out"


def test_the_first_of_all_dumps_keeps_the_passage(corpus: Path) -> None:
    (first,) = holders(corpus, dump=FIRST)
    assert first == min(row["doc_id"] for row in rows(corpus, "documents", FIRST))
    made = cuts(corpus)
    assert len(made) == 5
    for row in made:
        said = json.loads(row["evidence"])
        assert said == {"documents": 4 if said["documents"] == 4 else 7, "first": first}
        assert row["before"].strip() == SHARED


def test_what_is_published_is_measured_and_can_be_turned_back(corpus: Path) -> None:
    for row in rows(corpus, "documents"):
        assert row["reversible"]
        assert row["chars"] == len(row["text"])
        assert "\n\n\n" not in row["text"]
        assert not row["heavily_cut"]
        assert row["cut_chars"] == 0  # it is no boilerplate
        mine = [cut for cut in cuts(corpus) if cut["doc_id"] == row["doc_id"]]
        assert row["edit_count"] == len(mine)


def test_copies_are_duplicates_and_no_stumps(corpus: Path) -> None:
    """What a copy of a text is cut down to would be no duplicate of anything."""
    near_copies, copies = (rows(corpus, "rejected", dump) for dump in (FIRST, SECOND))
    assert [row["verdict"] for row in near_copies] == ["duplicate:near"]
    assert [row["verdict"] for row in copies] == ["duplicate:exact"] * 4
    assert all(SHARED in row["text"] for row in (*near_copies, *copies))


def test_near_copies_of_what_was_cut_are_duplicates_in_later_dumps_too(
    corpus: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    shutil.copytree(corpus, out)
    raw = deliver(tmp_path / "raw", "2026-01-03", [near(with_shared(n)) for n in range(1, 5)])
    publish(raw, out, recipe=recipe())
    found = [row["verdict"] for row in rows(out, "rejected", "2026-01-03")]
    assert found == ["duplicate:near"] * 4


def test_copies_of_what_was_cut_are_found_by_an_index_that_was_made_anew(
    corpus: Path, tmp_path: Path
) -> None:
    """What is left of a text is no copy of it, but its hash is of the whole."""
    out = tmp_path / "out"
    shutil.copytree(corpus, out)
    raw = deliver(tmp_path / "raw", "2026-01-03", [with_shared(n) for n in range(1, 5)])
    publish(raw, out, recipe=recipe(bands=9))
    found = [row["verdict"] for row in rows(out, "rejected", "2026-01-03")]
    assert found == ["duplicate:exact"] * 4
    assert list((out / "_work" / ".index" / FIRST).glob("*/band_index"))


def test_a_document_of_which_nothing_would_be_left_stays_whole(corpus: Path) -> None:
    (whole,) = holders(corpus, dump=SECOND)
    (text,) = (row["text"] for row in rows(corpus, "documents") if row["doc_id"] == whole)
    assert text == SHARED


def test_explain_shows_the_cut(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    row = cuts(corpus, SECOND)[0]
    assert main(["explain", row["doc_id"], "--out", str(corpus)]) == 0
    shown = capsys.readouterr().out
    assert "passages/repeated-passage" in shown
    assert f"documents 7; first {holders(corpus, dump=FIRST)[0]}" in shown


def test_a_dump_that_is_run_again_keeps_what_it_kept(corpus: Path, tmp_path: Path) -> None:
    """A later dump had the passage and lost it to this one: it must not be the first now."""
    out = tmp_path / "out"
    shutil.copytree(corpus, out)
    for dump in (SECOND, FIRST):
        before = tree(out / "documents")
        publish(corpus.parent / "raw" / dump, out, dump=dump, recipe=recipe())
        after = tree(out / "documents")
        assert {name for name in after if after[name] != before[name]} <= {
            f"{FIRST}/_manifest.json"  # which says what else was published
        }
    assert holders(out) == holders(corpus)


# What settings do, as (settings, documents with the passage): trap 8 of the neighbours is a setting
# that does nothing.
SETTINGS = [
    ({"passages": False}, 4),
    ({}, 1),
    ({"passage_words": 60}, 1),
    ({"passage_words": 61}, 4),
    ({"passage_documents": 4}, 1),
    ({"passage_documents": 5}, 4),
]


@pytest.mark.parametrize(("settings", "left"), SETTINGS)
def test_each_setting_changes_what_is_cut(
    settings: dict[str, Any], left: int, tmp_path: Path
) -> None:
    raw = deliver(tmp_path / "raw", FIRST, [with_shared(n) for n in range(1, 5)])
    out = publish(raw, tmp_path / "out", recipe=recipe(**settings))
    assert len(holders(out)) == left
    assert len(cuts(out)) == 4 - left


@pytest.mark.parametrize(
    ("setting", "value", "says"), [("passage_words", 0, "1"), ("passage_documents", 1, "2")]
)
def test_settings_that_make_no_sense_are_named(setting: str, value: int, says: str) -> None:
    with pytest.raises(RecipeError, match=rf"in \[dedup\]: {setting} must be at least {says}"):
        parse({"dedup": {setting: value}})


def test_off_it_makes_nothing(tmp_path: Path) -> None:
    raw = deliver(tmp_path / "raw", FIRST, [with_shared(n) for n in range(1, 5)])
    with LocalEngine() as engine:
        run = Run(FIRST, Folder(raw), tmp_path / "out", Recipe(), engine)
        for each in (steps.ingest, *steps.CLEANING):
            last = each(run)
        assert last == run.dataset("measured_documents") == steps.last_made(run)
        assert run.dataset("passage_counts").rows == 0
        assert not list(run.work.glob("passage_parts"))
        steps.commit(run, steps.publish(run))
    assert rows(tmp_path / "out", "passages") == []


def test_a_document_that_is_rejected_keeps_no_passage_from_the_others(tmp_path: Path) -> None:
    """Whichever comes first by its id, a damaged text or a copy: the passage stays published."""
    texts = [with_shared(n) for n in range(1, 6)]
    damaged = [f"{with_shared(n)} \ufffd" for n in range(6, 40)]
    raw = deliver(tmp_path / "raw", FIRST, [*texts, *texts, *damaged])
    out = publish(raw, tmp_path / "out", recipe=recipe())
    assert len(rows(out, "documents")) == 5
    assert len(holders(out)) == 1
    assert {json.loads(row["evidence"])["documents"] for row in cuts(out)} == {5}
    least = min(row["doc_id"] for row in rows(out, "documents") + rows(out, "rejected"))
    assert [least] != holders(out)


def test_a_document_that_would_be_too_short_stays_whole(tmp_path: Path) -> None:
    raw = deliver(tmp_path / "raw", FIRST, [with_shared(n) for n in range(1, 5)])
    words = min(len(with_shared(n).replace(SHARED, "").split()) for n in range(1, 5))
    for least, cut in ((words, 3), (words + 1, 0)):
        wanted = parse({"dedup": {"passages": True}, "quality": {"min_words": least}})
        out = publish(raw, tmp_path / f"out-{least}", recipe=wanted)
        assert len(rows(out, "documents")) == 4
        assert len(cuts(out)) == cut


def test_a_passage_is_no_boilerplate(tmp_path: Path) -> None:
    """A text that is short without the passage has lost no more to boilerplate than before."""
    form = "Leave a Reply\n\nYour email address will not be published. Required fields are marked *"
    made = random.Random(5)
    words = ENGLISH.split()
    own = [" ".join(made.choices(words, k=40)) for _ in range(4)]
    shared = " ".join(made.choices(words, k=120))
    raw = deliver(tmp_path / "raw", FIRST, ["\n\n".join([text, shared, form]) for text in own])
    wanted = parse({"dedup": {"passages": True}, "boilerplate": {"max_cut_share": 0.15}})
    out = publish(raw, tmp_path / "out", recipe=wanted)
    assert len(cuts(out)) == 3
    for row in rows(out, "documents"):
        assert row["cut_chars"] == len(form) + 2
        assert not row["heavily_cut"]
        assert (row["cut_chars"] > 0.15 * (row["cut_chars"] + row["chars"])) is (
            shared not in row["text"]
        )


def test_shards_of_any_size_give_the_same(tmp_path: Path) -> None:
    """And any number of workers: tests/test_run.py."""
    raw = deliver(tmp_path / "raw", FIRST, [with_shared(n) for n in range(1, 13)])
    made = []
    for size in (1 << 20, 2_000):
        wanted = parse({"dedup": {"passages": True}, "ingest": {"shard_bytes": size}})
        out = publish(raw, tmp_path / f"out-{size}", recipe=wanted)
        names = ("documents", "ledger", "passages")
        made.append([sorted(map(str, rows(out, name))) for name in names])
    assert len(list((out / "documents" / FIRST).glob("*.parquet"))) > 3
    assert made[0] == made[1]
    assert len(holders(out)) == 1
