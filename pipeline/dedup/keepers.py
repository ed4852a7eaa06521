"""Who is kept: alike pairs in, one row for each document that is dropped out.

A document is dropped only if it is itself alike to the one kept, so a chain a~b~c whose ends are
unlike loses b alone. Documents are taken in keep order, so the answer depends on nothing else. What
is published already stays.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.dedup.order import are_published
from pipeline.dedup.sorting import copied, counted, gathered, in_order, joined, pieces, ranked
from pipeline.kernels.components import count_members, settle, unite
from pipeline.kernels.keeping import best_kept
from pipeline.kernels.likeness import MakeArray

Numbers = NDArray[np.uint64]
Places = NDArray[np.uint32]


def _number(name: str) -> pa.Field:
    return pa.field(name, pa.uint64(), nullable=False)


# Flat, so that fates are looked up in it: ids and orders as numbers.
DROPPED = pa.schema(
    [
        *map(_number, ("doc", "low", "order")),
        *map(_number, ("kept_doc", "kept_low", "kept_order")),
        *map(_number, ("cluster_doc", "cluster_low")),
        pa.field("cluster_size", pa.int64(), nullable=False),
        pa.field("exact", pa.uint32(), nullable=False),  # 1 where the texts are equal
        *(
            pa.field(name, pa.float64(), nullable=False)
            for name in ("jaccard", "containment", "estimated_jaccard")
        ),
        pa.field("bands_met", pa.int64(), nullable=False),
    ]
)
_MEASURES = ("jaccard", "containment", "estimated_jaccard", "bands_met")


@dataclass(frozen=True)
class _Pairs:
    """Alike pairs: numbers of their documents, and what the table says of them."""

    first: Places
    second: Places
    exact: NDArray[np.bool_]
    measures: dict[str, NDArray[Any]]


@dataclass(frozen=True)
class _Documents:
    """Their documents, numbered by id."""

    doc: Numbers
    low: Numbers
    order: Numbers


def keep(table: pa.Table, *, room: MakeArray) -> Iterator[pa.Table]:
    """Kernel, by group: alike pairs in, what is dropped out. room: makes large arrays."""
    if not table.num_rows:
        return
    pairs, docs = _read(table, room)
    by = _best(pairs, docs, room)
    clusters, sizes = _clusters(pairs, len(docs.doc), room)
    for rows in pieces(len(by)):
        dropped = rows.start + np.flatnonzero(by[rows] >= 0)
        pair = by[dropped]
        kept, cluster = pairs.first[pair], clusters[dropped]
        columns: dict[str, object] = {
            **{name: getattr(docs, name)[dropped] for name in ("doc", "low", "order")},
            **{f"kept_{name}": getattr(docs, name)[kept] for name in ("doc", "low", "order")},
            **{f"cluster_{name}": getattr(docs, name)[cluster] for name in ("doc", "low")},
            "cluster_size": sizes[cluster],
            "exact": pairs.exact[pair].astype(np.uint32),
        }
        columns |= {name: measure[pair] for name, measure in pairs.measures.items()}
        yield pa.table(columns).select(DROPPED.names).cast(DROPPED)


def _read(table: pa.Table, room: MakeArray) -> tuple[_Pairs, _Documents]:
    count = table.num_rows
    ids = room(2 * count, np.uint64)
    ids[:count] = copied(table["first_doc"], room)
    ids[count:] = copied(table["second_doc"], room)
    number, doc = ranked(ids, room)
    first, second = number[:count], number[count:]
    low, order = room(len(doc), np.uint64), room(len(doc), np.uint64)
    for side, numbers in (("first", first), ("second", second)):
        for rows in pieces(count):
            some = table.slice(rows.start, rows.stop - rows.start)
            low[numbers[rows]] = some[f"{side}_low"].to_numpy()
            order[numbers[rows]] = some[f"{side}_order"].to_numpy()
    exact = copied(table["exact"], room)
    measures = {name: copied(table[name], room) for name in _MEASURES}
    return _Pairs(first, second, exact, measures), _Documents(doc, low, order)


def _best(pairs: _Pairs, docs: _Documents, room: MakeArray) -> NDArray[np.int64]:
    """The pair by which each document is dropped; -1 where it stays."""
    place = in_order(in_order(ranked(docs.order, room)[0], room), room)
    in_keep_order = joined(
        gathered(place, pairs.second, room), counted(len(pairs.second), room), room
    )
    in_keep_order.sort()
    fixed = are_published(docs.order, room)
    by = room(len(place), np.int64)
    likeness = pairs.measures["jaccard"]
    best_kept(in_keep_order, pairs.first, pairs.second, place, pairs.exact, likeness, fixed, by)
    return by


def _clusters(
    pairs: _Pairs, count: int, room: MakeArray
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(the first of each document's cluster, how many are in that of each that is the first)."""
    roots, sizes = room(count, np.int64), room(count, np.int64)
    for rows in pieces(count):
        roots[rows] = np.arange(rows.start, rows.stop)
    unite(roots, pairs.first, pairs.second)
    settle(roots)
    count_members(roots, sizes)
    return roots, sizes
