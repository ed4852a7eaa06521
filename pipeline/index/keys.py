"""Band keys in order: by key, those of one key by document.

What belongs here: the kernel that sorts them. What does not: making keys (dedup.bands), looking
them up (part).

A key is as a rule of few documents, and all of a partition are sorted at once. That of a giant
template is of many millions: it is taken by itself, and comes in pieces. Each of its bands has such
a key, or one nearly as large, of which several may lie in one partition: no more come at once than
a partition should have.
"""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.dedup.sorting import AT_ONCE, copied
from pipeline.kernels.likeness import MakeArray

Numbers = NDArray[np.uint64]


def sort_keys(table: pa.Table, *, most: int, room: MakeArray) -> Iterator[pa.Table]:
    """Kernel: band keys in, the same in order out, in tables of at most `most` rows. Those of a key
    are in one table, if they are no more than that; else in several, all about equal.

    So each of these has two rows at least, and shows that the key is shared. most: four at least.
    room: makes large arrays.
    """
    if table.num_rows <= most:
        yield table.take(pa.array(_order(table)))
        return
    for least, largest, rows in _ranges(table, most, room):
        if rows > most:
            yield from _pieces(table, least, rows, most, room)
        else:
            yield _between(table, least, largest)


def _ranges(
    table: pa.Table, most: int, room: MakeArray
) -> Iterator[tuple[np.uint64, np.uint64, int]]:
    """(the least key, the largest, rows) of ranges of keys, in order: of at most `most` rows, or of
    one key.
    """
    keys = copied(table["key"], room)
    keys.sort()
    start = 0
    while start < len(keys):
        end = min(start + most, len(keys))
        if end < len(keys):
            end = int(np.searchsorted(keys, keys[end]))  # where the key begins that would be cut
        if end <= start:
            end = int(np.searchsorted(keys, keys[start], "right"))
        yield keys[start], keys[end - 1], end - start
        start = end


def _pieces(
    table: pa.Table, key: np.uint64, rows: int, most: int, room: MakeArray
) -> Iterator[pa.Table]:
    """The so many rows of a giant key, sorted."""
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


def _between(table: pa.Table, least: np.uint64, largest: np.uint64) -> pa.Table:
    """The rows whose keys are in this range, sorted."""
    found = []
    for batch in table.to_batches(max_chunksize=AT_ONCE):
        keys = batch["key"].to_numpy()
        here = (keys >= least) & (keys <= largest)
        if here.any():
            found.append(pa.Table.from_batches([batch]).filter(pa.array(here)))
    rows = pa.concat_tables(found)
    return rows.take(pa.array(_order(rows)))


def _order(table: pa.Table) -> NDArray[np.int64]:
    """The order of rows by key, then by document."""
    keys, docs = table["key"].to_numpy(), table["doc"].to_numpy()
    order = np.argsort(keys)  # not stable, but much faster: rows with equal keys are few
    in_order = keys[order]
    same = in_order[1:] == in_order[:-1]
    equal = np.flatnonzero(np.append(same, False) | np.append(False, same))
    order[equal] = order[equal][np.lexsort((docs[order[equal]], in_order[equal]))]
    return order
