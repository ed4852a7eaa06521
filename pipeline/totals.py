"""Facts about a run, for expectations and reports: about what was read, and about what would be
published beside what other dumps have.

What belongs here: which datasets, and which parts of the index, are asked. What does not: counting
(engine.facts), looking up (index.known), the steps (run).
"""

from collections.abc import Mapping, Sequence

import pyarrow as pa

from pipeline.engine import facts
from pipeline.index import making
from pipeline.index import parts as index_parts
from pipeline.index.known import Index
from pipeline.index.part import Part
from pipeline.store.dataset import Dataset, StoreError
from pipeline.underway import Run, published


def raw_totals(run: Run) -> facts.Totals:
    """Facts about what was read, for expectations and reports."""
    return facts.raw_totals(run.dataset("plan"), run.dataset("raw_documents"))


def candidate_totals(run: Run, candidate: Mapping[str, Dataset]) -> facts.Totals:
    """Facts about what would be published, for expectations and reports."""
    new = run.new_dumps()
    parts = [part for each in new if each != run for part in _candidate_part(each)]
    besides = {run.dump, *(part.dump for part in parts)}
    parts += index_parts.telling_parts(run.out, besides, run.recipe.dedup)
    besides |= {part.dump for part in parts}
    others = {
        name: published(run.out, name, besides=besides) for name in ("documents", "signatures")
    }
    # The texts of what was taken out may come again; what is new now is compared all the same.
    removed = index_parts.removed_dumps(run.out) - {each.dump for each in new}
    others["signatures"] = [each for each in others["signatures"] if each.dump not in removed]
    return facts.candidate_totals(run.dataset("raw_documents"), candidate, Index(parts), others)


def published_with(run: Run, ids: Sequence[str]) -> list[Dataset]:
    """The published documents of those other dumps that may have some of these ids."""
    parts = index_parts.telling_parts(run.out, {run.dump}, run.recipe.dedup)
    found = Index(parts).dumps_with(pa.chunked_array([ids], pa.string()))
    return published(
        run.out, "documents", besides={part.dump for part in parts} - found | {run.dump}
    )


def _candidate_part(run: Run) -> list[Part]:
    """Its part of the index, as it would be published; none where it is not made."""
    try:
        made = [run.dataset(f"candidate/{name}") for name in making.DATASETS]
    except StoreError:
        return []
    return [Part(run.dump, made[0].fingerprint, *(each.folder for each in made))]
