"""Numbers looked up among sorted ones, and runs of numbers copied.

What belongs here: the search, the copy. What does not: where the numbers lie, what they mean
(dedup).
"""

import numpy as np
from numpy.typing import NDArray

from pipeline.kernels.compiled import compiled
from pipeline.kernels.texts import ONE

Numbers = NDArray[np.uint64]
Places = NDArray[np.int64]
_LARGEST = np.uint64(2**64 - 1)


def runs_of(wanted: Numbers, among: Numbers) -> tuple[Places, Places]:
    """(first, end): where each of the wanted numbers stands in `among`; first = end where nowhere.

    Both are sorted, those that are wanted distinct. It takes steps by the logarithm of what lies
    between two of them, and of a run, so few look-ups touch little of a large file that is mapped
    into memory.
    """
    first = np.empty(len(wanted), np.int64)
    end = np.empty(len(wanted), np.int64)
    _gallop(wanted, among, first, end)
    return first, end


@compiled
def _gallop(wanted: Numbers, among: Numbers, first: Places, end: Places) -> None:
    at, size = 0, len(among)
    for number in range(len(wanted)):
        value = wanted[number]
        at = _first_from(among, at, value)
        first[number] = at
        if at < size and among[at] == value:  # a run may be as long as the file
            at = size if value == _LARGEST else _first_from(among, at, value + ONE)
        end[number] = at


@compiled
def _first_from(among: Numbers, at: int, value: np.uint64) -> int:
    """The first place from `at` on whose number is not less."""
    size, step = len(among), 1
    while at + step < size and among[at + step] < value:
        at += step
        step *= 2
    low, high = at, min(at + step, size)
    while low < high:
        middle = (low + high) // 2
        if among[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low


@compiled
def copy_runs(
    words: NDArray[np.uint32], first: Places, sizes: Places, to: Places, out: NDArray[np.uint32]
) -> None:
    """Copy `words[first[n] : first[n] + sizes[n]]` to `out` from `to[n]` on, for each n."""
    for run in range(len(first)):
        start, there = np.uint64(first[run]), np.uint64(to[run])
        for at in range(np.uint64(sizes[run])):
            out[there + at] = words[start + at]
