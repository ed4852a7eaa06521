"""Look-ups give what plain Python gives, and touch nothing else."""

from itertools import count, groupby, pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import schema
from pipeline.index import part as index
from pipeline.store import flat
from pipeline.store.dataset import StoreError
from tests.index.corpora import Shards, by_hand, shingles_at

NUMBERS = st.integers(0, 25) | st.integers(2**64 - 3, 2**64 - 1)
FOLDERS = count()


class Row(NamedTuple):
    """A document as the twin knows it."""

    doc: int
    shard: int
    start: int
    shingle_count: int


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


DOCUMENTS = st.lists(
    st.builds(
        Row,
        NUMBERS,
        st.integers(0, 2**32 - 1),
        st.integers(0, 2**64 - 1),
        st.integers(0, 2**32 - 1),
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
)
def test_documents_come_as_they_were_put_in(
    rows: list[Row], others: set[int], some: int, ends: list[int], folder: Path
) -> None:
    known = {row.doc: row for row in rows}
    shards: Shards = [
        [{name: [getattr(known[doc], name) for doc in docs] for name in Row._fields}]
        for docs in cut(sorted(known), ends)
    ]
    part = by_hand(folder / str(next(FOLDERS)), {"document_index": shards})
    asked = numbers(known.keys() | others)
    assert index.holds(part, asked).tolist() == [doc in known for doc in asked.tolist()]

    wanted = sorted(known)[::some]
    found = index.documents(part, np.array(wanted, np.uint64))
    assert found.schema == schema.DOCUMENT_INDEX
    columns = (found[name].to_pylist() for name in Row._fields)
    assert list(zip(*columns, strict=True)) == [known[doc] for doc in wanted]


@pytest.fixture
def tens(tmp_path: Path) -> index.Part:
    """Keys and documents 0 to 9, 10 to 19 … in shards of their own."""
    tens = [list(range(start, start + 10)) for start in range(0, 50, 10)]
    return by_hand(
        tmp_path,
        {
            "band_index": [[{"key": some, "doc": some}] for some in tens],
            "document_index": [[{"doc": some}] for some in tens],
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


def test_a_view_is_kept_from_one_look_up_to_the_next(
    tens: index.Part, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert index.holds(tens, numbers({3})).all()
    monkeypatch.setattr(flat, "blocks", None)
    assert index.holds(tens, numbers({33})).all()


def test_a_torn_part_is_named_and_how_it_is_mended(tmp_path: Path) -> None:
    part = by_hand(tmp_path, {"document_index": [[{"doc": [6]}]]})
    says = r"the index of hand is torn: .*/band_index/hand names documents that .* does not have; "
    with pytest.raises(StoreError, match=says + "make it anew: hygiene index --rebuild hand$"):
        index.documents(part, numbers({5}))


ONE = {"doc": [5], "shard": [0], "start": [0], "shingle_count": [3]}
TORN = [
    pytest.param(ONE, [[1, 2]], "shingles are named that", id="two shingles in place of three"),
    pytest.param(ONE, [], "shingles are named that", id="no file of shingles"),
    pytest.param(ONE, [[]], "shingles are named that", id="an empty one"),
    pytest.param(ONE | {"start": [1]}, [[1, 2, 3]], "are named that", id="over the end"),
    pytest.param(ONE | {"start": [2**64 - 1]}, [[1, 2, 3]], "are named that", id="far behind it"),
    pytest.param(ONE | {"shard": [1]}, [[1, 2, 3]], "are named that", id="in another file"),
]


@pytest.mark.parametrize(("document", "shingles", "says"), TORN)
def test_a_part_without_its_shingles_is_named_and_how_it_is_mended(
    document: dict[str, list[int]], shingles: list[list[int]], says: str, tmp_path: Path
) -> None:
    blocks: Shards = [[{"shingle": some}] if some else [] for some in shingles]
    part = by_hand(tmp_path, {"document_index": [[document]], "shingles": blocks})
    (row,) = index.documents(part, numbers({5})).to_pylist()
    with pytest.raises(
        StoreError,
        match=rf"the index of hand is torn: .*{says}.*/shingles/hand .*; "
        "make it anew: hygiene index --rebuild hand$",
    ):
        shingles_at(index.shelf_of(part), [(row["shard"], row["start"], row["shingle_count"])])


def test_a_part_without_rows_has_nothing(tmp_path: Path) -> None:
    part = by_hand(tmp_path, {})
    assert len(index.documents_with(part, numbers({1, 2}), 3).keys) == 0
    assert not index.holds(part, numbers({1, 2})).any()
    assert index.documents(part, numbers(set())).num_rows == 0
    assert shingles_at(index.shelf_of(part), []) == []
