"""The assets that readers see: written beside, asked about, and only then put in place.

What belongs here: the one step whose outputs change together, and the order write, audit, publish.
What does not: what is expected (expectations), how folders are swapped (pipeline.store.commit).
"""

from collections.abc import Iterator, Mapping, Sequence

import dagster as dg

from assets import checks, metadata
from assets.cleaning import OWNERS, PARQUET, cut_documents, near_duplicates
from assets.corpus import Corpus
from assets.dumps import BY_DAY
from assets.metadata import Metadata
from assets.partitions import TOGETHER, Told, checked, dumps_of, made, whole
from pipeline import run as steps
from pipeline import schema, together
from pipeline.recipe import Recipe
from pipeline.report import page
from pipeline.report.outcome import Outcome, stops
from pipeline.store.dataset import Dataset
from pipeline.together import Ending
from pipeline.underway import Run

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
    backfill_policy=TOGETHER,
)
def publish(context: dg.AssetExecutionContext, corpus: Corpus) -> Told:
    """Nothing changes for readers unless every expectation of severity error holds.

    A dump that is refused does not stop the others of its run, which then fails all the same.
    """
    from expectations import runner  # imports Great Expectations, which takes seconds

    refused: dict[str, tuple[list[Outcome], page.Report]] = {}
    with corpus.open(dumps_of(context, corpus)) as runs:
        raw = {run.dump: runner.check_raw(run) for run in runs}

        def ask(run: Run, candidate: Mapping[str, Dataset]) -> list[Outcome]:
            return [*raw[run.dump], *runner.check_candidate(run, candidate)]

        for ending in _endings(runs, raw, ask):
            run, outcomes = ending.run, ending.outcomes
            report = page.write(run, ending.datasets, outcomes, published=not ending.refused)
            about = metadata.of_report(report, outcomes)
            yield from made(context, _REPORT.key, run.dump, about)
            if ending.refused:
                refused[run.dump] = outcomes, report
                for name in _MEANING:
                    yield from checked(context, run.dump, checks.results(outcomes, name))
                continue
            about_each = _about(ending.datasets, steps.last_made(run), run.recipe)
            for name, about in about_each.items():
                # A check that comes with its materialization speaks about that, not the one before.
                found = checks.results(outcomes, name)
                yield from made(context, dg.AssetKey(name), run.dump, about, found)
    if refused:
        raise checks.refusal(refused)
    yield from whole(context)


def _endings(
    runs: Sequence[Run], raw: Mapping[str, list[Outcome]], ask: together.Ask
) -> Iterator[Ending]:
    """How each dump ends: those whose raw records are refused have no candidate."""
    for run in runs:
        if stops(raw[run.dump]):
            yield Ending(run, {}, raw[run.dump], refused=True)
    passed = [run for run in runs if not stops(raw[run.dump])]
    yield from together.publish(together.bound(passed), ask)


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
