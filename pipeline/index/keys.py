"""Band keys in order: by key, those of one key by document.

What belongs here: the kernel that sorts them. What does not: making keys (dedup.bands), looking
them up (part).

A key is as a rule of few documents, and all of a partition are sorted at once. That of a giant
template is of many millions: it is taken by itself, and comes in pieces.
"""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.dedup.sorting import AT_ONCE, copied
from pipeline.kernels.likeness import MakeArray

Numbers = NDArray[np.uint64]
_LARGEST = np.uint64(2**64 - 1)


def sort_keys(table: pa.Table, *, most: int, room: MakeArray) -> Iterator[pa.Table]:
    """Kernel: band keys in, the same in order out. The rows of a key are in one table, if they are
    no more than `most`; else in several of at most as many, all about equal.

    So each of these has two rows at least, and shows that the key is shared. most: four at least.
    room: makes large arrays.
    """
    if table.num_rows <= most:
        yield table.take(pa.array(_order(table)))
        return
    start = np.uint64(0)
    for key, rows in _giants(table, most, room):
        if key > start:
            yield from _between(table, start, key - np.uint64(1))
        docs = room(rows, np.uint64)
        end = 0
        for batch in table.to_batches(max_chunksize=AT_ONCE):
            some = batch["doc"].to_numpy()[batch["key"].to_numpy() == key]
            docs[end : end + len(some)] = some
            end += len(some)
        docs.sort()
        count = -(-rows // most)
        for number in range(count):
            some = docs[rows * number // count : rows * (number + 1) // count]
            yield pa.table({"key": np.full(len(some), key), "doc": some}, table.schema)
        if key == _LARGEST:
            return
        start = key + np.uint64(1)
    yield from _between(table, start, _LARGEST)


def _giants(table: pa.Table, most: int, room: MakeArray) -> list[tuple[np.uint64, int]]:
    """(key, rows) of keys that have more rows than `most`, in order."""
    keys = copied(table["key"], room)
    keys.sort()
    some = np.unique(keys[::most])  # a run that is longer than `most` cannot pass between two
    sizes = np.searchsorted(keys, some, "right") - np.searchsorted(keys, some, "left")
    return [(key, int(size)) for key, size in zip(some, sizes, strict=True) if size > most]


def _between(table: pa.Table, least: np.uint64, largest: np.uint64) -> Iterator[pa.Table]:
    """The rows whose keys are in this range, sorted; no table if there are none."""
    found = []
    for batch in table.to_batches(max_chunksize=AT_ONCE):
        keys = batch["key"].to_numpy()
        here = (keys >= least) & (keys <= largest)
        if here.any():
            found.append(pa.Table.from_batches([batch]).filter(pa.array(here)))
    if found:
        rows = pa.concat_tables(found)
        yield rows.take(pa.array(_order(rows)))


def _order(table: pa.Table) -> NDArray[np.int64]:
    """The order of rows by key, then by document."""
    keys, docs = table["key"].to_numpy(), table["doc"].to_numpy()
    order = np.argsort(keys)  # not stable, but much faster: rows with equal keys are few
    in_order = keys[order]
    same = in_order[1:] == in_order[:-1]
    equal = np.flatnonzero(np.append(same, False) | np.append(False, same))
    order[equal] = order[equal][np.lexsort((docs[order[equal]], in_order[equal]))]
    return order
