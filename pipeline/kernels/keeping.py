"""Who stays of documents that are alike.

What belongs here: the walk in keep order. What does not: which documents are alike (likeness).
"""

import numpy as np
from numpy.typing import NDArray

from pipeline.kernels.compiled import compiled

Numbers = NDArray[np.int64]


@compiled
def best_kept(
    count: int,
    first: Numbers,
    second: Numbers,
    likeness: NDArray[np.float64],
    fixed: NDArray[np.bool_],
) -> Numbers:
    """For each of `count` documents the pair by which it is dropped; -1 where it stays.

    Documents are numbered in keep order. Pairs (first < second) are sorted by second, then first.
    A document is dropped if it is alike to one that stays: to the most alike, of these the first.
    """
    by = np.full(count, -1, np.int64)
    for pair in range(len(first)):
        one, other = first[pair], second[pair]
        if fixed[other] or by[one] >= 0:
            continue
        if by[other] < 0 or likeness[pair] > likeness[by[other]]:
            by[other] = pair
    return by
