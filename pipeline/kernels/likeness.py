"""Which documents of one meeting are alike: shingle sets compared, in keep order.

What belongs here: the walk over documents and their buckets, the size of what two sets share.
What does not: what a bucket is, what becomes of the pairs (dedup).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.kernels.compiled import compiled

Numbers = NDArray[np.int64]
_STRIDE = np.uint64(16)  # steps between two looks
Values = NDArray[np.uint32]
Keys = NDArray[np.uint64]


class Sets(NamedTuple):
    """Set n is `values[ends[n] : ends[n + 1]]`, sorted; a value may stand in it more than once."""

    values: Values
    ends: Numbers


class Lists(NamedTuple):
    """List n is `values[ends[n] : ends[n + 1]]`."""

    values: Numbers
    ends: Numbers


class Alike(NamedTuple):
    """One entry a pair: places in keep order, the shingles both have, the buckets both are in."""

    first: Numbers
    second: Numbers
    common: Numbers
    together: Numbers


def alike(
    sets: Sets,
    buckets: Lists,
    members: Lists,
    fixed: NDArray[np.bool_],
    threshold: float,
    anchors: int,
) -> Alike:
    """The pairs that share a bucket and are at or above the threshold.

    Documents are numbered in keep order. buckets: of each document, sorted. members: of each
    bucket, sorted. fixed: they stay whatever they are like; two of them are not compared.

    In a bucket with at most `anchors` members each is compared with each. In a larger one each is
    compared with those before it that stay, the first `anchors` of them: a document stays if it is
    fixed, or alike to none that stays and that it was compared with.
    """
    sizes = np.diff(members.ends)
    giants = np.cumsum(sizes > anchors) - 1
    staying = np.empty((int((sizes > anchors).sum()), anchors), np.int64)
    found = _walk(
        sets.values,
        sets.ends,
        buckets.values,
        buckets.ends,
        members.values,
        members.ends,
        giants,
        staying,
        fixed,
        threshold,
    )
    return Alike(*found)


@compiled
def gather(packed: Values, starts: Numbers, sizes: Numbers, ends: Numbers, keys: Keys) -> None:
    """Write sets from where they lie to `keys`, one after the other; each value with its set's
    number above it, so that sorting them all sorts each set.
    """
    for number in range(len(starts)):
        upper = np.uint64(number) << np.uint64(32)
        for at in range(sizes[number]):
            keys[ends[number] + at] = upper | np.uint64(packed[starts[number] + at])


@compiled
def common_values(
    values: Values, start: int, end: int, other: int, other_end: int, least: int
) -> int:
    """How many values two sorted sets share; where that is fewer than `least`, some such number.

    Now and then it looks whether `least` can still be reached; most that are unlike show it soon.
    """
    one, two = np.uint64(start), np.uint64(other)
    stop, other_stop = np.uint64(end), np.uint64(other_end)
    shared = 0
    while one + _STRIDE <= stop and two + _STRIDE <= other_stop:
        for _ in range(_STRIDE):
            a, b = values[one], values[two]
            shared += a == b
            one += np.uint64(a <= b)
            two += np.uint64(b <= a)
        if shared + min(stop - one, other_stop - two) < least:
            return shared
    while one < stop and two < other_stop:
        a, b = values[one], values[two]
        shared += a == b
        one += np.uint64(a <= b)
        two += np.uint64(b <= a)
    return shared


@compiled
def _walk(
    values: Values,
    ends: Numbers,
    buckets: Numbers,
    bucket_ends: Numbers,
    members: Numbers,
    member_ends: Numbers,
    giants: Numbers,
    staying: Numbers,
    fixed: NDArray[np.bool_],
    threshold: float,
) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    count, anchors = len(ends) - 1, staying.shape[1]
    stays = np.zeros(count, np.bool_)
    staying_count = np.zeros(len(staying), np.int64)
    seen = np.full(count, -1, np.int64)
    pairs = np.empty((1024, 4), np.int64)
    made = 0
    for at in range(count):
        dropped = False
        size = ends[at + 1] - ends[at]
        for place in range(bucket_ends[at], bucket_ends[at + 1]):
            bucket = buckets[place]
            begin, end = member_ends[bucket], member_ends[bucket + 1]
            giant = end - begin > anchors
            number = giants[bucket]
            others = staying_count[number] if giant else end - begin
            for nth in range(others):
                other = staying[number, nth] if giant else members[begin + nth]
                if other >= at:
                    break
                if seen[other] == at or (fixed[at] and fixed[other]):
                    continue
                seen[other] = at
                other_size = ends[other + 1] - ends[other]
                if min(size, other_size) / max(size, other_size, 1) < threshold:
                    continue
                # common / (both - common) >= threshold, solved for common; one less for rounding.
                least = int(threshold / (1 + threshold) * (size + other_size)) - 1
                common = common_values(
                    values, ends[at], ends[at + 1], ends[other], ends[other + 1], least
                )
                if common == 0 or common / (size + other_size - common) < threshold:
                    continue
                dropped |= stays[other]
                if made == len(pairs):
                    larger = np.empty((2 * made, 4), np.int64)
                    larger[:made] = pairs
                    pairs = larger
                together = _in_both(
                    buckets,
                    bucket_ends[at],
                    bucket_ends[at + 1],
                    bucket_ends[other],
                    bucket_ends[other + 1],
                )
                pairs[made, 0], pairs[made, 1] = other, at
                pairs[made, 2], pairs[made, 3] = common, together
                made += 1
        if fixed[at] or not dropped:
            stays[at] = True
            for place in range(bucket_ends[at], bucket_ends[at + 1]):
                bucket = buckets[place]
                if member_ends[bucket + 1] - member_ends[bucket] > anchors:
                    _note(at, giants[bucket], staying, staying_count)
    done = pairs[:made]
    return done[:, 0].copy(), done[:, 1].copy(), done[:, 2].copy(), done[:, 3].copy()


@compiled
def _note(at: int, number: int, staying: Numbers, staying_count: Numbers) -> None:
    """Note that a member of a giant bucket stays, where there is room."""
    if staying_count[number] < staying.shape[1]:
        staying[number, staying_count[number]] = at
        staying_count[number] += 1


@compiled
def _in_both(buckets: Numbers, start: int, end: int, other: int, other_end: int) -> int:
    both = 0
    while start < end and other < other_end:
        a, b = buckets[start], buckets[other]
        both += a == b
        start += a <= b
        other += b <= a
    return both
