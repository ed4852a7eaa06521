"""Which documents are alike, against comparing each with each."""

from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.kernels import likeness as kernel
from pipeline.kernels.keeping import best_kept
from pipeline.kernels.likeness import Alike, Lists, alike
from pipeline.kernels.minhash import table_room
from pipeline.kernels.sets import (
    SKETCH_WORDS,
    Sets,
    fill,
    make_sketch,
    shared_bits,
    shared_values,
)
from tests.kernels import twins

SETS = st.lists(st.sets(st.integers(1, 13), max_size=8), min_size=1, max_size=14)
# Values that meet: in a table's last place, in a sketch's bit, in both; never 0.
COLLIDING = st.sets(
    st.sampled_from([1, 2, 3, 4, 8192, *(1 + (n << 13) for n in (1, 2, 3, 4, 5))])
    | st.sampled_from([2**32 - 1, 2**32 - 2, 2**31 - 1, 8191, 2**32 - 8191]),
    max_size=12,
)
SEEDS = st.integers(0, 2**32 - 1)


def drawn(random: np.random.Generator, count: int, bits: int) -> np.ndarray:
    """So many values of so many bits, other than 0; distinct where there are enough."""
    many = random.integers(1, 1 << bits, 2 * count) if bits > 16 else np.arange(1, 1 << bits)
    return random.permutation(np.unique(many))[:count]


def overlapping(
    seed: int, both: int, ones: int, others: int, bits: int
) -> tuple[set[int], set[int]]:
    """Two sets: of values that both have, and that one has alone."""
    values = drawn(np.random.default_rng(seed), both + ones + others, bits).tolist()
    return set(values[: both + ones]), {*values[:both], *values[both + ones :]}


def sets_of(sets: list[set[int]]) -> Sets:
    """The sets in any order of their values, the last of them first, others' values between."""
    values: list[int] = []
    starts = []
    for one in reversed(sets):
        values += [5, 6]
        starts.append(len(values))
        values += sorted(one, key=lambda value: value * 0x9E3779B1 % 2**32)
    starts.reverse()
    return Sets(
        np.array([*values, 5], np.uint32),
        np.array(starts, np.int64),
        np.array([*map(len, sets)], np.int64),
    )


def packed(lists: list[list[int]]) -> Lists:
    values = [each for one in lists for each in one]
    ends = np.append(0, np.cumsum([*map(len, lists)]))
    return Lists(np.array(values, np.uint32), ends.astype(np.int64))


def compared(
    sets: list[set[int]], buckets: list[set[int]], fixed: list[bool], anchors: int
) -> Alike:
    """All pairs of these documents that are alike; buckets: of each document."""
    names = sorted(set().union(*buckets))
    found = alike(
        sets_of(sets),
        packed([[names.index(name) for name in sorted(one)] for one in buckets]),
        packed([[n for n, one in enumerate(buckets) if name in one] for name in names]),
        np.array(fixed, np.bool_),
        0.5,
        anchors,
    )
    return Alike(*map(np.concatenate, zip(*found, strict=True)))


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
    sets = [set(range(1, 21)) | {100 + n} for n in range(500)]
    found = compared(sets, [{0}] * 500, [False] * 500, anchors=4)
    assert len(found.first) == 499
    assert set(found.first.tolist()) == {0}


def test_pairs_find_room_however_many_they_are() -> None:
    """Room is made for 1024, then for twice as many; after 32,768 the walk pauses."""
    found = compared([{1, 2, 3}] * 300, [{0, 5}] * 300, [False] * 300, anchors=999)
    assert [*zip(found.second.tolist(), found.first.tolist(), strict=True)] == [
        (at, other) for at in range(300) for other in range(at)
    ]
    assert set(found.common.tolist()) == {3}
    assert set(found.together.tolist()) == {2}


