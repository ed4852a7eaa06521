"""Band keys come in order, however they came, in whatever pieces they go."""

import random

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from pipeline.dedup.bands import BAND_KEYS
from pipeline.index.keys import sort_keys

KEYS = st.sampled_from([0, 1, 2, 3, 2**63, 2**64 - 2, 2**64 - 1])
PAIRS = st.lists(st.tuples(KEYS, st.integers(0, 2**64 - 1)), max_size=60)


@given(pairs=PAIRS, seed=st.integers(0, 9), most=st.integers(4, 70))
def test_rows_are_sorted_and_a_key_is_whole_or_in_large_pieces(
    pairs: list[tuple[int, int]], seed: int, most: int
) -> None:
    """Look-ups take the first so many of a key: which those are must not depend on shards."""
    expected = sorted(pairs)
    random.Random(seed).shuffle(pairs)
    columns = [pa.array([pair[side] for pair in pairs], pa.uint64()) for side in (0, 1)]
    tables = list(sort_keys(pa.table(columns, schema=BAND_KEYS), most=most, room=np.empty))
    rows = [
        list(zip(*(made[n].to_pylist() for n in ("key", "doc")), strict=True)) for made in tables
    ]
    assert [row for some in rows for row in some] == expected
    keys = [key for key, _ in pairs]
    for some in rows:
        assert len(some) <= most, "what comes next has room for so many"
        for key in {key for key, _ in some}:
            count = sum(key == other for other, _ in some)
            if keys.count(key) <= most:
                assert count == keys.count(key), "of few rows: whole"
            else:
                assert 1 < count <= most, "of many: the table shows that the key is shared"
                assert len(some) == count, "by itself"


def test_pieces_of_a_giant_key_are_about_equal() -> None:
    """The last is no rest of a row or two, between others' rows of which there are few."""
    keys = np.repeat(np.array([3, 5, 9], np.uint64), [4, 101, 4])
    table = pa.table({"key": keys, "doc": np.arange(109, dtype=np.uint64)}, BAND_KEYS)
    tables = list(sort_keys(table, most=10, room=np.empty))
    first, *pieces, last = [made.num_rows for made in tables]
    assert (first, last, sum(pieces), {*pieces}) == (4, 4, 101, {9, 10})


def test_keys_that_are_nearly_giant_do_not_come_all_at_once() -> None:
    """Each band of a template has one, and several of them may lie in one partition."""
    keys = np.repeat(np.arange(5, dtype=np.uint64), 9)
    table = pa.table({"key": keys, "doc": np.arange(45, dtype=np.uint64)}, BAND_KEYS)
    tables = list(sort_keys(table, most=20, room=np.empty))
    assert [made["key"].unique().to_pylist() for made in tables] == [[0, 1], [2, 3], [4]]
