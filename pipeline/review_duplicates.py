"""What one dump loses as duplicates: its largest clusters with samples, how much of each source.

For a person to read, and to say no.

What belongs here: bringing clusters, sources and texts together. What does not: finding the
clusters (review_clusters), counting sources (engine.losses), showing them (report.duplicates).
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline import schema
from pipeline.difference import Difference, difference
from pipeline.engine.losses import Losses, duplicates_in, losses, max_loss, sites_of
from pipeline.lookup import rows_of
from pipeline.review import datasets_of
from pipeline.review_clusters import Cluster, Ids, largest, numbers, of_clusters
from pipeline.store.dataset import Dataset, StoreError
from pipeline.underway import published

EXCERPT = 160  # code points of a text that are shown
LONGEST = 200_000  # of a text that are compared
_CHANGES = 3
_SITES = 3  # of a cluster


@dataclass(frozen=True)
class Side:
    """One document of a pair. excerpt: how its text begins."""

    doc_id: str
    dump: str
    source: str
    record: int
    excerpt: str


@dataclass(frozen=True)
class Sample:
    """A dropped document beside the one that was kept.

    row: of `duplicates`. kept, dropped: None where the document is no longer in the corpus, and
    then there is no difference either. difference: what the kept text must lose and gain to be the
    other. shortened: only the first `LONGEST` code points were compared.
    """

    row: Mapping[str, Any]
    kept: Side | None
    dropped: Side | None
    difference: Difference | None
    shortened: bool


@dataclass(frozen=True)
class Group:
    """A cluster. sites: those that most of its dropped documents are from, and how many each.
    other_sites: how many sites more there are.
    """

    cluster: Cluster
    sites: tuple[tuple[str, int], ...]
    other_sites: int
    samples: tuple[Sample, ...]


@dataclass(frozen=True)
class Review:
    """The duplicates of a dump.

    exact, near: dropped documents. earlier: how many of them are like one that another dump has
    published. groups: the largest clusters, of `clusters` in all. max_loss: the share that a source
    may lose.
    """

    dump: str
    exact: int
    near: int
    earlier: int
    clusters: int
    groups: tuple[Group, ...]
    losses: Losses
    max_loss: float


def duplicates(out: Path, dump: str, limit: int) -> Review:
    """The duplicates of a dump, with the `limit` largest clusters.

    A dump that was refused is read where it waits. Raises `LookupFailed` for one that is neither,
    `StoreError` for one that an older version has made.
    """
    datasets = datasets_of(out, dump)
    names = ("duplicates", "documents", "rejected")
    try:
        found, documents, rejected = (dataset for name in names for dataset in datasets(name))
    except ValueError as error:
        raise StoreError(f"dump {dump} of {out} is not complete: run it again") from error
    if missing := [name for name in schema.DUPLICATES.names if name not in found.columns]:
        raise StoreError(
            f"{found.folder} was made by an older version, without {', '.join(missing)}: "
            f"run dump {dump} again"
        )
    verdicts = Counter[str]()
    for batch in found.batches(["verdict"]):
        counted = pc.value_counts(batch["verdict"]).to_pylist()
        verdicts.update({each["values"]: each["counts"] for each in counted})
    clusters = largest(found, limit)
    texts = [documents, rejected, *published(out, "documents", besides={dump})]
    return Review(
        dump,
        verdicts[schema.DUPLICATE_EXACT],
        verdicts[schema.DUPLICATE_NEAR],
        verdicts.total() - _within(found, documents),
        clusters.clusters,
        tuple(_groups(clusters.largest, _sites(clusters.largest, found, rejected), texts)),
        losses(documents, rejected),
        max_loss(documents),
    )


def _within(found: Dataset, documents: Dataset) -> int:
    """How many duplicates are like a document of the same dump. Memory: eight bytes each."""
    kept = [np.empty(0, np.uint64)]
    kept += [numbers(batch["kept_id"]) for batch in found.batches(["kept_id"])]
    ids, times = np.unique(np.concatenate(kept), return_counts=True)
    return sum(
        int(times[np.isin(ids, numbers(batch["doc_id"]))].sum())
        for batch in documents.batches(["doc_id"])
    )


def _sites(
    clusters: Iterable[Cluster], found: Dataset, rejected: Dataset
) -> dict[str, Counter[str]]:
    """For each cluster, where its dropped documents are from. Memory: twelve bytes each."""
    names = pa.array([cluster.cluster_id for cluster in clusters], pa.string())
    members, of = _members(found, names)
    sites: dict[str, Counter[str]] = {name: Counter() for name in names.to_pylist()}
    if not len(members):
        return sites
    for batch in rejected.batches(["doc_id", "source", "metadata", "verdict"]):
        dropped = duplicates_in(batch)
        ids = numbers(dropped["doc_id"])
        at = np.minimum(np.searchsorted(members, ids), len(members) - 1)
        mine = members[at] == ids
        dropped, cluster = dropped.filter(pa.array(mine)), names.take(pa.array(of[at[mine]]))
        table = pa.table({"cluster": cluster, "site": sites_of(dropped)})
        counted = table.group_by(["cluster", "site"], use_threads=False)
        for row in counted.aggregate([([], "count_all")]).to_pylist():
            sites[row["cluster"]][row["site"]] += row["count_all"]
    return sites


def _members(found: Dataset, clusters: pa.Array) -> tuple[Ids, np.ndarray[Any, Any]]:
    """(the dropped documents of the clusters, in order; the place of each one's cluster)."""
    ids, places = [np.empty(0, np.uint64)], [np.empty(0, np.int32)]
    for batch in found.batches(["doc_id", "cluster_id"]):
        rows = of_clusters(batch, clusters)
        ids.append(numbers(rows["doc_id"]))
        places.append(pc.index_in(rows["cluster_id"], clusters).to_numpy())
    members, of = np.concatenate(ids), np.concatenate(places)
    order = np.argsort(members)
    return members[order], of[order]


def _groups(
    clusters: Iterable[Cluster], sites: Mapping[str, Counter[str]], texts: list[Dataset]
) -> Iterable[Group]:
    rows = [row for cluster in clusters for row in cluster.samples]
    wanted = {row[name] for row in rows for name in ("doc_id", "kept_id")}
    documents = rows_of(texts, wanted, LONGEST + 1)
    for cluster in clusters:
        ranked = sorted(sites[cluster.cluster_id].items(), key=lambda site: (-site[1], site[0]))
        yield Group(
            cluster,
            tuple(ranked[:_SITES]),
            len(ranked[_SITES:]),
            tuple(_sample(row, documents) for row in cluster.samples),
        )


def _sample(row: Mapping[str, Any], documents: Mapping[str, Mapping[str, Any]]) -> Sample:
    kept, dropped = documents.get(row["kept_id"]), documents.get(row["doc_id"])
    if kept is None or dropped is None:
        return Sample(row, _side(kept), _side(dropped), None, False)
    texts = kept["text"], dropped["text"]
    found = difference(texts[0][:LONGEST], texts[1][:LONGEST], _CHANGES)
    return Sample(row, _side(kept), _side(dropped), found, max(map(len, texts)) > LONGEST)


def _side(row: Mapping[str, Any] | None) -> Side | None:
    if row is None:
        return None
    return Side(row["doc_id"], row["dump"], row["source"], row["record"], row["text"][:EXCERPT])
