"""How many of each source's documents are dropped as duplicates.

What belongs here: counting documents by source, batch by batch. What does not: what a source is
(measures.site), saying so to people (review_duplicates, expectations).
"""

from collections.abc import Iterable
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.dedup.settings import DedupSettings
from pipeline.measures import site
from pipeline.store.dataset import Dataset

LEAST_DOCUMENTS = 20
"""A source of fewer documents gives no warning: one document more or less would be its share."""

_SITED = ("metadata", "source")
_DUPLICATE = "duplicate:"
_BATCHES = 64  # counts of so many batches are added up at once


@dataclass(frozen=True)
class SourceLoss:
    """One source. documents: those that were compared with others. dropped: those of them that are
    duplicates.
    """

    site: str
    documents: int
    dropped: int

    @property
    def share(self) -> float:
        """0 to 1 of its documents."""
        return self.dropped / max(1, self.documents)


@dataclass(frozen=True)
class Losses:
    """documents, dropped: of all sources. sources: those of `LEAST_DOCUMENTS` and more that lose
    any, the largest share first. small: all others that lose any, as one, and how many they are.
    """

    documents: int
    dropped: int
    sources: tuple[SourceLoss, ...]
    small: SourceLoss
    small_sources: int

    def above(self, share: float) -> tuple[SourceLoss, ...]:
        """The sources that lose more than this share of their documents."""
        return tuple(loss for loss in self.sources if loss.share > share)


def max_loss(dataset: Dataset) -> float:
    """The share that the recipe of a dump lets a source lose; the default where it says nothing."""
    settings: dict[str, float] = dataset.manifest()["recipe"].get("dedup", {})
    return settings.get("max_source_loss", DedupSettings().max_source_loss)


def losses(documents: Dataset, rejected: Dataset) -> Losses:
    """The losses of one dump, by what is published and what is rejected.

    Documents that were rejected for anything else were not compared, and do not count. Memory grows
    with the number of sources that lose a document.
    """
    dropped = _added_up(dropped_sites(batch) for batch in rejected.batches([*_SITED, "verdict"]))
    losing = dropped["site"].combine_chunks()
    kept = _added_up(
        sites.filter(pc.is_in(sites, value_set=losing))
        for sites in map(sites_of, documents.batches(_SITED) if len(losing) else ())
    )
    kept_of = dict(zip(kept["site"].to_pylist(), kept["documents"].to_pylist(), strict=True))
    found = [
        SourceLoss(row["site"], row["documents"] + kept_of.get(row["site"], 0), row["documents"])
        for row in dropped.to_pylist()
    ]
    found.sort(key=lambda loss: (-loss.share, -loss.dropped, loss.site))
    small = [loss for loss in found if loss.documents < LEAST_DOCUMENTS]
    lost = sum(loss.dropped for loss in found)
    return Losses(
        documents.rows + lost,
        lost,
        tuple(loss for loss in found if loss.documents >= LEAST_DOCUMENTS),
        SourceLoss("", sum(loss.documents for loss in small), sum(loss.dropped for loss in small)),
        len(small),
    )


def sites_of(batch: pa.Table) -> pa.Array:
    """Where each document is from."""
    return site.measure(*(batch[name].combine_chunks() for name in _SITED))


def dropped_sites(batch: pa.Table) -> pa.Array:
    """The same of the duplicates among rejected documents."""
    return sites_of(duplicates_in(batch))


def duplicates_in(rejected: pa.Table) -> pa.Table:
    """The rows that were rejected for being like another."""
    return rejected.filter(pc.starts_with(rejected["verdict"], _DUPLICATE))


def _added_up(parts: Iterable[pa.Array]) -> pa.Table:
    """How often each site stands in all of them."""
    total = pa.table({"site": pa.array([], pa.string()), "documents": pa.array([], pa.int64())})
    waiting = [total]
    for part in parts:
        counted = pc.value_counts(part)
        waiting.append(pa.table(counted.flatten(), ["site", "documents"]))
        if len(waiting) > _BATCHES:
            waiting = [_summed(waiting)]
    return _summed(waiting)


def _summed(parts: list[pa.Table]) -> pa.Table:
    made = pa.concat_tables(parts).group_by("site", use_threads=False)
    return made.aggregate([("documents", "sum")]).rename_columns(["site", "documents"])
