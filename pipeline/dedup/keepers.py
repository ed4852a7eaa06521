"""Who is kept: alike pairs in, one row for each document that is dropped out.

A document is dropped only if it is itself alike to the one kept, so a chain a~b~c whose ends are
unlike loses b alone. Documents are taken in keep order, so the answer depends on nothing else. What
is published already stays.
"""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.kernels.components import settle, unite
from pipeline.kernels.keeping import best_kept

Numbers = NDArray[np.uint64]
Places = NDArray[np.int64]
_FRESH = np.uint64(1 << 63)


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


def keep(table: pa.Table) -> Iterator[pa.Table]:
    """Kernel, by group: alike pairs in, what is dropped out."""
    if not table.num_rows:
        return
    docs = _documents(table)
    first, second = _places(table, docs, "first"), _places(table, docs, "second")
    exact = table["exact"].to_numpy()
    fixed = docs["order"] & _FRESH == 0
    by_pair = np.lexsort((first, second))
    near = by_pair[~exact[by_pair]]
    likeness = table["jaccard"].to_numpy()
    by = best_kept(len(fixed), first[near], second[near], likeness[near], fixed)
    pair = np.where(by >= 0, near[np.maximum(by, 0)] if len(near) else -1, -1)
    kept = np.where(pair >= 0, first[pair], -1)
    is_copy = np.zeros(len(fixed), np.bool_)
    # A copy shares the fate of the first of its text; if that one stays, it is its duplicate.
    copies = np.flatnonzero(exact)
    of, copy = first[copies], second[copies]
    stays = kept[of] < 0
    is_copy[copy] = stays
    pair[copy] = np.where(stays, copies, pair[of])
    kept[copy] = np.where(stays, of, kept[of])
    dropped = np.flatnonzero(kept >= 0)
    roots = np.arange(len(fixed))
    unite(roots, first, second)
    settle(roots)
    sizes = np.bincount(roots, minlength=len(roots))
    least = _least_ids(docs, roots)
    columns: dict[str, object] = {
        **{name: docs[name][dropped] for name in ("doc", "low", "order")},
        **{f"kept_{name}": docs[name][kept[dropped]] for name in ("doc", "low", "order")},
        **{f"cluster_{name}": docs[name][least[roots[dropped]]] for name in ("doc", "low")},
        "cluster_size": sizes[roots[dropped]],
        "exact": is_copy[dropped].astype(np.uint32),
    }
    columns |= {name: table[name].to_numpy()[pair[dropped]] for name in _MEASURES}
    yield pa.table(columns).select(DROPPED.names).cast(DROPPED)


def _documents(table: pa.Table) -> dict[str, Numbers]:
    """The distinct documents of both sides, in keep order within each group."""
    sides = {
        name: np.concatenate([table[f"{side}_{name}"].to_numpy() for side in ("first", "second")])
        for name in ("order", "doc", "low")
    }
    group = np.concatenate([table["group"].to_numpy()] * 2)
    _, at = np.unique(sides["doc"], return_index=True)
    columns = {name: column[at] for name, column in sides.items()}
    order = np.lexsort((columns["low"], columns["doc"], columns["order"], group[at]))
    return {name: column[order] for name, column in columns.items()}


def _places(table: pa.Table, docs: dict[str, Numbers], side: str) -> Places:
    """Where each document of a side stands in keep order."""
    by_doc = np.argsort(docs["doc"])
    at = np.searchsorted(docs["doc"][by_doc], table[f"{side}_doc"].to_numpy())
    return np.asarray(by_doc[at])


def _least_ids(docs: dict[str, Numbers], roots: Places) -> Places:
    """For each root the document of its cluster with the smallest id."""
    least = np.zeros(len(roots), np.int64)
    by_id = np.lexsort((docs["low"], docs["doc"]))[::-1]
    least[roots[by_id]] = by_id  # the last one written is the smallest
    return least
