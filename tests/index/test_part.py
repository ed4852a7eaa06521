"""Look-ups give what plain Python gives, and touch nothing else."""

from itertools import count, groupby, pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.dedup.signatures import unpacked
from pipeline.index import part as index
from pipeline.store import flat
from pipeline.store.dataset import StoreError
from tests.index.corpora import Shards, by_hand

NUMBERS = st.integers(0, 25) | st.integers(2**64 - 3, 2**64 - 1)
FOLDERS = count()


class Row(NamedTuple):
    """A document as the twin knows it."""

    doc: int
    shard: int
    shingles: tuple[int, ...]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("parts")


def cut(rows: list[int], ends: list[int]) -> list[list[int]]:
    """The rows in pieces that end there, none of them empty."""
    places = [0, *sorted(end % (len(rows) + 1) for end in ends), len(rows)]
    pieces = (rows[a:b] for a, b in pairwise(places))
    return [piece for piece in pieces if piece]


def numbers(some: set[int]) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    return np.array(sorted(some), np.uint64)


@settings(max_examples=40)
@given(
    pairs=st.sets(st.tuples(NUMBERS, st.integers(0, 9)), max_size=50),
    wanted=st.sets(NUMBERS, max_size=12),
    most=st.integers(1, 4),
    ends=st.lists(st.integers(0, 99), max_size=3),
)
def test_documents_with_a_key_are_those_that_have_it(
    pairs: set[tuple[int, int]], wanted: set[int], most: int, ends: list[int], folder: Path
) -> None:
    docs = {
        key: [doc for _, doc in rows] for key, rows in groupby(sorted(pairs), lambda row: row[0])
    }
    shards: Shards = [
        [
            {
                "key": [key for key in keys for _ in docs[key]],
                "doc": [doc for key in keys for doc in docs[key]],
            }
        ]
        for keys in cut(list(docs), ends)
    ]
    part = by_hand(folder / str(next(FOLDERS)), {"band_index": shards})
    met = index.documents_with(part, numbers(wanted), most)
    expected = [(key, doc) for key in sorted(wanted & docs.keys()) for doc in docs[key][:most]]
    assert list(zip(met.keys.tolist(), met.docs.tolist(), strict=True)) == expected


def of_documents(folder: Path, rows: list[Row], ends: list[int]) -> index.Part:
    """A part with these documents, their shingles in their shards, a block for each two."""
    shingles: list[list[int]] = [[], []]
    told = []
    for row in rows:  # not in order of their numbers: shingles lie as the documents did
        told.append((row.doc, row.shard, len(shingles[row.shard]), len(row.shingles)))
        shingles[row.shard] += row.shingles
    columns = ("doc", "shard", "start", "shingle_count")
    of = {told_of[0]: dict(zip(columns, told_of, strict=True)) for told_of in told}
    documents: Shards = [
        [{name: [of[doc][name] for doc in docs] for name in columns}]
        for docs in cut(sorted(of), ends)
    ]
    blocks: Shards = [
        [
            {"shingle": [n for row in some for n in row.shingles]}
            for some in (mine[at : at + 2] for at in range(0, len(mine), 2))
        ]
        for mine in ([row for row in rows if row.shard == shard] for shard in range(2))
    ]
    return by_hand(folder, {"document_index": documents, "shingles": blocks})


DOCUMENTS = st.lists(
    st.builds(
        Row,
        NUMBERS,
        st.integers(0, 1),
        st.lists(st.integers(0, 2**32 - 1), max_size=4).map(tuple),
    ),
    max_size=12,
    unique_by=lambda row: row.doc,
)


@settings(max_examples=40)
@given(
    rows=DOCUMENTS,
    others=st.sets(NUMBERS, max_size=6),
    some=st.integers(1, 3),
    ends=st.lists(st.integers(0, 99), max_size=2),
    at_once=st.integers(1, 9),
)
def test_documents_come_as_they_were_put_in(
    rows: list[Row], others: set[int], some: int, ends: list[int], at_once: int, folder: Path
) -> None:
    part = of_documents(folder / str(next(FOLDERS)), rows, ends)
    known = {row.doc: row for row in rows}
    asked = numbers(known.keys() | others)
    assert index.holds(part, asked).tolist() == [doc in known for doc in asked.tolist()]

    wanted = sorted(known)[::some]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(index, "_MOST_SHINGLES", at_once)
        tables = list(index.documents(part, np.array(wanted, np.uint64)))
    found = []
    for table in tables:
        counts = table["shingle_count"].to_pylist()
        assert sum(counts) <= at_once or len(counts) == 1
        values, ends_ = unpacked(table["shingles"].combine_chunks())
        sets = [tuple(values[a:b].tolist()) for a, b in pairwise(ends_)]
        found += list(zip(table["doc"].to_pylist(), table["shard"].to_pylist(), sets, strict=True))
    assert found == [tuple(known[doc]) for doc in wanted]


