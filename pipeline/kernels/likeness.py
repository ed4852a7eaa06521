"""Which documents of one meeting are alike: shingle sets compared, in keep order.

What belongs here: the walk over documents and their buckets, the size of what two sets share.
What does not: what a bucket is, what becomes of the pairs (dedup).

Members of a large bucket are compared with the same few documents again and again, and most are
like none of them. So those have sketches: a bit for each value, by its lowest bits. The bits that
two sketches share bound what the sets share from above, at a hundredth of the cost of counting it;
only where the bound allows it is it counted.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.kernels.compiled import compiled
from pipeline.kernels.minhash import table_room
from pipeline.kernels.texts import ONE

Numbers = NDArray[np.int64]
Values = NDArray[np.uint32]
Places = NDArray[np.uint32]
Sketch = NDArray[np.uint64]
MakeArray = Callable[[int, Any], NDArray[Any]]
"""Makes an array, given its length and kind: for those that may be large."""
_STRIDE = np.uint64(16)  # values between two looks whether enough can still be shared
# Of a sketch, 64 bits each: of 500 values one in 17 meets another by chance.
_WORDS = 128
_SIX, _BIT_MASK, _WORD_MASK = np.uint64(6), np.uint64(63), np.uint64(_WORDS - 1)
_PAIRS = 0x3333333333333333
# So many documents have one (32 MB); more are compared without.
_MOST_SKETCHES = 1 << 15
# Pairs that are found before they are given away.
_PAIRS_AT_ONCE = 1 << 15
_NOBODY = np.uint32(0xFFFFFFFF)


class Sets(NamedTuple):
    """Set n is `values[starts[n] : starts[n] + sizes[n]]`: distinct values other than 0, in any
    order.
    """

    values: Values
    starts: Numbers
    sizes: Numbers


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
        np.empty((sketched, _WORDS), np.uint64),
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
    """(where it goes on, the pairs that were found from `start` up to there)."""
    stays, seen = walked.stays, walked.seen
    sketch = np.empty(_WORDS, np.uint64)
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
                others, begin = large.noted[number], number * large.anchors
            else:
                others, begin = (
                    members.ends[bucket + 1] - members.ends[bucket],
                    members.ends[bucket],
                )
            for nth in range(begin, begin + others):
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
def fill(table: Values, sets: Sets, number: int) -> int:
    """Put a set into a table, by open addressing; the mask of its places. 0 is a free place."""
    room = table_room(sets.sizes[number])
    table[:room] = 0
    mask, start = np.uint64(room - 1), np.uint64(sets.starts[number])
    for at in range(start, start + np.uint64(sets.sizes[number])):
        value = sets.values[at]
        place = np.uint64(value) & mask
        while table[place] != 0:
            place = (place + ONE) & mask
        table[place] = value
    return room - 1


@compiled
def shared_values(table: Values, places: int, sets: Sets, number: int, least: int) -> int:
    """How many values a set shares with that of the table; where that is fewer than `least`, some
    such number.

    Now and then it looks whether `least` can still be reached; most that are unlike show it soon.
    """
    mask, shared = np.uint64(places), 0
    at = np.uint64(sets.starts[number])
    stop = at + np.uint64(sets.sizes[number])
    while at < stop:
        pause = min(at + _STRIDE, stop)
        while at < pause:
            value = sets.values[at]
            place = np.uint64(value) & mask
            while table[place] != 0 and table[place] != value:
                place = (place + ONE) & mask
            shared += table[place] == value
            at += ONE
        if shared + np.int64(stop - at) < least:
            break
    return shared


@compiled
def make_sketch(sets: Sets, number: int, sketch: Sketch) -> int:
    """Write the sketch of a set; how many bits are set in it."""
    sketch[:] = 0
    start = np.uint64(sets.starts[number])
    for at in range(start, start + np.uint64(sets.sizes[number])):
        value = np.uint64(sets.values[at])
        sketch[(value >> _SIX) & _WORD_MASK] |= ONE << (value & _BIT_MASK)
    return shared_bits(sketch, sketch)


@compiled
def shared_bits(one: Sketch, other: Sketch) -> int:
    """How many bits are set in both sketches, sixteen words' bits at a time added up (Warren,
    Hacker's Delight, 5-1): a loop that becomes one instruction a word.
    """
    shared = np.uint64(0)
    for at in range(_WORDS):
        bits = one[at] & other[at]
        bits -= (bits >> ONE) & np.uint64(0x5555555555555555)
        bits = (bits & np.uint64(_PAIRS)) + ((bits >> np.uint64(2)) & np.uint64(_PAIRS))
        bits = (bits + (bits >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
        shared += (bits * np.uint64(0x0101010101010101)) >> np.uint64(56)
    return int(shared)


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
