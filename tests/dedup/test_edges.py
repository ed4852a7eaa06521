"""What is rare and must not break: nothing to compare, ids that begin alike, more than 2 GB."""

from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pytest

from pipeline import schema
from pipeline.dedup.settings import DedupSettings
from pipeline.dedup.signatures import packed, unpacked
from pipeline.store.dataset import Dataset
from tests.dedup.finding import DUMP, Doc, duplicates, found_in
from tests.dedup.test_duplicates import sentence

EARLIER = "2026-01-01"
OFF = DedupSettings(exact=False, near=False)
NO_TEXT = Doc("n0", None, damage=None, verdict="undecodable")
REJECTED = Doc("n1", sentence(1), verdict="language")
LONE = Doc("n2", sentence(2))

NOTHING: list[tuple[list[Doc], DedupSettings, str]] = [
    ([], DedupSettings(), "a dump without documents"),
    ([NO_TEXT, REJECTED], DedupSettings(), "all rejected before"),
    ([LONE], DedupSettings(), "one document"),
    ([LONE, REJECTED], DedupSettings(near=False), "exact only"),
    ([LONE, REJECTED], DedupSettings(exact=False), "near only"),
    ([LONE, Doc("n3", sentence(2))], OFF, "both off: a copy stays"),
    ([Doc("n4", ""), Doc("n5", "ab"), Doc("n6", "*")], DedupSettings(exact=False), "no shingles"),
]


@pytest.mark.parametrize("published", [False, True], ids=["first dump", "with an index"])
@pytest.mark.parametrize(("docs", "settings", "why"), NOTHING, ids=[why for _, _, why in NOTHING])
def test_nothing_is_found(
    docs: list[Doc], settings: DedupSettings, why: str, published: bool, tmp_path: Path
) -> None:
    earlier = [Doc("p", sentence(9), dump=EARLIER)] if published else []
    assert duplicates(tmp_path, docs, settings, earlier) == {}, why
    assert len(Dataset(tmp_path / "passes" / "alike").paths) == 1, "and it is soon known"


def test_what_was_rejected_is_compared_with_nothing(tmp_path: Path) -> None:
    copy = Doc("copy", REJECTED.text)
    assert duplicates(tmp_path, [REJECTED, copy, NO_TEXT]) == {}


def test_a_shard_without_rows_is_no_matter(tmp_path: Path) -> None:
    docs = [LONE, Doc("copy", sentence(2) + " again")]
    found = found_in(tmp_path, [[[], [docs[0]], []], [[docs[1]]], [[]]], docs, DedupSettings())
    assert found.keys() == {LONE.name}


# --- Ids of which the first 64 bits are the same: by them documents are known while comparing.

SHARED = "ab" * 8
TWINS = [
    Doc("one", sentence(3, 80), id=f"{SHARED}{1:016}"),
    Doc("two", sentence(4, 80), id=f"{SHARED}{2:016}"),
]
OTHERS = [Doc("kept", sentence(5, 80) + " longer"), Doc("dropped", sentence(5, 80))]
# A copy of each of the twins, which would be dropped for it or it for the copy.
COPIES = [
    Doc("copy of one", sentence(3, 80), id="f" * 32),
    Doc("copy of two", sentence(4, 80) + " longer"),
]


# (those of the two that are new, the dumps of the others, who is dropped beside "dropped", why)
BEGIN_ALIKE: list[tuple[tuple[int, ...], tuple[str, str], set[str], str]] = [
    ((0, 1), ("", ""), set(), "both new: which of them a key is of cannot be told"),
    ((), (EARLIER, EARLIER), set(), "both of one dump"),
    ((), (EARLIER, "2025-12-31"), {"copy of two"}, "of two dumps: the earlier one is seen"),
    ((0,), ("", EARLIER), {"copy of one"}, "one of them new: it is seen"),
    ((1,), (EARLIER, ""), {"two"}, "the other new: its copy is longer"),
]


@pytest.mark.parametrize(
    ("fresh", "dumps", "dropped", "why"), BEGIN_ALIKE, ids=[case[3] for case in BEGIN_ALIKE]
)
def test_two_ids_that_begin_alike_cost_no_document(
    fresh: tuple[int, ...], dumps: tuple[str, str], dropped: set[str], why: str, tmp_path: Path
) -> None:
    """No text is lost of which none that is alike is kept, in whichever order the rows come."""
    published = [
        Doc(doc.name, doc.text, dump, id=doc.id)
        for n, (doc, dump) in enumerate(zip(TWINS, dumps, strict=True))
        if n not in fresh
    ]
    rows = [*OTHERS, *COPIES, *(TWINS[n] for n in fresh)]
    for n, mixed in enumerate((rows, rows[::-1])):
        found = duplicates(tmp_path / str(n), mixed, None, published)
        assert found.keys() == {"dropped", *dropped}, why
        assert {found[name]["kept_id"] for name in dropped} <= {"one", "two", "copy of two"}


def test_more_than_two_gigabytes_of_shingles_have_their_places() -> None:
    """Offsets of 32 bits would be negative. The zeros are memory that is never touched."""
    shingles = np.zeros(3 << 28, np.uint32)
    sets = packed(shingles, np.array([0, 2 << 28, 3 << 28]))
    assert pc.binary_length(sets).to_pylist() == [2 << 30, 1 << 30]
    assert unpacked(sets)[1].tolist() == [0, 2 << 28, 3 << 28]
    assert sets.type == schema.SIGNED.field("shingles").type


def test_dumps_that_are_new_together_count_as_one(tmp_path: Path) -> None:
    docs = [
        Doc("late", sentence(8, 90) + " and more"),
        Doc("early", sentence(8, 90), dump=EARLIER),
    ]
    found = duplicates(tmp_path, [[docs[0]], [docs[1]]])
    assert found["late"]["kept_because"] == "from an earlier dump"
    assert docs[0].dump == DUMP
