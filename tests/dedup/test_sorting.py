"""Sorting in pieces is sorting, wherever the arrays lie."""

import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.dedup import sorting
from pipeline.dedup.room import Room

NUMBERS = st.sampled_from([0, 1, 2, 2**32 - 1, 2**32, 2**63, 2**64 - 1])
ROWS = st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS), max_size=30)


@given(ROWS, st.integers(0, 400))
def test_rows_are_ranked_as_tuples_are(rows: list[tuple[int, int, int]], most: int) -> None:
    columns = [np.array([row[n] for row in rows], np.uint64) for n in range(3)]
    with tempfile.TemporaryDirectory() as folder:
        room = Room(Path(folder), most)
        rank = sorting.ranks(columns, room)
        order = sorting.in_order(rank, room)
    distinct = sorted(set(rows))
    assert [distinct[each] for each in rank.tolist()] == rows
    assert order.tolist() == sorted(range(len(rows)), key=lambda row: (rows[row], row))


@pytest.mark.parametrize("count", [0, 1, sorting.AT_ONCE, sorting.AT_ONCE + 1])
def test_pieces_are_the_whole(count: int) -> None:
    """One row more than a piece is the first that could go wrong."""
    values = np.random.default_rng(1).permutation(count).astype(np.uint64)
    rank, distinct = sorting.ranked(values, np.empty)
    assert np.array_equal(rank, values)
    assert np.array_equal(distinct, np.arange(count))
    numbers = sorting.counted(count, np.empty)
    assert np.array_equal(numbers, np.arange(count))
    assert np.array_equal(sorting.gathered(values, numbers[::-1], np.empty), values[::-1])
    chunks = pa.chunked_array([values[:1], values[1:]], pa.uint64())
    assert np.array_equal(sorting.copied(chunks, np.empty), values)


def test_an_inverse_is_the_order_of_an_order() -> None:
    order = np.array([3, 1, 0, 2], np.uint32)
    inverse = sorting.in_order(order, np.empty)
    assert order[inverse].tolist() == [0, 1, 2, 3]


def test_more_than_32_bits_tell_apart_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else their numbers would begin again with 0, and one document be taken for another."""
    with pytest.raises(sorting.TooMany, match=r"4,294,967,297 keys .* publish the dump in several"):
        sorting.counted(2**32 + 1, np.empty)
    monkeypatch.setattr(sorting, "_MOST", 3)
    assert sorting.ranked(np.array([5, 5, 7, 6, 7], np.uint64), np.empty)[0].tolist()[-1] == 2
    with pytest.raises(sorting.TooMany, match="4 keys or pairs"):
        sorting.ranked(np.arange(4, dtype=np.uint64), np.empty)