@given(COLLIDING, COLLIDING, COLLIDING, st.integers(-1, 12))
def test_what_two_sets_share_is_counted_as_far_as_it_matters(
    before: set[int], one: set[int], other: set[int], least: int
) -> None:
    """The table is that of one set alone, whatever it held before."""
    sets = sets_of([before, one, other])
    table = np.full(table_room(max(map(len, (before, one, other)))), 7, np.uint32)
    fill(table, sets, 0)
    mask = fill(table, sets, 1)
    held = table[: mask + 1]
    assert sorted(held[held != 0].tolist()) == sorted(one), "each once, and free places between"
    shared, exact = shared_values(table, mask, sets, 2, least), len(one & other)
    assert shared == exact if exact >= least else shared < least


@given(SEEDS, st.integers(0, 400), st.integers(0, 400), st.integers(0, 400), st.integers(0, 400))
def test_of_large_sets_too(seed: int, both: int, ones: int, others: int, least: int) -> None:
    """Of more values than are counted between two looks."""
    one, other = overlapping(seed, both, ones, others, bits=32)
    sets = sets_of([one, other])
    table = np.empty(table_room(max(len(one), len(other))), np.uint32)
    shared, exact = shared_values(table, fill(table, sets, 0), sets, 1, least), len(one & other)
    assert shared == exact if exact >= least else shared < least


def check_sketches(one: set[int], other: set[int]) -> None:
    """Sketches have the bits that they should, and bound what the sets share from above."""
    sets = sets_of([one, other])
    rows = np.full((2, SKETCH_WORDS), 2**64 - 1, np.uint64)
    bits = [make_sketch(sets, number, rows[number]) for number in (0, 1)]
    theirs = [twins.sketch_bits(one), twins.sketch_bits(other)]
    assert bits == [len(theirs[0]), len(theirs[1])]
    shared = shared_bits(rows[0], rows[1])
    assert shared == shared_bits(rows[1], rows[0]) == len(theirs[0] & theirs[1])
    assert shared + min(len(one) - bits[0], len(other) - bits[1]) >= len(one & other)


@given(COLLIDING, COLLIDING)
def test_sketches_bound_what_sets_share_where_values_meet_in_one_bit(
    one: set[int], other: set[int]
) -> None:
    check_sketches(one, other)


# How many values both have, one alone, the other alone, of how many bits each value is.
LARGE = [
    (500, 100, 90, 32, "as most documents are"),
    (500, 0, 9000, 32, "a part of a set that is larger than a sketch"),
    (9000, 9000, 4000, 32, "both larger than a sketch"),
    (8191, 0, 0, 13, "every bit but that of 0, which is no value"),
    (8192, 7000, 900, 14, "every bit perhaps, two values for each"),
    (0, 9000, 9000, 32, "bits in plenty that are shared, and no value"),
]


@pytest.mark.parametrize(
    ("both", "ones", "others", "bits", "why"), LARGE, ids=[case[4] for case in LARGE]
)
def test_sketches_bound_what_large_sets_share(
    both: int, ones: int, others: int, bits: int, why: str
) -> None:
    one, other = overlapping(1, both, ones, others, bits)
    check_sketches(one, other)


def test_a_sketch_can_have_every_bit() -> None:
    every = set(range(1, 8193))
    check_sketches(every, every)
    check_sketches(every, set())


