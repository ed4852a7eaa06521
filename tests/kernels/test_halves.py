"""Pairs in one number each: parted, swapped, made distinct as pairs of numbers would be."""

from itertools import groupby

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.kernels.halves import (
    join_halves,
    leave_alone,
    leave_distinct,
    lower_halves,
    part_halves,
    swap_halves,
)

HALVES = st.integers(0, 6) | st.integers(2**31 - 1, 2**31 + 1) | st.integers(2**32 - 3, 2**32 - 1)
PAIRS = st.lists(st.tuples(HALVES, HALVES), max_size=40)
# (upper, lower) with upper halves that number lists, as buckets and members do.
NUMBERED = st.lists(st.tuples(st.integers(0, 9), HALVES), max_size=40)


def packed(pairs: list[tuple[int, int]]) -> np.ndarray:
    return np.array([upper << 32 | lower for upper, lower in pairs], np.uint64)


def lists_of(pairs: np.ndarray, count: int) -> list[list[int]]:
    """What `part_halves` says, list by list."""
    lower, ends = np.empty(len(pairs), np.uint32), np.full(count + 1, -9, np.int64)
    part_halves(pairs, lower, ends)
    assert ends[0] == 0
    return [lower[ends[n] : ends[n + 1]].tolist() for n in range(count)]


@given(PAIRS)
def test_distinct_numbers_come_to_the_front_in_order(pairs: list[tuple[int, int]]) -> None:
    numbers = np.sort(packed(pairs))
    expected = [number for number, _ in groupby(numbers.tolist())]
    assert numbers[: leave_distinct(numbers)].tolist() == expected


@given(PAIRS)
def test_halves_are_put_together_and_taken_apart(pairs: list[tuple[int, int]]) -> None:
    upper, lower = (np.array([pair[n] for pair in pairs], np.uint32) for n in (0, 1))
    made, apart = np.empty(len(pairs), np.uint64), np.empty(len(pairs), np.uint32)
    join_halves(upper, lower, made)
    lower_halves(made, apart)
    assert made.tolist() == packed(pairs).tolist()
    assert apart.tolist() == lower.tolist()


@given(PAIRS)
def test_pairs_whose_first_no_other_has_come_to_the_front(pairs: list[tuple[int, int]]) -> None:
    numbers = np.sort(packed(pairs))
    firsts = [upper for upper, _ in pairs]
    expected = packed(sorted(pair for pair in pairs if firsts.count(pair[0]) == 1))
    assert numbers[: leave_alone(numbers)].tolist() == expected.tolist()


@given(PAIRS)
def test_halves_are_swapped_in_place_and_back(pairs: list[tuple[int, int]]) -> None:
    numbers = packed(pairs)
    swap_halves(numbers)
    assert numbers.tolist() == packed([(lower, upper) for upper, lower in pairs]).tolist()
    swap_halves(numbers)
    assert numbers.tolist() == packed(pairs).tolist()


@given(NUMBERED, st.integers(0, 3))
def test_sorted_pairs_become_a_list_for_each_number(
    pairs: list[tuple[int, int]], more: int
) -> None:
    """Numbers without a pair have an empty list: between others, and after the last."""
    count = max((upper for upper, _ in pairs), default=-1) + 1 + more
    expected = [sorted(lower for upper, lower in pairs if upper == n) for n in range(count)]
    assert lists_of(np.sort(packed(pairs)), count) == expected


@given(st.lists(st.sets(st.integers(0, 5), max_size=6), max_size=9))
def test_swapped_they_list_the_other_way_round(buckets_of: list[set[int]]) -> None:
    """From members of buckets to buckets of members, in the same memory."""
    pairs = np.sort(packed([(b, member) for member, some in enumerate(buckets_of) for b in some]))
    assert lists_of(pairs, 6) == [
        [member for member, some in enumerate(buckets_of) if bucket in some] for bucket in range(6)
    ]
    swap_halves(pairs)
    pairs.sort()
    assert lists_of(pairs, len(buckets_of)) == [sorted(some) for some in buckets_of]
