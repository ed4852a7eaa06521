"""Who stays of documents that are alike.

What belongs here: the walk over pairs, whose copy is what. What does not: which documents are alike
(likeness).
"""

import numpy as np
from numpy.typing import NDArray

from pipeline.kernels.compiled import compiled

Numbers = NDArray[np.int64]
Places = NDArray[np.uint32]
_HALF, _LOWER = np.uint64(32), np.uint64(0xFFFFFFFF)


@compiled
def find_copies(by_text: NDArray[np.uint64], fixed: NDArray[np.bool_], first: Places) -> None:
    """Write for each document the first of its text; itself for those that stay whatever comes.

    by_text: a pair of numbers for each, sorted: its text's, and its own in keep order.
    """
    of = np.uint64(0)  # with a sign, as 0 has one, it and the others would be kept as floats
    for at in range(len(by_text)):
        document = by_text[at] & _LOWER
        if at == 0 or by_text[at] >> _HALF != by_text[at - 1] >> _HALF:
            of = document
        first[document] = document if fixed[document] else of


@compiled
def best_kept(
    in_order: NDArray[np.uint64],
    first: Places,
    second: Places,
    place: Places,
    exact: NDArray[np.bool_],
    likeness: NDArray[np.float64],
    fixed: NDArray[np.bool_],
    by: Numbers,
) -> None:
    """Write for each document the pair by which it is dropped; -1 where it stays.

    first, second: of each pair, the first comes first in keep order. place: of each document in
    that. in_order: the second's place and the pair's number, sorted. A document is dropped if it is
    alike to one that stays: to the most alike, of these the first. One with the text of another
    (exact) shares the fate of that; if that stays, it is its duplicate.
    """
    by[:] = -1
    for at in range(len(in_order)):
        pair = int(in_order[at] & _LOWER)
        one, other = first[pair], second[pair]
        if exact[pair] or fixed[other] or by[one] >= 0:
            continue
        best = by[other]
        better = best < 0 or likeness[pair] > likeness[best]
        if better or (likeness[pair] == likeness[best] and place[one] < place[first[best]]):
            by[other] = pair
    for pair in range(len(first)):
        if exact[pair]:
            of = by[first[pair]]
            by[second[pair]] = pair if of < 0 else of
