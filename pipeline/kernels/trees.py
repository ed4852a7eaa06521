"""The sum of what many small decision trees say.

What belongs here: walking trees. What does not: growing them (benchmarks/boilerplate/train.py).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.kernels.compiled import compiled


class Trees(NamedTuple):
    """All nodes of all trees. Node n asks whether column `feature[n]` is at most `threshold[n]`;
    if so `below[n]` is next, else `above[n]`. A leaf has the feature -1 and a `value`.

    roots: the first node of each tree. base: what is added to every sum.
    """

    feature: NDArray[np.int16]
    threshold: NDArray[np.float32]
    below: NDArray[np.int32]
    above: NDArray[np.int32]
    value: NDArray[np.float32]
    roots: NDArray[np.int32]
    base: float


def scores(rows: NDArray[np.float32], trees: Trees) -> NDArray[np.float64]:
    """The sum for each row."""
    out = np.empty(len(rows), np.float64)
    _scores(rows, trees, out)
    return out


@compiled
def _scores(rows: NDArray[np.float32], trees: Trees, out: NDArray[np.float64]) -> None:
    for n in range(len(rows)):
        total = trees.base
        for root in trees.roots:
            node = root
            while trees.feature[node] >= 0:
                low = rows[n, trees.feature[node]] <= trees.threshold[node]
                node = trees.below[node] if low else trees.above[node]
            total += trees.value[node]
        out[n] = total
