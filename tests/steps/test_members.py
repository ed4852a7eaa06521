"""Rows of members name where the shingles of their documents lie, and there they lie."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import schema
from pipeline.dedup.ids import ids_of, numbers_of
from pipeline.dedup.order import KeepOrder
from pipeline.dedup.room import Room
from pipeline.dedup.settings import DedupSettings
from pipeline.index.part import shelf_of
from pipeline.index.shelf import Shelf
from pipeline.index.signing import signatures
from pipeline.steps import members
from pipeline.steps.meeting import FRESH, GROUPED, GROUPS
from pipeline.store.dataset import Dataset, StoreError
from tests.dedup.finding import DUMP, Doc, measured, target
from tests.index.corpora import by_hand, shingles_at

ORDER = KeepOrder(DedupSettings(), ("2026-01-01", DUMP))
WORDS = ["lamp", "river", "the", "stone", "under", "seven", "bright", "ferry"]
Kinds = Sequence[Sequence[Sequence[tuple[str, bool]]]]
"""Shards of row groups of documents: what each is, and whether it has a group."""


def text(number: int) -> str:
    """Seven words or more, no two texts alike."""
    chosen = [WORDS[(number * step + step) % len(WORDS)] for step in range(7 + number % 4)]
    return " ".join([*chosen, word(number)])


def word(number: int) -> str:
    """Another for each number, in letters: documents may be compared without their digits."""
    return "".join(chr(ord("a") + int(digit)) for digit in str(number))


def document(number: int, kind: str) -> Doc:
    texts = {"text": text(number), "short": "No", "rejected": text(number), "empty": None}
    return Doc(
        f"{number}",
        texts[kind],
        verdict="language" if kind == "rejected" else "empty" if kind == "empty" else None,
        edits=number,
    )


def signed(folder: Path, shards: Sequence[Sequence[Sequence[Doc]]], near: bool = True) -> Dataset:
    """The signatures of documents, in these shards and row groups."""
    made = target(folder, "signed", schema.SIGNED, "flat")
    options = DedupSettings(near=near)
    return made.finish(
        made.write(
            f"part-{number}.parquet",
            [table for some in groups for table in signatures(measured(some), settings=options)],
        )
        for number, groups in enumerate(shards)
    )


def grouped(folder: Path, of: Mapping[int, int]) -> Dataset:
    """Groups by document, all of them new."""
    docs = sorted(of)
    columns = {"doc": docs, "group": [of[doc] for doc in docs], "part": [FRESH] * len(docs)}
    made = target(folder, "groups", GROUPS, "flat")
    return made.finish([made.write("part-0.parquet", [pa.table(columns, GROUPS)])])


def number_of(doc: Doc) -> int:
    (high,), _ = numbers_of(pa.array([doc.doc_id]))
    return int(high)


def ids(rows: pa.Table) -> list[str]:
    made = ids_of(rows["doc"].to_numpy(), rows["low"].to_numpy())
    return [str(one) for one in made.to_pylist()]


def fetched(rows: pa.Table, shelf: Shelf) -> list[list[int]]:
    places = (rows[name].to_pylist() for name in ("shard", "start", "shingle_count"))
    return shingles_at(shelf, zip(*places, strict=True))


KIND = st.sampled_from(["text", "short", "rejected", "empty"])
SHARDS = st.lists(
    st.lists(st.lists(st.tuples(KIND, st.booleans()), max_size=4), min_size=1, max_size=3),
    min_size=1,
    max_size=3,
)


@settings(max_examples=25)
@given(kinds=SHARDS)
def test_places_of_new_documents_hold_their_shingles(kinds: Kinds) -> None:
    """Whatever comes before them: rejected documents and short ones take their room too."""
    numbers = iter(range(1000))
    docs, of = [], {}
    for shard in kinds:
        docs.append([[document(next(numbers), kind) for kind, _ in some] for some in shard])
        flat = [each for some in docs[-1] for each in some]
        is_in = [is_in for some in shard for _, is_in in some]
        of |= {number_of(doc): 7 + len(of) for doc, of_it in zip(flat, is_in, strict=True) if of_it}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made = signed(folder, docs)
        tables = list(members.fresh(made, 3, grouped(folder, of), ORDER))
        found = pa.concat_tables([members.MEMBERS.empty_table(), *tables])
        shingles = dict(zip(ids(found), fetched(found, members.shelf_of(made)), strict=True))
        written = made.table([*schema.SIGNED.names]).to_pylist()
    expected = {
        row["doc_id"]: np.frombuffer(row["shingles"], np.uint32).tolist()
        for row in written
        if row["text_hash"] is not None and int(row["doc_id"][:16], 16) in of
    }
    every = {doc.doc_id: doc for shard in docs for some in shard for doc in some}
    assert shingles == expected
    assert found.num_rows == len(expected)
    for row, doc_id in zip(found.to_pylist(), ids(found), strict=True):
        assert every[doc_id].verdict is None
        assert (row["shingle_count"] > 0) == (every[doc_id].text != "No")
        assert (row["group"], row["shelf"]) == (of[row["doc"]], 3)
    by_id = {row["doc_id"]: row for row in written}
    chosen = pa.Table.from_pylist([by_id[each] for each in ids(found)], schema.SIGNED)
    assert found["order"].to_pylist() == ORDER.fresh(chosen).tolist()
    texts = ids_of(found["text_high"].to_numpy(), found["text_low"].to_numpy())
    assert texts.to_pylist() == chosen["text_hash"].to_pylist()


def test_where_only_copies_are_looked_for_there_are_no_shingles(tmp_path: Path) -> None:
    docs = [document(number, "text") for number in range(3)]
    made = signed(tmp_path, [[docs]], near=False)
    of = {number_of(doc): 1 for doc in docs}
    (found,) = members.fresh(made, 0, grouped(tmp_path, of), ORDER)
    assert found["shingle_count"].to_pylist() == [0, 0, 0]
    assert fetched(found, members.shelf_of(made)) == [[], [], []]


def test_signatures_that_are_torn_are_named_and_how_they_are_mended(tmp_path: Path) -> None:
    made = signed(tmp_path, [[[document(1, "text")]]])
    made.paths[0].write_bytes(b"")
    told = r"the dataset .*/signed is torn: .*part-0\.parquet is damaged: .*; remove it, and run"
    with pytest.raises(StoreError, match=told):
        shingles_at(members.shelf_of(made), [(0, 1, 1)])


def test_members_that_are_published_are_those_of_their_part(tmp_path: Path) -> None:
    """Two parts have a document 5, and one of them two whose ids begin alike."""
    columns = ("doc", "low", "text_high", "text_low", "chars", "shard", "start", "shingle_count")
    rows = {
        "first": [(4, 1, 10, 11, 90, 0, 0, 2), (5, 2, 12, 13, 80, 0, 2, 0)],
        "second": [
            (5, 3, 14, 15, 70, 1, 1, 2),
            (5, 4, 16, 17, 60, 0, 0, 1),
            (6, 5, 18, 19, 50, 0, 0, 1),
        ],
    }
    shingles = {
        "first": [[{"shingle": [1, 2]}]],
        "second": [[{"shingle": [3]}], [{"shingle": [4, 5, 6]}]],
    }
    parts = []
    for dump, name in (("2026-01-01", "first"), (DUMP, "second")):
        block = dict(zip(columns, map(list, zip(*rows[name], strict=True)), strict=True))
        made = by_hand(tmp_path / name, {"document_index": [[block]], "shingles": shingles[name]})
        parts.append(replace(made, dump=dump))
    table = pa.table(
        {"doc": [3, 4, 5, 9], "group": [30, 40, 50, 90], "part": [FRESH, 0, 1, FRESH]}, GROUPS
    )
    made_of = members.published(table, parts=parts, shelf=2, order=ORDER)
    found = {(row["doc"], row["low"]): row for each in made_of for row in each.to_pylist()}
    assert list(found) == [(4, 1), (5, 3), (5, 4)]
    assert [(row["group"], row["shelf"]) for row in found.values()] == [(40, 2), (50, 3), (50, 3)]
    shelves = [None, None, *map(shelf_of, parts)]
    for key, expected in (((4, 1), [1, 2]), ((5, 3), [5, 6]), ((5, 4), [3])):
        row = found[key]
        shelf = shelves[row["shelf"]]
        assert shelf is not None
        place = (row["shard"], row["start"], row["shingle_count"])
        assert shingles_at(shelf, [place]) == [expected]
    assert [(row["text_high"], row["text_low"]) for row in found.values()] == [
        (10, 11), (14, 15), (16, 17),
    ]  # fmt: skip
    orders = [
        int(ORDER.published(dump, np.array([chars], np.int64))[0])
        for dump, chars in (("2026-01-01", 90), (DUMP, 70), (DUMP, 60))
    ]
    assert [row["order"] for row in found.values()] == orders


def test_what_is_alike_is_the_same_where_arrays_lie_in_files(tmp_path: Path) -> None:
    """Pairs of texts, of which all share a key and two of a pair most of their words."""
    words = [[1000 * (n // 2 + 1) + at for at in range(60)] + [n] for n in range(8)]
    docs = [Doc(f"{n}", " ".join(map(word, some))) for n, some in enumerate(words)]
    made = signed(tmp_path, [[docs[:3], docs[3:5]], [docs[5:]]])
    of = {number_of(doc): 1 for doc in docs}
    tables = [*members.fresh(made, 0, grouped(tmp_path, of), ORDER)]
    keys = {"group": [1] * len(of), "key": [257] * len(of), "doc": [*of]}
    rows = pa.concat_tables([pa.table(keys, GROUPED), *tables], promote_options="default")
    compare = partial(members.compare, shelves=[members.shelf_of(made)], settings=DedupSettings())
    in_memory = compare(rows, room=Room(tmp_path, 1 << 20))
    expected = pa.concat_tables(in_memory)
    assert expected.num_rows == 4
    assert pa.concat_tables(compare(rows, room=Room(tmp_path, 0))).equals(expected)
