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

# Shelves whose files are known: with fewer than there are dumps, each look-up would list them anew.
_MOST_SHELVES = 4096
# Files that are kept open: each takes one of the descriptors that a process may have, often 1024.
_MOST_FILES = 512


@dataclass(frozen=True)
class Shelf:
    """A column of a flat dataset: of shingles, or of packed ones. A place in it is a shard, and a
    number of words (see `flat.words`) in that.

    fingerprint: of what it was made from, since another may come to its place. name, mend: what a
    person is told where it is torn: what that is, and what to do.
    """

    folder: Path
    column: str
    fingerprint: str
    name: str
    mend: str

    def torn(self, told: str) -> StoreError:
        """The error that says so."""
        return StoreError(f"{self.name} is torn: {told}; {self.mend}")


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
    like one of these, or its file is damaged.
    """
    wanted = np.flatnonzero(counts)
    wanted = wanted[np.lexsort((start[wanted], shard[wanted]))]
    for number in np.unique(shard[wanted]).tolist():
        here = wanted[shard[wanted] == number]
        blocks = _opened(shelf, number)
        begins = np.append(0, np.cumsum([len(block.values) for block in blocks])).astype(np.uint64)
        # The first alone too: a start that is damaged may be so large that no sum says so.
        if max(int(start[here].max()), int((start[here] + counts[here]).max())) > int(begins[-1]):
            raise shelf.torn(f"shingles are named that {shelf.folder} does not have")
        at = np.searchsorted(begins, start[here], "right") - 1
        for block in np.unique(at).tolist():
            rows = here[at == block]
            first = (start[rows] - begins[block]).astype(np.int64)
            if int((first + counts[rows]).max()) > len(blocks[block].values):
                raise shelf.torn(f"shingles are named that {shelf.folder} has in pieces")
            sizes = counts[rows].astype(np.int64)
            copy_runs(blocks[block].values, first, sizes, to[rows], out)
            blocks[block].release()


@lru_cache(maxsize=_MOST_FILES)
def _opened(shelf: Shelf, number: int) -> list[Words]:
    """The row groups of a shard; none where there is no such shard."""
    try:
        paths = _paths(shelf)
        return words(paths[number], shelf.column) if number < len(paths) else []
    except StoreError as error:
        raise shelf.torn(str(error)) from error


@lru_cache(maxsize=_MOST_SHELVES)
def _paths(shelf: Shelf) -> list[Path]:
    return Dataset(shelf.folder).paths
