"""Pairs of numbers of 32 bits, each in one of 64: sorted as such, they need no other memory.

What belongs here: putting them together, taking them apart, in place or one after the other. What
does not: what they stand for (dedup).
"""

import numpy as np
from numpy.typing import NDArray

from pipeline.kernels.compiled import compiled

Pairs = NDArray[np.uint64]
Halves = NDArray[np.uint32]
_HALF, _LOWER = np.uint64(32), np.uint64(0xFFFFFFFF)


@compiled
def join_halves(upper: Halves, lower: Halves, pairs: Pairs) -> None:
    """Write the pairs of the numbers that stand at the same place."""
    for at in range(len(pairs)):
        pairs[at] = np.uint64(upper[at]) << _HALF | np.uint64(lower[at])


@compiled
def lower_halves(pairs: Pairs, lower: Halves) -> None:
    """Write the lower half of each pair."""
    for at in range(len(pairs)):
        lower[at] = pairs[at] & _LOWER


@compiled
def leave_alone(pairs: Pairs) -> int:
    """Bring those of sorted pairs to the front whose upper half no other has; how many there
    are.
    """
    count = start = 0
    while start < len(pairs):
        end = start + 1
        while end < len(pairs) and pairs[end] >> _HALF == pairs[start] >> _HALF:
            end += 1
        if end == start + 1:
            pairs[count] = pairs[start]
            count += 1
        start = end
    return count


@compiled
def leave_distinct(numbers: Pairs) -> int:
    """Bring the distinct ones of sorted numbers to the front; how many there are."""
    count = 0
    for at in range(len(numbers)):
        if at == 0 or numbers[at] != numbers[at - 1]:
            numbers[count] = numbers[at]
            count += 1
    return count


@compiled
def swap_halves(pairs: Pairs) -> None:
    """The lower half above the upper one, in place."""
    for at in range(len(pairs)):
        pairs[at] = pairs[at] << _HALF | pairs[at] >> _HALF


@compiled
def part_halves(pairs: Pairs, lower: Halves, ends: NDArray[np.int64]) -> None:
    """Of sorted pairs write the lower halves, and for each number up to the largest upper half
    where its pairs end; `ends` begins with 0.
    """
    at = 0
    ends[0] = 0
    for number in range(len(ends) - 1):
        while at < len(pairs) and pairs[at] >> _HALF == np.uint64(number):
            lower[at] = pairs[at] & _LOWER
            at += 1
        ends[number + 1] = at
