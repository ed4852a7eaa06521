"""Which documents of one meeting are alike: shingle sets compared, in keep order.

What belongs here: the walk over documents and their buckets. What does not: what two sets share
(sets), what a bucket is, what becomes of the pairs (dedup).

Members of a large bucket are compared with the same few documents again and again, and most are
like none of them. So those have sketches: only where the bound allows it is what two share counted.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.kernels.compiled import compiled
from pipeline.kernels.minhash import table_room
from pipeline.kernels.sets import (
    SKETCH_WORDS,
    Sets,
    Values,
    fill,
    make_sketch,
    shared_bits,
    shared_values,
)

Numbers = NDArray[np.int64]
Places = NDArray[np.uint32]
MakeArray = Callable[[int, Any], NDArray[Any]]
"""Makes an array, given its length and kind: for those that may be large."""
# So many documents have one (32 MB); more are compared without.
_MOST_SKETCHES = 1 << 15
# Pairs that are found before they are given away.
_PAIRS_AT_ONCE = 1 << 15
_NOBODY = np.uint32(0xFFFFFFFF)


class Lists(NamedTuple):
    """List n is `values[ends[n] : ends[n + 1]]`."""

    values: Values
    ends: Numbers


class Alike(NamedTuple):
    """One entry a pair: places in keep order, the shingles both have, the buckets both are in."""

    first: Numbers
    second: Numbers
    common: Numbers
    together: Numbers


class _Large(NamedTuple):
    """Large buckets. number: of each bucket; -1 where it is not large. staying: for each large one
    the places of `anchors` members that stay, the first; noted: so many there are.
    """

    number: NDArray[np.int32]
    staying: Places
    noted: NDArray[np.int32]
    anchors: int


class _Sketches(NamedTuple):
    """rows: a sketch each, and bits: how many are set in it. place: of each document's, or -1.
    made: how many there are, one number.
    """

    rows: NDArray[np.uint64]
    bits: Numbers
    place: NDArray[np.int32]
    made: Numbers


class _Walked(NamedTuple):
    """What is known of the documents so far: whether each stays, and the last that it was compared
    with.
    """

    stays: NDArray[np.bool_]
    seen: Places


def alike(
    sets: Sets,
    buckets: Lists,
    members: Lists,
    fixed: NDArray[np.bool_],
    threshold: float,
    anchors: int,
    room: MakeArray = np.empty,
) -> Iterator[Alike]:
    """The pairs that share a bucket and are at or above the threshold, some at a time.

    Documents are numbered in keep order. buckets: of each document, sorted. members: of each
    bucket, sorted. fixed: they stay whatever they are like; two of them are not compared.

    In a bucket with at most `anchors` members each is compared with each. In a larger one each is
    compared with those before it that stay, the first `anchors` of them: a document stays if it is
    fixed, or alike to none that stays and that it was compared with.
    """
    number = room(len(members.ends) - 1, np.int32)
    count = _number_large(members.ends, anchors, number)
    large = _Large(number, room(count * anchors, np.uint32), room(count, np.int32), anchors)
    large.noted[:] = 0
    sketched = min(count * anchors, len(fixed), _MOST_SKETCHES)
    sketches = _Sketches(
        np.empty((sketched, SKETCH_WORDS), np.uint64),
        np.empty(sketched, np.int64),
        room(len(fixed), np.int32),
        np.zeros(1, np.int64),
    )
    sketches.place[:] = -1
    walked = _Walked(room(len(fixed), np.bool_), room(len(fixed), np.uint32))
    walked.stays[:], walked.seen[:] = False, _NOBODY
    table = np.empty(table_room(_largest(sets.sizes)), np.uint32)
    start = 0
    while start < len(fixed):
        start, pairs = _walk(
            sets, buckets, members, large, sketches, walked, fixed, threshold, table, start
        )
        yield Alike(*map(np.ascontiguousarray, pairs.T))


@compiled
def _number_large(ends: Numbers, anchors: int, number: NDArray[np.int32]) -> int:
    count = 0
    for bucket in range(len(number)):
        large = ends[bucket + 1] - ends[bucket] > anchors
        number[bucket] = count if large else -1
        count += large
    return count


@compiled
def _largest(sizes: Numbers) -> int:
    largest = 0
    for size in sizes:
        largest = max(largest, size)
    return largest


@compiled
def _walk(
    sets: Sets,
    buckets: Lists,
    members: Lists,
    large: _Large,
    sketches: _Sketches,
    walked: _Walked,
    fixed: NDArray[np.bool_],
    threshold: float,
    table: Values,
    start: int,
) -> tuple[int, Numbers]:
    """(where it goes on, the pairs that were found from `start` up to there).

    In one piece: with what compares one pair in a function of its own it took four times as long
    where most pairs are told apart by their sketches.
    """
    stays, seen = walked.stays, walked.seen
    sketch = np.empty(SKETCH_WORDS, np.uint64)
    pairs = np.empty((1024, 4), np.int64)
    made = 0
    at = start
    while at < len(fixed) and made < _PAIRS_AT_ONCE:
        bits = mask = -1  # of this document's sketch and table, which are made when wanted
        dropped = False
        size = sets.sizes[at]
        for place in range(buckets.ends[at], buckets.ends[at + 1]):
            bucket = buckets.values[place]
            number = large.number[bucket]
            if number >= 0:
                begin = number * large.anchors
                end = begin + large.noted[number]
            else:
                begin, end = members.ends[bucket], members.ends[bucket + 1]
            for nth in range(begin, end):
                other = large.staying[nth] if number >= 0 else members.values[nth]
                if other >= at:
                    break
                if seen[other] == at or (fixed[at] and fixed[other]):
                    continue
                seen[other] = at
                other_size = sets.sizes[other]
                if min(size, other_size) / max(size, other_size, 1) < threshold:
                    continue
                # common / (both - common) >= threshold, solved for common; one less for rounding.
                least = int(threshold / (1 + threshold) * (size + other_size)) - 1
                theirs = sketches.place[other]
                if theirs >= 0:
                    if bits < 0:
                        bits = make_sketch(sets, at, sketch)
                    chance = min(size - bits, other_size - sketches.bits[theirs])
                    if shared_bits(sketch, sketches.rows[theirs]) + chance < least:
                        continue
                if mask < 0:
                    mask = fill(table, sets, at)
                common = shared_values(table, mask, sets, other, least)
                if common == 0 or common / (size + other_size - common) < threshold:
                    continue
                dropped |= stays[other]
                if made == len(pairs):
                    larger = np.empty((2 * made, 4), np.int64)
                    larger[:made] = pairs
                    pairs = larger
                pairs[made, 0], pairs[made, 1], pairs[made, 2] = other, at, common
                pairs[made, 3] = _in_both(buckets, at, other)
                made += 1
        if fixed[at] or not dropped:
            stays[at] = True
            _note(at, sets, buckets, large, sketches)
        at += 1
    return at, pairs[:made]


@compiled
def _note(at: int, sets: Sets, buckets: Lists, large: _Large, sketches: _Sketches) -> None:
    """Note in its large buckets that a document stays, where there is room; in any, then it has a
    sketch, where there is room for that.
    """
    noted = False
    for place in range(buckets.ends[at], buckets.ends[at + 1]):
        number = large.number[buckets.values[place]]
        if number >= 0 and large.noted[number] < large.anchors:
            large.staying[number * large.anchors + large.noted[number]] = at
            large.noted[number] += 1
            noted = True
    made = sketches.made[0]
    if noted and made < len(sketches.rows):
        sketches.place[at] = made
        sketches.bits[made] = make_sketch(sets, at, sketches.rows[made])
        sketches.made[0] += 1


@compiled
def _in_both(buckets: Lists, one: int, other: int) -> int:
    """How many buckets two documents are both in."""
    start, end = buckets.ends[one], buckets.ends[one + 1]
    their, their_end = buckets.ends[other], buckets.ends[other + 1]
    both = 0
    while start < end and their < their_end:
        a, b = buckets.values[start], buckets.values[their]
        both += a == b
        start += a <= b
        their += b <= a
    return both
