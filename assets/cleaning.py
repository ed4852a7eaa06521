"""The assets from a dump as delivered to what could be published: one step each.

What belongs here: which step an asset is, what it is made from, how it is described.
What does not: the step (pipeline.run), the words on its page (metadata), publishing (publishing).
"""

from functools import partial

import dagster as dg

from assets import checks, metadata
from assets.corpus import Corpus
from assets.dumps import BY_DAY
from assets.partitions import TOGETHER, Told, dumps_of, each, made, whole
from pipeline import run as steps
from pipeline import schema
from pipeline.report import page
from pipeline.report.outcome import stops
from pipeline.stages.characters import Characters
from pipeline.stages.html import Html
from pipeline.stages.mojibake import Mojibake
from pipeline.stages.passages import Passages
from pipeline.stages.typos import Typos
from pipeline.steps.strip import CUTTING

RAW, CLEAN = "raw", "clean"
OWNERS = ["team:corpus"]
PARQUET = {"python", "parquet"}
REPAIRS = {Html.name, Mojibake.name, Characters.name}
MENDS = {Typos.name}
CUTS_AGAIN = {Passages.name}

dump = dg.AssetSpec(
    "dump",
    description="The raw files as delivered, a folder named by its date. Nothing here writes it.",
    partitions_def=BY_DAY,
    group_name=RAW,
    owners=OWNERS,
    kinds={"file"},
)


@dg.asset(
    deps=[dump],
    partitions_def=BY_DAY,
    backfill_policy=TOGETHER,
    check_specs=checks.specs("raw"),
    group_name=RAW,
    owners=OWNERS,
    kinds=PARQUET,
    metadata={"dagster/column_schema": metadata.columns(schema.RAW)},
)
def raw_documents(context: dg.AssetExecutionContext, corpus: Corpus) -> Told:
    """Each record of the raw files, decoded to text with the evidence for its encoding, or
    rejected with its place and the reason. None is left out.
    """
    from expectations import runner  # imports Great Expectations, which takes seconds

    refused = {}
    with corpus.open(dumps_of(context, corpus)) as runs:
        for run in runs:
            dataset = steps.ingest(run)
            yield dg.AssetMaterialization(
                dump.key,
                partition=run.dump,
                metadata=metadata.of_delivery(run.dataset("plan"), run.place),
            )
            outcomes = runner.check_raw(run)
            about = metadata.of_raw(dataset, schema.RAW, refused=stops(outcomes))
            found = checks.results(outcomes, "raw")
            yield from made(context, context.asset_key, run.dump, about, found)
            if stops(outcomes):
                report = page.write(run, {}, outcomes, published=False)
                refused[run.dump] = outcomes, report
        if len(refused) == len(runs):
            raise checks.refusal(refused)
    yield from whole(context)


@dg.asset(
    deps=[raw_documents],
    partitions_def=BY_DAY,
    backfill_policy=TOGETHER,
    group_name=CLEAN,
    owners=OWNERS,
    kinds=PARQUET,
    metadata={"dagster/column_schema": metadata.columns(schema.REPAIRED)},
)
def repaired_documents(context: dg.AssetExecutionContext, corpus: Corpus) -> Told:
    """Mojibake and odd characters put right, every change in the ledger; unknown words noted."""
    yield from each(
        context,
        corpus,
        steps.repair,
        about=partial(metadata.of_documents, of=schema.REPAIRED, stages=REPAIRS),
    )


@dg.asset(
    deps=[repaired_documents],
    partitions_def=BY_DAY,
    backfill_policy=TOGETHER,
    group_name=CLEAN,
    owners=OWNERS,
    kinds=PARQUET,
    metadata={"dagster/column_schema": metadata.columns(schema.WORD_COUNTS)},
)
def word_counts(context: dg.AssetExecutionContext, corpus: Corpus) -> Told:
    """How many documents use each word that no list holds: the corpus as a witness."""
    yield from each(
        context,
        corpus,
        steps.count_words,
        about=partial(metadata.of_dataset, of=schema.WORD_COUNTS),
    )


@dg.asset(
    deps=[word_counts],
    partitions_def=BY_DAY,
    backfill_policy=TOGETHER,
    group_name=CLEAN,
    owners=OWNERS,
    kinds=PARQUET,
    metadata={"dagster/column_schema": metadata.columns(schema.SLIPS)},
)
def slips(context: dg.AssetExecutionContext, corpus: Corpus) -> Told:
    """Which of those words are look-alike slips of others, with the evidence."""
    yield from each(
        context, corpus, steps.find_slips, about=partial(metadata.of_slips, of=schema.SLIPS)
    )


