"""Which documents are alike, against comparing each with each."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.kernels.keeping import best_kept
from pipeline.kernels.likeness import Alike, Lists, Sets, alike, common_values, gather

SETS = st.lists(st.sets(st.integers(0, 12), max_size=8), min_size=1, max_size=14)


def packed(lists: list[list[int]]) -> tuple[list[int], np.ndarray]:
    return [each for one in lists for each in one], np.append(0, np.cumsum([*map(len, lists)]))


def compared(
    sets: list[set[int]], buckets: list[set[int]], fixed: list[bool], anchors: int
) -> Alike:
    """All pairs of these documents that are alike; buckets: of each document."""
    names = sorted(set().union(*buckets))
    values, ends = packed([sorted(one) for one in sets])
    of, of_ends = packed([[names.index(name) for name in sorted(one)] for one in buckets])
    rows = [[n for n, one in enumerate(buckets) if name in one] for name in names]
    members, member_ends = packed(rows)
    return alike(
        Sets(np.array(values, np.uint32), ends.astype(np.int64)),
        Lists(np.array(of, np.int64), of_ends.astype(np.int64)),
        Lists(np.array(members, np.int64), member_ends.astype(np.int64)),
        np.array(fixed, np.bool_),
        0.5,
        anchors,
    )


def jaccard(one: set[int], other: set[int]) -> float:
    return len(one & other) / len(one | other) if one | other else 0.0


def staying(count: int, pairs: set[tuple[int, int]], fixed: list[bool]) -> set[int]:
    """Who stays, by the rule as it is said."""
    stays: set[int] = set()
    for at in range(count):
        if fixed[at] or not any((other, at) in pairs for other in stays):
            stays.add(at)
    return stays


@given(SETS, st.data())
def test_pairs_are_all_that_share_a_bucket_and_are_alike(
    sets: list[set[int]], data: st.DataObject
) -> None:
    some = st.sets(st.integers(0, 3), max_size=3)
    buckets = data.draw(st.lists(some, min_size=len(sets), max_size=len(sets)))
    fixed = data.draw(st.lists(st.booleans(), min_size=len(sets), max_size=len(sets)))
    found = compared(sets, buckets, fixed, anchors=99)
    expected = {
        (one, other): (len(sets[one] & sets[other]), len(buckets[one] & buckets[other]))
        for one, other in combinations(range(len(sets)), 2)
        if buckets[one] & buckets[other]
        and jaccard(sets[one], sets[other]) >= 0.5
        and not (fixed[one] and fixed[other])
    }
    got = zip(*(column.tolist() for column in found), strict=True)
    assert {(one, other): (common, both) for one, other, common, both in got} == expected


@given(SETS, st.data(), st.integers(1, 4))
def test_in_a_large_bucket_the_same_stay_while_few_do(
    sets: list[set[int]], data: st.DataObject, anchors: int
) -> None:
    """As long as no more than `anchors` members of a bucket stay nothing is missed."""
    fixed = data.draw(st.lists(st.booleans(), min_size=len(sets), max_size=len(sets)))
    count, one_bucket = len(sets), [{0} for _ in sets]
    every = compared(sets, one_bucket, fixed, anchors=99)
    full = staying(count, set(zip(every.first.tolist(), every.second.tolist(), strict=True)), fixed)
    few = compared(sets, one_bucket, fixed, anchors=anchors)
    pairs = set(zip(few.first.tolist(), few.second.tolist(), strict=True))
    stays = staying(count, pairs, fixed)
    assert pairs <= set(zip(every.first.tolist(), every.second.tolist(), strict=True))
    if len(full) <= anchors:
        assert stays == full
    else:  # what is missed is kept, and only from the first document on that finds no room
        room = sorted(full)[anchors]
        assert {at for at in stays if at <= room} == {at for at in full if at <= room}


def test_a_bucket_of_a_template_is_compared_with_what_stays_alone() -> None:
    sets = [set(range(20)) | {100 + n} for n in range(500)]
    found = compared(sets, [{0}] * 500, [False] * 500, anchors=4)
    assert len(found.first) == 499
    assert set(found.first.tolist()) == {0}


@given(
    st.lists(st.integers(0, 60), max_size=80),
    st.lists(st.integers(0, 60), max_size=80),
    st.integers(0, 60),
)
def test_what_two_sets_share_is_counted_with_repeats(
    one: list[int], other: list[int], least: int
) -> None:
    values = np.array([*sorted(one), *sorted(other)], np.uint32)
    shared = common_values(values, 0, len(one), len(one), len(values), least)
    exact = sum(min(one.count(value), other.count(value)) for value in set(one))
    assert shared == exact or (shared < least and exact < least)


def test_sets_are_gathered_from_where_they_lie_and_sorted_by_one_sort() -> None:
    lies = np.array([9, 5, 7, 1, 3], np.uint32)
    keys = np.empty(5, np.uint64)
    gather(lies, np.array([3, 0]), np.array([2, 3]), np.array([0, 2, 5]), keys)
    keys.sort()
    assert (keys & np.uint64(0xFFFFFFFF)).tolist() == [1, 3, 5, 7, 9]


BEST = [
    ([(0, 1, 0.9), (1, 2, 0.9)], [False] * 3, [-1, 0, -1], "a chain loses its middle alone"),
    ([(0, 2, 0.8), (1, 2, 0.9)], [False] * 3, [-1, -1, 1], "the most alike of those kept"),
    ([(0, 2, 0.9), (1, 2, 0.9)], [False] * 3, [-1, -1, 0], "of equals the first"),
    ([(0, 1, 0.9)], [True, True], [-1, -1], "what is published stays"),
    ([], [False], [-1], "nothing is like it"),
]


@pytest.mark.parametrize(("pairs", "fixed", "by", "why"), BEST, ids=[case[3] for case in BEST])
def test_who_is_dropped_by_which_pair(
    pairs: list[tuple[int, int, float]], fixed: list[bool], by: list[int], why: str
) -> None:
    first, second, likeness = (
        np.array([pair[n] for pair in pairs], kind)
        for n, kind in enumerate((np.int64, np.int64, np.float64))
    )
    assert best_kept(len(fixed), first, second, likeness, np.array(fixed)).tolist() == by, why
