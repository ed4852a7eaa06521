"""Meetings: documents that share a key, and the groups that they form.

What belongs here: finding keys that several documents have, in a dump and in the index, and giving
documents that are linked by them one group. What does not: whether they are alike (likeness).

Kernels and passes in order: `met` (keys of new documents, sorted, in; keys that are shared out),
`documents` (those in, one row a document out), `groups` (both in, each document's group out),
`grouped` (keys with their groups out).
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.dedup.likeness import ANCHORS
from pipeline.index.part import Part, documents_with
from pipeline.kernels.components import settle, unite
from pipeline.store.dataset import Dataset
from pipeline.store.flat import FlatColumns

Numbers = NDArray[np.uint64]
FRESH = -1  # in place of the number of an index's part: the document is new
# Groups are written in row groups of so many documents.
_GROUP_ROWS = 500_000


def _number(name: str, kind: pa.DataType) -> pa.Field:
    return pa.field(name, kind, nullable=False)


_KEY, _DOC, _GROUP = (_number(name, pa.uint64()) for name in ("key", "doc", "group"))
_PART = _number("part", pa.int32())
MET = pa.schema([_KEY, _DOC, _PART])
DOCUMENTS = pa.schema([_DOC, _PART])
GROUPS = pa.schema([_DOC, _GROUP, _PART])
GROUP_COLUMNS = ["doc", "group"]
GROUPED = pa.schema([_GROUP, _KEY, _DOC])


def met(table: pa.Table, *, index: Sequence[Part]) -> Iterator[pa.Table]:
    """Kernel: rows sorted by key in, those of keys that several documents have out; with them the
    documents of the index that have these keys.
    """
    keys, docs = table["key"].to_numpy(), table["doc"].to_numpy()
    distinct, counts = np.unique(keys, return_counts=True)
    shared = counts > 1
    met_keys, met_docs, parts = [], [], []
    for number, part in enumerate(index):
        found = documents_with(part, distinct, ANCHORS)
        shared[np.searchsorted(distinct, found.keys)] = True
        met_keys.append(found.keys)
        met_docs.append(found.docs)
        parts.append(np.full(len(found.keys), number, np.int32))
    fresh = np.repeat(shared, counts)
    met_keys.append(keys[fresh])
    met_docs.append(docs[fresh])
    parts.append(np.full(int(fresh.sum()), FRESH, np.int32))
    every, rows = np.concatenate(met_keys), np.concatenate(met_docs)
    order = np.argsort(every, kind="stable")
    columns = {"key": every[order], "doc": rows[order], "part": np.concatenate(parts)[order]}
    yield pa.table(columns, MET)


def documents(table: pa.Table) -> Iterator[pa.Table]:
    """Kernel, by document: rows of shared keys in, one row for each document out, sorted.

    Of two whose ids begin alike it is the new one, or that of the earlier part.
    """
    docs, parts = table["doc"].to_numpy(), table["part"].to_numpy()
    order = np.lexsort((parts, docs))
    distinct, at = np.unique(docs[order], return_index=True)
    yield pa.table({"doc": distinct, "part": parts[order][at]}, DOCUMENTS)


def groups(shared: Dataset, met_documents: Dataset, scratch: Path) -> Iterator[pa.Table]:
    """Shared keys, sorted, and the documents that have them, sorted, in; those with their groups
    out, in the same order.

    Documents that are linked by keys have one group. Here and not in a kernel: a link may lead
    anywhere. scratch: a folder for two files of 8 bytes a document; they are looked into where they
    lie, so memory that others need is theirs.
    """
    blocks = FlatColumns(met_documents, ["doc", "part"]).all_blocks()
    count = sum(block.rows for block in blocks)
    if not count:
        return
    docs = np.memmap(scratch / "docs", np.uint64, "w+", shape=count)
    roots = np.memmap(scratch / "roots", np.int64, "w+", shape=count)
    at = 0
    for block in blocks:
        rows = slice(at, at + block.rows)
        docs[rows], roots[rows] = block.columns["doc"], np.arange(at, at + block.rows)
        at += block.rows
    _link(shared, docs, roots)
    settle(roots)
    at = 0
    for block in blocks:
        for start in range(0, block.rows, _GROUP_ROWS):
            end = min(start + _GROUP_ROWS, block.rows)
            group = spread(docs[roots[at + start : at + end]])
            columns = {name: block.columns[name][start:end] for name in ("doc", "part")}
            yield pa.table({**columns, "group": group}).select(GROUPS.names).cast(GROUPS)
        at += block.rows


def _link(shared: Dataset, docs: Numbers, roots: NDArray[np.int64]) -> None:
    """Unite the documents of each key."""
    last_key, last_doc = np.uint64(0), -1
    for table in shared.batches(["key", "doc"]):
        keys = table["key"].to_numpy()
        at = np.searchsorted(docs, table["doc"].to_numpy())
        starts = np.flatnonzero(np.append(True, keys[1:] != keys[:-1]))
        firsts = np.repeat(at[starts], np.diff(np.append(starts, len(keys))))
        if last_doc >= 0 and keys[0] == last_key:  # the rest of a key's rows
            unite(roots, np.array([last_doc]), at[:1])
        unite(roots, firsts, at)
        last_key, last_doc = keys[-1], int(at[-1])


def spread(numbers: Numbers) -> Numbers:
    """Hashes of numbers, evenly spread: SplitMix64's finaliser (Steele, Lea, Flood 2014)."""
    value = (numbers ^ numbers >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ value >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
    return np.asarray(value ^ value >> np.uint64(31))


def grouped(table: pa.Table, *, groups: Dataset) -> Iterator[pa.Table]:
    """Kernel: shared keys in, the same with the group of each document out."""
    docs = table["doc"].to_numpy()
    order = np.argsort(docs)
    rows, found = group_of(docs[order], FlatColumns(groups, GROUP_COLUMNS))
    group = np.empty(len(docs), np.uint64)
    group[order[rows]] = found
    yield pa.table({"group": group, "key": table["key"], "doc": docs}, GROUPED)


def group_of(docs: Numbers, groups: FlatColumns) -> tuple[NDArray[np.int64], Numbers]:
    """(which of the sorted `docs` are in groups, their groups)."""
    which, found = [np.empty(0, np.int64)], [docs[:0]]
    for block, start, end in groups.within(docs):
        some = docs[start:end]
        at = np.minimum(np.searchsorted(block.columns["doc"], some), block.rows - 1)
        hits = np.flatnonzero(block.columns["doc"][at] == some)
        which.append(start + hits)
        found.append(block.columns["group"][at[hits]])
    return np.concatenate(which), np.concatenate(found)