def with_sketches(most: int, *arguments: Any) -> list[list[int]]:
    """`compared`, where no more than so many documents have a sketch."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernel, "_MOST_SKETCHES", most)
        return [column.tolist() for column in compared(*arguments)]


@given(st.lists(COLLIDING, min_size=1, max_size=14), st.data(), st.integers(1, 3))
def test_the_answer_is_the_same_without_sketches(
    sets: list[set[int]], data: st.DataObject, anchors: int
) -> None:
    some = st.sets(st.integers(0, 2), min_size=1)
    buckets = data.draw(st.lists(some, min_size=len(sets), max_size=len(sets)))
    fixed = data.draw(st.lists(st.booleans(), min_size=len(sets), max_size=len(sets)))
    arguments = (sets, buckets, fixed, anchors)
    expected = with_sketches(0, *arguments)
    assert [column.tolist() for column in compared(*arguments)] == expected
    assert with_sketches(1, *arguments) == expected, "the first that stays alone has one"


# The values of a document, and of how many bits they are: so crowded is a sketch.
CROWDS = [
    (60, 32, "every value has a bit of its own"),
    (600, 32, "some share one"),
    (9000, 32, "most share one"),
    (600, 11, "documents share most bits"),
]


@pytest.mark.parametrize(("size", "bits", "why"), CROWDS, ids=[case[2] for case in CROWDS])
def test_the_answer_for_a_crowded_bucket_is_the_same_without_sketches(
    size: int, bits: int, why: str
) -> None:
    """Of four templates, each changed by so much that some are at the threshold, some below."""
    random = np.random.default_rng(5)
    templates = [drawn(random, size, bits) for _ in range(4)]
    sets = [
        set(random.permutation(templates[n % 4])[: size - size * (n % 9) // 12].tolist())
        | set(drawn(random, size * (n % 7) // 12, bits).tolist())
        for n in range(40)
    ]
    fixed = [n % 11 == 3 for n in range(40)]
    arguments = (sets, [{0, 1 + n % 2} for n in range(40)], fixed, 6)
    expected = with_sketches(0, *arguments)
    assert 0 < len(expected[0]) < 40 * 39 // 2
    assert [column.tolist() for column in compared(*arguments)] == expected
    for first, second, common, _ in zip(*expected, strict=True):
        assert common == len(sets[first] & sets[second])
        assert jaccard(sets[first], sets[second]) >= 0.5


def test_equal_sets_whose_values_all_have_one_bit_are_alike() -> None:
    """The bits that they share say one value, so it must count what each bit may stand for."""
    sets = [{1 + (n << 13) for n in range(100)}] * 9
    found = compared(sets, [{0}] * 9, [False] * 9, anchors=1)
    assert found.first.tolist() == [0] * 8
    assert found.common.tolist() == [100] * 8


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
    assert kept(pairs, [], [*range(len(fixed))], fixed) == by, why


ANY_PAIRS = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 5), st.sampled_from([0.8, 0.9, 1.0])), max_size=12
)


@given(ANY_PAIRS, st.permutations(range(6)), st.lists(st.booleans(), min_size=6, max_size=6))
def test_who_is_dropped_does_not_depend_on_the_order_of_pairs_or_on_numbers(
    some: list[tuple[int, int, float]], place: list[int], fixed: list[bool]
) -> None:
    """Against the rule as it is said, in keep order."""
    pairs = {
        (min(one, other, key=place.__getitem__), max(one, other, key=place.__getitem__)): likeness
        for one, other, likeness in some
        if one != other
    }
    listed = [(one, other, likeness) for (one, other), likeness in pairs.items()]
    by = kept(listed, [], place, fixed)
    stays: set[int] = set()
    for document in sorted(range(6), key=place.__getitem__):
        to = [pair for pair in listed if pair[1] == document and pair[0] in stays]
        best = min(to, key=lambda pair: (-pair[2], place[pair[0]]), default=None)
        if best is None or fixed[document]:
            stays.add(document)
            assert by[document] == -1
        else:
            assert listed[by[document]] == best


def test_a_copy_has_the_fate_of_the_first_of_its_text() -> None:
    """Of a text that stays it is the duplicate; else it is dropped by the same pair."""
    assert kept([(0, 1, 0.9)], [(0, 2), (1, 3)], [0, 1, 2, 3], [False] * 4) == [-1, 0, 1, 0]


def kept(
    pairs: list[tuple[int, int, float]],
    copies: list[tuple[int, int]],
    place: list[int],
    fixed: list[bool],
) -> list[int]:
    """What `best_kept` says of each document."""
    every = [*pairs, *((one, other, 1.0) for one, other in copies)]
    first, second = (np.array([pair[n] for pair in every], np.uint32) for n in (0, 1))
    places = np.array(place, np.uint32)
    in_order = np.sort(
        places[second].astype(np.uint64) << np.uint64(32) | np.arange(len(every)).astype(np.uint64)
    )
    exact = np.arange(len(every)) >= len(pairs)
    likeness = np.array([pair[2] for pair in every], np.float64)
    by = np.full(len(place), 7, np.int64)
    best_kept(in_order, first, second, places, exact, likeness, np.array(fixed), by)
    found: list[int] = by.tolist()
    return found
