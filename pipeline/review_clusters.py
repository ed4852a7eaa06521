"""The largest clusters of a dump's duplicates, in numbers and ids.

What belongs here: reading the dataset `duplicates`, batch by batch. What does not: texts and
sources of the documents (review_duplicates), showing any of it (report).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline import schema
from pipeline.store.dataset import Dataset

_SAMPLES = 2  # dropped documents to show
_KEPT = 3  # ids to name
_ORDER = [("cluster_size", "descending"), ("cluster_id", "ascending")]
_LEAST_ALIKE = [("jaccard", "ascending"), ("doc_id", "ascending")]
_BY = "cluster_id"

Ids = NDArray[np.uint64]


@dataclass(frozen=True)
class Cluster:
    """Documents linked by likeness.

    size: how many of them the run saw. dropped, exact: how many of those were dropped, and for a
    text that is equal. jaccard: the lowest and highest similarity to what was kept. kept: documents
    kept in place of others, a few, those for which most were dropped. samples: a few rows of
    `duplicates`, the least alike first.
    """

    cluster_id: str
    size: int
    dropped: int
    exact: int
    jaccard: tuple[float, float]
    kept: tuple[str, ...]
    samples: tuple[dict[str, Any], ...]

    @property
    def kept_documents(self) -> int:
        """How many of them were not dropped."""
        return self.size - self.dropped


@dataclass(frozen=True)
class Clusters:
    """The largest clusters, and how many there are in all."""

    largest: tuple[Cluster, ...]
    clusters: int


def largest(duplicates: Dataset, limit: int) -> Clusters:
    """The clusters of most documents, the largest first.

    Memory: eight bytes a dropped document, and the numbers of the clusters that are given back.
    """
    top = pa.table({_BY: pa.array([], pa.string()), "cluster_size": pa.array([], pa.int64())})
    seen = [np.empty(0, np.uint64)]
    for batch in duplicates.batches([_BY, "cluster_size"]):
        found = batch.group_by([_BY, "cluster_size"], use_threads=False).aggregate([])
        seen.append(numbers(found[_BY]))
        both = pa.concat_tables([top, found.select(top.column_names)]).group_by(
            top.column_names, use_threads=False
        )
        top = both.aggregate([]).sort_by(_ORDER).slice(0, limit)
    chosen = top[_BY].combine_chunks()
    counted, samples = _counted(duplicates, chosen), _samples(duplicates, chosen)
    rows = [_cluster(row, counted[row[_BY]], samples.get(row[_BY], ())) for row in top.to_pylist()]
    return Clusters(tuple(rows), len(np.unique(np.concatenate(seen))))


def numbers(ids: pa.ChunkedArray | pa.Array) -> Ids:
    """The first 64 bits of each id."""
    digits = "".join(doc_id[:16] for doc_id in ids.to_pylist())
    return np.frombuffer(bytes.fromhex(digits), ">u8").astype(np.uint64)


def of_clusters(duplicates: pa.Table, cluster_ids: pa.Array) -> pa.Table:
    """The rows of these clusters."""
    return duplicates.filter(pc.is_in(duplicates[_BY], value_set=cluster_ids))


def _counted(duplicates: Dataset, chosen: pa.Array) -> dict[str, list[dict[str, Any]]]:
    """For each cluster one row a kept document: how many were dropped for it, and how alike."""
    parts: list[pa.Table] = []
    for batch in duplicates.batches([_BY, "kept_id", "jaccard", "verdict"]):
        rows = of_clusters(batch, chosen)
        exact = pc.cast(pc.equal(rows["verdict"], schema.DUPLICATE_EXACT), pa.int64())
        rows = rows.append_column("exact", exact).append_column("highest", rows["jaccard"])
        rows = rows.append_column("dropped", pa.repeat(pa.scalar(1, pa.int64()), rows.num_rows))
        parts = [_together([*parts, rows.select(_COUNTED)])]
    counted: dict[str, list[dict[str, Any]]] = {}
    order = [("dropped", "descending"), ("kept_id", "ascending")]
    for row in (row for part in parts for row in part.sort_by(order).to_pylist()):
        counted.setdefault(row[_BY], []).append(row)
    return counted


_COUNTED = [_BY, "kept_id", "dropped", "exact", "jaccard", "highest"]


def _together(parts: Sequence[pa.Table]) -> pa.Table:
    sums = [("dropped", "sum"), ("exact", "sum"), ("jaccard", "min"), ("highest", "max")]
    made = pa.concat_tables(parts).group_by(_COUNTED[:2], use_threads=False)
    return made.aggregate(sums).rename_columns(_COUNTED)


def _samples(duplicates: Dataset, chosen: pa.Array) -> dict[str, list[dict[str, Any]]]:
    """The least alike of each cluster."""
    found: dict[str, list[dict[str, Any]]] = {}
    for batch in duplicates.batches():
        rows = of_clusters(batch, chosen)
        for cluster_id in pc.unique(rows[_BY]).to_pylist():
            mine = rows.filter(pc.equal(rows[_BY], cluster_id)).sort_by(_LEAST_ALIKE)
            both = [*found.get(cluster_id, ()), *mine.slice(0, _SAMPLES).to_pylist()]
            both.sort(key=lambda row: (row["jaccard"], row["doc_id"]))
            found[cluster_id] = both[:_SAMPLES]
    return found


def _cluster(
    row: dict[str, Any], kept: Sequence[dict[str, Any]], samples: Sequence[dict[str, Any]]
) -> Cluster:
    return Cluster(
        row[_BY],
        row["cluster_size"],
        sum(one["dropped"] for one in kept),
        sum(one["exact"] for one in kept),
        (min(one["jaccard"] for one in kept), max(one["highest"] for one in kept)),
        tuple(one["kept_id"] for one in kept[:_KEPT]),
        tuple(samples),
    )
