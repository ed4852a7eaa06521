"""The index: what published dumps leave for later ones to be compared with.

What belongs here: looking into the part of one dump. What does not: making it (making), fetching
shingles (shelf), what is done with what is found (meeting, members), which dumps are in it (parts).

Of each dump the index has a part: `band_index`, sorted by key, says which documents have a key;
`document_index`, sorted by document, what a document is and where its shingles are; `shingles` has
those, in order of the documents. All are flat: a look-up touches what it finds, not the dump.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline import schema
from pipeline.index.shelf import Shelf
from pipeline.kernels.lookups import Numbers, Places, runs_of
from pipeline.store.dataset import Dataset, StoreError
from pipeline.store.flat import Block, FlatColumns

_KEYS = ["key", "doc"]
_DOCUMENTS = list(schema.DOCUMENT_INDEX.names)
# Parts whose views are kept: with fewer than there are dumps, every look-up would open them anew.
_MOST_PARTS = 4096


@dataclass(frozen=True)
class Part:
    """The index of one published dump: its name, what it was made from, and its three datasets."""

    dump: str
    fingerprint: str
    band_index: Path
    document_index: Path
    shingles: Path


@dataclass(frozen=True)
class Met:
    """Keys that were found, and the documents of the part that have them: one entry each."""

    keys: Numbers
    docs: Numbers


def documents_with(part: Part, keys: Numbers, most: int) -> Met:
    """The documents of the part that have one of these sorted, distinct keys, at most `most` of a
    key, the first by document. Raises `StoreError`.
    """
    found_keys, found_docs = [np.empty(0, np.uint64)], [np.empty(0, np.uint64)]
    for block, start, end in _within(part, _bands(part), keys):
        first, stop = runs_of(keys[start:end], block.columns["key"])
        hits = np.flatnonzero(stop > first)
        sizes = np.minimum(stop[hits] - first[hits], most)
        found_keys.append(np.repeat(keys[start:end][hits], sizes))
        found_docs.append(block.columns["doc"][_ranges(first[hits], sizes)])
    # Blocks may end within the rows of a key.
    every = np.concatenate(found_keys)
    few = _places_in_runs(every) < most
    return Met(every[few], np.concatenate(found_docs)[few])


def documents(part: Part, docs: Numbers) -> pa.Table:
    """What the part says of these sorted, distinct documents, in their order; each must be in it.

    Raises `StoreError` where one is not: the index is torn.
    """
    columns: dict[str, list[NDArray[np.generic]]] = {name: [] for name in _DOCUMENTS}
    for block, start, end in _within(part, _documents(part), docs):
        first, stop = runs_of(docs[start:end], block.columns["doc"])
        rows = _ranges(first, stop - first)
        for name in _DOCUMENTS:
            columns[name].append(block.columns[name][rows])
    made = {
        name: np.concatenate([np.empty(0, kind.to_pandas_dtype()), *columns[name]])
        for name, kind in zip(_DOCUMENTS, schema.DOCUMENT_INDEX.types, strict=True)
    }
    if not np.array_equal(np.unique(made["doc"]), docs):  # two rows where ids begin alike
        told = f"{part.band_index} names documents that {part.document_index} does not have"
        raise _torn(part, told)
    return pa.table(made, schema.DOCUMENT_INDEX)


def holds(part: Part, docs: Numbers) -> NDArray[np.bool_]:
    """Whether the part has each of these sorted, distinct documents. Raises `StoreError`."""
    found = np.zeros(len(docs), np.bool_)
    for block, start, end in _within(part, _documents(part), docs):
        first, stop = runs_of(docs[start:end], block.columns["doc"])
        found[start:end] |= stop > first
    return found


def _within(part: Part, columns: FlatColumns, wanted: Numbers) -> Iterator[tuple[Block, int, int]]:
    """See `FlatColumns.within`."""
    try:
        yield from columns.within(wanted)
    except StoreError as error:
        raise _torn(part, str(error)) from error


def shelf_of(part: Part) -> Shelf:
    """Where the shingles of the part's documents lie, at the places that `documents` names."""
    return Shelf(
        part.shingles,
        "shingle",
        part.fingerprint,
        f"the index of {part.dump}",
        f"make it anew: hygiene index --rebuild {part.dump}",
    )


def _torn(part: Part, told: str) -> StoreError:
    return shelf_of(part).torn(told)


def _places_in_runs(numbers: Numbers) -> Places:
    """0, 1, 2, … of those in a row that are equal."""
    starts = np.flatnonzero(np.append(True, numbers[1:] != numbers[:-1]))[: len(numbers)]
    sizes = np.diff(np.append(starts, len(numbers)))
    return _ranges(np.zeros(len(starts), np.int64), sizes)


def _ranges(first: Places, sizes: Places) -> Places:
    """first[0], first[0] + 1, … of as many as sizes[0], then those of the next."""
    ends = np.cumsum(sizes)
    total = int(ends[-1]) if len(ends) else 0
    return np.asarray(np.arange(total) + np.repeat(first - (ends - sizes), sizes))


@lru_cache(maxsize=_MOST_PARTS)
def _bands(part: Part) -> FlatColumns:
    return FlatColumns(Dataset(part.band_index), _KEYS)


@lru_cache(maxsize=_MOST_PARTS)
def _documents(part: Part) -> FlatColumns:
    return FlatColumns(Dataset(part.document_index), ["doc", *_DOCUMENTS[1:]])