@pytest.fixture
def tens(tmp_path: Path) -> index.Part:
    """Keys and documents 0 to 9, 10 to 19 … in shards of their own, a shingle each."""
    tens = [list(range(start, start + 10)) for start in range(0, 50, 10)]
    return by_hand(
        tmp_path,
        {
            "band_index": [[{"key": some, "doc": some}] for some in tens],
            "document_index": [
                [
                    {
                        "doc": some,
                        "shard": [number] * 10,
                        "start": [*range(10)],
                        "shingle_count": [1] * 10,
                    }
                ]
                for number, some in enumerate(tens)
            ],
            "shingles": [[{"shingle": some}] for some in tens],
        },
    )


def test_only_blocks_in_range_are_looked_into(
    tens: index.Part, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, looked = index.runs_of, []

    def note(wanted: index.Numbers, among: index.Numbers) -> tuple[index.Places, index.Places]:
        looked.append((wanted.tolist(), int(among[0])))
        return real(wanted, among)

    monkeypatch.setattr(index, "runs_of", note)
    index.documents_with(tens, numbers({13, 17, 49, 60}), 9)
    assert looked == [([13, 17], 10), ([49], 40)]
    looked.clear()
    assert index.holds(tens, numbers({29, 30})).all()
    assert looked == [([29], 20), ([30], 30)]


def test_only_files_with_wanted_shingles_are_opened(
    tens: index.Part, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = []
    real = flat.blocks

    def note(path: Path, names: list[str]) -> list[flat.Block]:
        opened.append((path.parent.parent.name, path.name))
        return real(path, names)

    monkeypatch.setattr(flat, "blocks", note)
    (table,) = index.documents(tens, numbers({21, 48}))
    assert table["doc"].to_pylist() == [21, 48]
    shingles = [file for dataset, file in opened if dataset == "shingles"]
    assert shingles == ["part-00002.parquet", "part-00004.parquet"]
    assert "band_index" not in {dataset for dataset, _ in opened}


def test_a_view_is_kept_from_one_look_up_to_the_next(
    tens: index.Part, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert index.holds(tens, numbers({3})).all()
    monkeypatch.setattr(flat, "blocks", None)
    assert index.holds(tens, numbers({33})).all()


ONE = {"doc": [5], "shard": [0], "start": [0], "shingle_count": [3]}
TORN = [
    pytest.param(ONE | {"doc": [6]}, [[1, 2, 3]], "names documents that", id="no such document"),
    pytest.param(ONE, [[1]], "names shingles that", id="one shingle in place of three"),
    pytest.param(ONE, [], "has no shard 0", id="no file of shingles"),
    pytest.param(ONE, [[]], "names shingles that", id="an empty one"),
    pytest.param(ONE | {"start": [9]}, [[1, 2, 3]], "names shingles that", id="behind the end"),
]


@pytest.mark.parametrize(("document", "shingles", "says"), TORN)
def test_a_torn_part_is_named(
    document: dict[str, list[int]], shingles: list[list[int]], says: str, tmp_path: Path
) -> None:
    blocks: Shards = [[{"shingle": some}] if some else [] for some in shingles]
    part = by_hand(tmp_path, {"document_index": [[document]], "shingles": blocks})
    with pytest.raises(StoreError, match=says):
        list(index.documents(part, numbers({5})))


def test_a_part_without_rows_has_nothing(tmp_path: Path) -> None:
    part = by_hand(tmp_path, {})
    assert len(index.documents_with(part, numbers({1, 2}), 3).keys) == 0
    assert not index.holds(part, numbers({1, 2})).any()
    assert list(index.documents(part, numbers(set()))) == []
