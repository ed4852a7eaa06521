"""The assets that readers see: written beside, asked about, and only then put in place.

What belongs here: the one step whose outputs change together, and the order write, audit, publish.
What does not: what is expected (expectations), how folders are swapped (pipeline.store.commit).
"""

from collections.abc import Iterator, Mapping

import dagster as dg

from assets import checks, metadata
from assets.cleaning import OWNERS, PARQUET, cut_documents, near_duplicates
from assets.corpus import Corpus
from assets.dumps import BY_DAY
from assets.metadata import Metadata
from pipeline import run as steps
from pipeline import schema
from pipeline.recipe import Recipe
from pipeline.report import page
from pipeline.report.outcome import stops
from pipeline.store.dataset import Dataset

PUBLISHED = "published"
_MEANING = {
    "documents": "The clean texts, for every reader: `OUT/documents/**/*.parquet`.",
    "rejected": "Each record that is not published, with its verdict, the reason and the text.",
    "ledger": "Each edit of each document; it turns a text back into the text as decoded.",
    "duplicates": "Which published document each dropped one duplicates, and how closely.",
    "band_index": "What later dumps are compared with: each dump has its part, which is looked up "
    "in, not read. `hygiene index` shows and verifies it.",
}


def _spec(name: str) -> dg.AssetSpec:
    return dg.AssetSpec(
        name,
        description=_MEANING[name],
        deps=[near_duplicates, cut_documents],
        group_name=PUBLISHED,
        owners=OWNERS,
        kinds=PARQUET,
        metadata={"dagster/column_schema": metadata.columns(schema.PUBLISHED[name])},
    )


_REPORT = dg.AssetSpec(
    "expectation_report",
    description="The page a person reads: what came in, what went out, which expectations hold.",
    deps=[near_duplicates, cut_documents],
    group_name=PUBLISHED,
    owners=OWNERS,
    kinds={"greatexpectations", "html"},
)


@dg.multi_asset(
    name="publish",
    specs=[*map(_spec, _MEANING), _REPORT],
    check_specs=checks.specs("documents", "rejected", "duplicates"),
    partitions_def=BY_DAY,
)
def publish(
    context: dg.AssetExecutionContext, corpus: Corpus
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """Nothing changes for readers unless every expectation of severity error holds."""
    from expectations import runner  # imports Great Expectations, which takes seconds

    with corpus.open(context.partition_key) as run:
        candidate = steps.publish(run)
        outcomes = [*runner.check_raw(run), *runner.check_candidate(run, candidate)]
        refused = stops(outcomes)
        live = candidate if refused else steps.commit(run, candidate)
        report = page.write(run, live, outcomes, published=not refused)
        about = metadata.of_report(report, outcomes)
        yield dg.MaterializeResult(asset_key="expectation_report", metadata=about)
        if refused:
            for name in _MEANING:
                yield from checks.results(outcomes, name)
            raise checks.refusal(outcomes, report)
        about_each = _about(live, steps.last_made(run), run.recipe)
        for name, about in about_each.items():
            # A check that comes with its materialization speaks about that, not the one before.
            found = checks.results(outcomes, name)
            yield dg.MaterializeResult(asset_key=name, metadata=about, check_results=found)


def _about(live: Mapping[str, Dataset], measured: Dataset, recipe: Recipe) -> dict[str, Metadata]:
    """What each published dataset says about itself."""
    of = schema.PUBLISHED
    return {
        "documents": metadata.of_published(live["documents"], of["documents"]),
        "rejected": metadata.of_rejected(live["rejected"], of["rejected"], live["passed_over"]),
        "ledger": metadata.of_ledger(live["ledger"], of["ledger"], measured),
        "duplicates": metadata.of_published_duplicates(
            live, of["duplicates"], recipe.dedup.max_source_loss
        ),
        "band_index": metadata.of_dataset(live["band_index"], of["band_index"]),
    }
