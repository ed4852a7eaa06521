"""What is fetched is what lies at its place, and nothing else is opened."""

from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.index import shelf as shelves
from pipeline.index.shelf import Shelf, fetch
from pipeline.store import flat
from pipeline.store.dataset import Provenance, StoreError, Target
from tests.index.corpora import shingles_at

NUMBERS = pa.schema([pa.field("n", pa.uint32(), nullable=False)])
PACKED = pa.schema([pa.field("n", pa.large_binary(), nullable=False)])
FOLDERS = count()
Sets = Sequence[Sequence[int]]
"""Of one row group."""


def shelf_of(
    folder: Path, shards: Sequence[Sequence[Sets]], columns: pa.Schema, made_from: str = "these"
) -> Shelf:
    """A shelf with these sets: all numbers of a row group one after the other, or packed."""
    target = Target(folder, columns, Provenance("d", "d", made_from, "{}", ()), layout="flat")
    target.finish(
        target.write(f"part-{number:05d}.parquet", [group(sets, columns) for sets in groups])
        for number, groups in enumerate(shards)
    )
    return Shelf(folder, "n", made_from, "the set of these", "write it again")


def group(sets: Sets, columns: pa.Schema) -> pa.Table:
    values: list[int] | list[bytes] = [n for each in sets for n in each]
    if columns is PACKED:
        values = [np.array(each, np.uint32).tobytes() for each in sets]
    return pa.table([pa.array(values, columns.types[0])], columns)


def words_of(sets: Sets, columns: pa.Schema) -> list[int]:
    """A row group as a shelf counts it: before each packed set a word, which is its length."""
    return [word for each in sets for word in ([4 * len(each)] * (columns is PACKED) + [*each])]


class Run(NamedTuple):
    """Words that lie together in a row group, and where that begins in its shard."""

    shard: int
    begin: int
    group: list[int]
    first: int
    count: int

    @property
    def place(self) -> tuple[int, int, int]:
        return self.shard, self.begin + self.first, self.count

    @property
    def words(self) -> list[int]:
        return self.group[self.first : self.first + self.count]


def runs(groups: list[tuple[int, int, list[int]]]) -> st.SearchStrategy[list[Run]]:
    """Some of what lies in these row groups, in any order, more than once too."""

    def within(where: tuple[int, int, list[int]]) -> st.SearchStrategy[Run]:
        size = len(where[2])
        ends = st.tuples(st.integers(0, size), st.integers(0, size)).map(sorted)
        return ends.map(lambda ab: Run(*where, ab[0], ab[1] - ab[0]))

    return st.lists(st.sampled_from(groups).flatmap(within), max_size=8)


def laid(shards: Sequence[Sequence[Sets]], columns: pa.Schema) -> Iterator[tuple[int, int, list]]:
    """(shard, where a row group begins in it, its words)."""
    for number, groups in enumerate(shards):
        begin = 0
        for sets in groups:
            some = words_of(sets, columns)
            yield number, begin, some
            begin += len(some)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shelves")


SETS = st.lists(st.lists(st.integers(0, 2**32 - 1), max_size=4), max_size=4)


@settings(max_examples=50)
@given(
    shards=st.lists(st.lists(SETS, min_size=1, max_size=3), min_size=1, max_size=3),
    columns=st.sampled_from([NUMBERS, PACKED]),
    data=st.data(),
)
def test_runs_are_what_lies_at_their_places(
    shards: list[list[Sets]], columns: pa.Schema, data: st.DataObject, folder: Path
) -> None:
    """In whichever order they are asked for and put; the rest of the room is left alone."""
    shelf = shelf_of(folder / str(next(FOLDERS)), shards, columns)
    wanted = data.draw(runs([*laid(shards, columns)]))
    assert shingles_at(shelf, [run.place for run in wanted]) == [run.words for run in wanted]

    order = data.draw(st.permutations(range(len(wanted))))
    sizes = [run.count + 1 for run in wanted]  # a word of room after each
    to = np.zeros(len(wanted), np.int64)
    to[order] = np.cumsum([0, *(sizes[at] for at in order)])[:-1]
    out = np.full(sum(sizes), 7, np.uint32)
    shard, start, counts = np.array([run.place for run in wanted], np.uint64).reshape(-1, 3).T
    fetch(shelf, shard.astype(np.uint32), start, counts.astype(np.uint32), to, out)
    assert out.tolist() == [word for at in order for word in (*wanted[at].words, 7)]


