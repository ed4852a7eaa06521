"""Counting values into bins, batch by batch, so that a column is never held as a whole.

What belongs here: the bins and their edges. What does not: drawing them (charts).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa


@dataclass(frozen=True)
class Bin:
    """How many values lie between `low` (included) and `high` (excluded, but for the last bin)."""

    low: float
    high: float
    count: int


class Histogram:
    """Counts between edges. What lies outside counts in the first or the last bin."""

    def __init__(self, edges: Sequence[float]) -> None:
        self._edges = np.asarray(edges, dtype=np.float64)
        self._counts: npt.NDArray[np.int64] = np.zeros(len(edges) - 1, dtype=np.int64)

    def add(self, values: pa.ChunkedArray) -> None:
        """Count the values; nulls are left out."""
        # A float32 of 0.9 lies just below the edge 0.9: six digits are all that it holds.
        numbers = np.round(values.drop_null().to_numpy().astype(np.float64), 6)
        places = np.searchsorted(self._edges, numbers, side="right") - 1
        inside = places.clip(0, len(self._counts) - 1)
        self._counts += np.bincount(inside, minlength=len(self._counts))

    def bins(self, *, from_edge: float | None = None, to_end: bool = False) -> list[Bin]:
        """The bins from the first to the last that holds anything; none where none does.

        from_edge: begin at this edge even where nothing lies there. to_end: go on to the last bin.
        """
        full = np.flatnonzero(self._counts)
        if not len(full):
            return []
        first, last = int(full[0]), int(full[-1])
        if from_edge is not None:
            first = min(first, max(0, int(np.searchsorted(self._edges, from_edge, "right")) - 1))
        if to_end:
            last = len(self._counts) - 1
        return [
            Bin(float(self._edges[at]), float(self._edges[at + 1]), int(self._counts[at]))
            for at in range(first, last + 1)
        ]


def lengths() -> Histogram:
    """Bins that are even on a logarithmic scale, five to a power of ten, for counts up to 10¹⁰."""
    steps = {round(10 ** (at / 5), 1 - at // 5) for at in range(51)}
    return Histogram(sorted({0, *(round(step) for step in steps)}))


def shares(bins: int) -> Histogram:
    """Equal bins from 0 to 1."""
    return Histogram([at / bins for at in range(bins + 1)])
