"""Shelves: datasets in which the shingles of documents lie, and fetching them from there.

What belongs here: copying what lies in flat files. What does not: which shingles are wanted, what
is done with them.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.kernels.lookups import copy_runs
from pipeline.store.dataset import Dataset, StoreError
from pipeline.store.flat import Words, words

# Shelves whose views are kept: with fewer than there are dumps, every look-up would open them anew.
_MOST_SHELVES = 4096


@dataclass(frozen=True)
class Shelf:
    """A column of a flat dataset: of shingles, or of packed ones. A place in it is a shard, and a
    number of words (see `flat.words`) in that.
    """

    folder: Path
    column: str


def fetch(
    shelf: Shelf,
    shard: NDArray[np.uint32],
    start: NDArray[np.uint64],
    counts: NDArray[np.uint32],
    to: NDArray[np.int64],
    out: NDArray[np.uint32],
) -> None:
    """Copy runs of so many words from their places to `to` in `out`, in the order in which they
    lie. None reaches from one row group into another. Raises `StoreError` where there is no place
    like one of these.
    """
    opened = _opened(shelf)
    wanted = np.flatnonzero(counts)
    wanted = wanted[np.lexsort((start[wanted], shard[wanted]))]
    for number in np.unique(shard[wanted]).tolist():
        here = wanted[shard[wanted] == number]
        blocks = opened[number] if number < len(opened) else []
        begins = np.append(0, np.cumsum([len(block.values) for block in blocks])).astype(np.uint64)
        if int((start[here] + counts[here]).max()) > int(begins[-1]):
            raise StoreError(f"{shelf.folder} has no such shingles as are named")
        at = np.searchsorted(begins, start[here], "right") - 1
        for block in np.unique(at).tolist():
            rows = here[at == block]
            first = (start[rows] - begins[block]).astype(np.int64)
            if int((first + counts[rows]).max()) > len(blocks[block].values):
                raise StoreError(f"{shelf.folder} has shingles in pieces")
            sizes = counts[rows].astype(np.int64)
            copy_runs(blocks[block].values, first, sizes, to[rows], out)
            blocks[block].release()


@lru_cache(maxsize=_MOST_SHELVES)
def _opened(shelf: Shelf) -> list[list[Words]]:
    return [words(path, shelf.column) for path in Dataset(shelf.folder).paths]