@dg.asset(
    deps=[repaired_documents, slips],
    partitions_def=BY_DAY,
    backfill_policy=TOGETHER,
    group_name=CLEAN,
    owners=OWNERS,
    kinds=PARQUET,
    metadata={"dagster/column_schema": metadata.columns(schema.MENDED)},
)
def mended_documents(context: dg.AssetExecutionContext, corpus: Corpus) -> Told:
    """Look-alike slips put right where nothing around them speaks against it."""
    yield from each(
        context,
        corpus,
        steps.mend,
        about=partial(metadata.of_documents, of=schema.MENDED, stages=MENDS),
    )


@dg.asset(
    deps=[mended_documents],
    partitions_def=BY_DAY,
    backfill_policy=TOGETHER,
    group_name=CLEAN,
    owners=OWNERS,
    kinds=PARQUET,
    metadata={"dagster/column_schema": metadata.columns(schema.LINES_HERE)},
)
def line_counts(context: dg.AssetExecutionContext, corpus: Corpus) -> Told:
    """How many documents of each site have each line: what a site repeats shows over dumps."""
    yield from each(
        context, corpus, steps.count_lines, about=partial(metadata.of_dataset, of=schema.LINES_HERE)
    )


@dg.asset(
    deps=[line_counts],
    partitions_def=BY_DAY,
    backfill_policy=TOGETHER,
    group_name=CLEAN,
    owners=OWNERS,
    kinds=PARQUET,
    metadata={"dagster/column_schema": metadata.columns(schema.REPEATED_LINES)},
)
def repeated_lines(context: dg.AssetExecutionContext, corpus: Corpus) -> Told:
    """Which of those lines are their site's boilerplate, with an example."""
    yield from each(
        context,
        corpus,
        steps.find_repeats,
        about=partial(metadata.of_repeats, of=schema.REPEATED_LINES),
    )


@dg.asset(
    deps=[mended_documents, repeated_lines],
    partitions_def=BY_DAY,
    backfill_policy=TOGETHER,
    group_name=CLEAN,
    owners=OWNERS,
    kinds=PARQUET,
    metadata={"dagster/column_schema": metadata.columns(schema.STRIPPED)},
)
def stripped_documents(context: dg.AssetExecutionContext, corpus: Corpus) -> Told:
    """Boilerplate cut: what a site repeats; comment forms, photo credits, share buttons by the rule
    files.
    """
    yield from each(
        context,
        corpus,
        steps.strip,
        about=partial(metadata.of_documents, of=schema.STRIPPED, stages=CUTTING),
    )


@dg.asset(
    deps=[stripped_documents],
    partitions_def=BY_DAY,
    backfill_policy=TOGETHER,
    group_name=CLEAN,
    owners=OWNERS,
    kinds=PARQUET,
    metadata={"dagster/column_schema": metadata.columns(schema.MEASURED)},
)
def measured_documents(context: dg.AssetExecutionContext, corpus: Corpus) -> Told:
    """Language, validity and size of each text, and the verdicts that follow by the recipe."""
    yield from each(
        context, corpus, steps.measure, about=partial(metadata.of_measured, of=schema.MEASURED)
    )


@dg.asset(
    deps=[measured_documents],
    partitions_def=BY_DAY,
    backfill_policy=TOGETHER,
    group_name=CLEAN,
    owners=OWNERS,
    kinds=PARQUET,
    metadata={"dagster/column_schema": metadata.columns(schema.NEAR_DUPLICATES)},
)
def near_duplicates(context: dg.AssetExecutionContext, corpus: Corpus) -> Told:
    """What each document duplicates, exactly or nearly, in its dump and all that is published."""
    yield from each(
        context,
        corpus,
        steps.deduplicate,
        about=partial(metadata.of_duplicates, of=schema.NEAR_DUPLICATES, column="duplicate"),
    )


@dg.asset(
    deps=[measured_documents, near_duplicates],
    partitions_def=BY_DAY,
    backfill_policy=TOGETHER,
    group_name=CLEAN,
    owners=OWNERS,
    kinds=PARQUET,
    metadata={"dagster/column_schema": metadata.columns(schema.FOUND_PASSAGES)},
)
def passages(context: dg.AssetExecutionContext, corpus: Corpus) -> Told:
    """Long paragraphs, and how many documents have each; none unless `dedup.passages` is on."""
    yield from each(
        context,
        corpus,
        steps.count_passages,
        steps.find_passages,
        about=partial(metadata.of_dataset, of=schema.FOUND_PASSAGES),
    )


@dg.asset(
    deps=[measured_documents, near_duplicates, passages],
    partitions_def=BY_DAY,
    backfill_policy=TOGETHER,
    group_name=CLEAN,
    owners=OWNERS,
    kinds=PARQUET,
    metadata={"dagster/column_schema": metadata.columns(schema.MEASURED)},
)
def cut_documents(context: dg.AssetExecutionContext, corpus: Corpus) -> Told:
    """Paragraphs that many documents have, cut to the first; else as they were measured."""
    yield from each(
        context,
        corpus,
        steps.cut_passages,
        about=partial(metadata.of_documents, of=schema.MEASURED, stages=CUTS_AGAIN),
    )
