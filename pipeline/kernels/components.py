"""Connected components of numbered things.

What belongs here: union-find over pairs. What does not: what the things are.
"""

import numpy as np
from numpy.typing import NDArray

from pipeline.kernels.compiled import compiled

Numbers = NDArray[np.int64]


@compiled
def unite(roots: Numbers, one: NDArray[np.integer], other: NDArray[np.integer]) -> None:
    """Note that `one[n]` and `other[n]` belong together. `roots` starts as 0, 1, 2, …

    The least number of a component is its root.
    """
    for at in range(len(one)):
        a, b = _root(roots, one[at]), _root(roots, other[at])
        if a < b:
            roots[b] = a
        else:
            roots[a] = b


@compiled
def settle(roots: Numbers) -> None:
    """Point each number straight at its root."""
    for at in range(len(roots)):
        roots[at] = roots[roots[at]]  # what stands before it is settled, and no root comes after


@compiled
def count_members(roots: Numbers, counts: Numbers) -> None:
    """Write how many numbers have each as their root."""
    counts[:] = 0
    for at in range(len(roots)):
        counts[roots[at]] += 1


@compiled
def _root(roots: Numbers, at: int) -> int:
    while roots[at] != at:
        roots[at] = roots[roots[at]]
        at = roots[at]
    return at