SHARDS: list[list[Sets]] = [[[[1, 2], []], [[3]]], [[[4, 5, 6]]]]
# Where there is nothing like it, in words of numbers: shards of (2, 1) and (3).
NOWHERE = [
    pytest.param((0, 3, 1), "does not have", id="behind the last"),
    pytest.param((0, 2, 2), "does not have", id="over the end of the last"),
    pytest.param((0, 1, 2), "has in pieces", id="from one row group into the next"),
    pytest.param((0, 0, 3), "has in pieces", id="all of both"),
    pytest.param((2, 0, 1), "does not have", id="no such shard"),
    pytest.param((1, 2**64 - 1, 1), "does not have", id="so far that a sum is small again"),
    pytest.param((1, 2**63, 1), "does not have", id="where a sign would be"),
    pytest.param((1, 0, 9999), "does not have", id="longer than any"),
]


@pytest.mark.parametrize(("place", "says"), NOWHERE)
def test_what_does_not_lie_there_is_told_and_how_it_is_mended(
    place: tuple[int, int, int], says: str, tmp_path: Path
) -> None:
    shelf = shelf_of(tmp_path / "n", SHARDS, NUMBERS)
    assert shingles_at(shelf, [(0, 0, 2), (0, 2, 1), (1, 0, 3)]) == [[1, 2], [3], [4, 5, 6]]
    told = rf"the set of these is torn: shingles are named that .*/n {says}; write it again"
    with pytest.raises(StoreError, match=told):
        shingles_at(shelf, [(0, 0, 2), place, (1, 0, 3)])


def test_a_run_of_nothing_is_nowhere(tmp_path: Path) -> None:
    """A document without shingles has a place as others have, and it may be behind the last."""
    shelf = shelf_of(tmp_path / "n", SHARDS, NUMBERS)
    assert shingles_at(shelf, [(0, 3, 0), (9, 9, 0), (1, 1, 1)]) == [[], [], [5]]


@pytest.mark.parametrize("left", [0, 100])
def test_a_file_that_is_damaged_is_told_likewise(left: int, tmp_path: Path) -> None:
    shelf = shelf_of(tmp_path / "n", SHARDS, PACKED)
    path = tmp_path / "n" / "part-00000.parquet"
    path.write_bytes(path.read_bytes()[:left])
    told = r"the set of these is torn: .*/part-00000\.parquet is damaged: .*; write it again"
    with pytest.raises(StoreError, match=told):
        shingles_at(shelf, [(0, 1, 1)])


def test_only_files_with_wanted_runs_are_opened_and_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = []

    def note(path: Path, name: str) -> list[flat.Words]:
        opened.append(path.name)
        return flat.words(path, name)

    monkeypatch.setattr(shelves, "words", note)
    shelf = shelf_of(tmp_path / "n", [SHARDS[0]] * 3, NUMBERS)
    for _ in range(2):
        assert shingles_at(shelf, [(2, 2, 1), (1, 0, 1), (0, 0, 0)]) == [[3], [1], []]
    assert opened == ["part-00001.parquet", "part-00002.parquet"]


def test_a_shelf_that_comes_to_the_place_of_another_is_looked_at(tmp_path: Path) -> None:
    """As when a dump comes again: one process may compare with both."""
    first = shelf_of(tmp_path / "n", [[[[1, 2]]]], NUMBERS, "first")
    assert shingles_at(first, [(0, 0, 2)]) == [[1, 2]]
    second = shelf_of(tmp_path / "n", [[[[3, 4]]]], NUMBERS, "second")
    assert shingles_at(second, [(0, 0, 2)]) == [[3, 4]]
