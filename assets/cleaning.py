"""The assets from a dump as delivered to what could be published: one step each.

What belongs here: which step an asset is, what it is made from, how it is described.
What does not: the step (pipeline.run), the words on its page (metadata), publishing (publishing).
"""

from collections.abc import Iterator

import dagster as dg

from assets import checks, metadata
from assets.corpus import Corpus
from assets.dumps import BY_DAY
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
    check_specs=checks.specs("raw"),
    group_name=RAW,
    owners=OWNERS,
    kinds=PARQUET,
    metadata={"dagster/column_schema": metadata.columns(schema.RAW)},
)
def raw_documents(
    context: dg.AssetExecutionContext, corpus: Corpus
) -> Iterator[dg.AssetMaterialization | dg.MaterializeResult[None]]:
    """Each record of the raw files, decoded to text with the evidence for its encoding, or
    rejected with its place and the reason. None is left out.
    """
    from expectations import runner  # imports Great Expectations, which takes seconds

    with corpus.open(context.partition_key) as run:
        dataset = steps.ingest(run)
        yield dg.AssetMaterialization(
            dump.key,
            partition=run.dump,
            metadata=metadata.of_delivery(run.dataset("plan"), run.place),
        )
        outcomes = runner.check_raw(run)
        yield dg.MaterializeResult(
            metadata=metadata.of_documents(dataset, schema.RAW),
            check_results=checks.results(outcomes, "raw"),
        )
        if stops(outcomes):
            report = page.write(run, {}, outcomes, published=False)
            raise checks.refusal(outcomes, report)


@dg.asset(
    deps=[raw_documents],
    partitions_def=BY_DAY,
    group_name=CLEAN,
    owners=OWNERS,
    kinds=PARQUET,
    metadata={"dagster/column_schema": metadata.columns(schema.REPAIRED)},
)
def repaired_documents(
    context: dg.AssetExecutionContext, corpus: Corpus
) -> dg.MaterializeResult[None]:
    """Mojibake and odd characters put right, every change in the ledger; unknown words noted."""
    with corpus.open(context.partition_key) as run:
        dataset = steps.repair(run)
        return dg.MaterializeResult(
            metadata=metadata.of_documents(dataset, schema.REPAIRED, REPAIRS)
        )


@dg.asset(
    deps=[repaired_documents],
    partitions_def=BY_DAY,
    group_name=CLEAN,
    owners=OWNERS,
    kinds=PARQUET,
    metadata={"dagster/column_schema": metadata.columns(schema.WORD_COUNTS)},
)
def word_counts(context: dg.AssetExecutionContext, corpus: Corpus) -> dg.MaterializeResult[None]:
    """How many documents use each word that no list holds: the corpus as a witness."""
    with corpus.open(context.partition_key) as run:
        dataset = steps.count_words(run)
        return dg.MaterializeResult(metadata=metadata.of_dataset(dataset, schema.WORD_COUNTS))


@dg.asset(
    deps=[word_counts],
    partitions_def=BY_DAY,
    group_name=CLEAN,
    owners=OWNERS,
    kinds=PARQUET,
    metadata={"dagster/column_schema": metadata.columns(schema.SLIPS)},
)
def slips(context: dg.AssetExecutionContext, corpus: Corpus) -> dg.MaterializeResult[None]:
    """Which of those words are look-alike slips of others, with the evidence."""
    with corpus.open(context.partition_key) as run:
        dataset = steps.find_slips(run)
        return dg.MaterializeResult(metadata=metadata.of_slips(dataset, schema.SLIPS))


@dg.asset(
    deps=[repaired_documents, slips],
    partitions_def=BY_DAY,
    group_name=CLEAN,
    owners=OWNERS,
    kinds=PARQUET,
    metadata={"dagster/column_schema": metadata.columns(schema.MENDED)},
)
def mended_documents(
    context: dg.AssetExecutionContext, corpus: Corpus
) -> dg.MaterializeResult[None]:
    """Look-alike slips put right where nothing around them speaks against it."""
    with corpus.open(context.partition_key) as run:
        dataset = steps.mend(run)
        return dg.MaterializeResult(metadata=metadata.of_documents(dataset, schema.MENDED, MENDS))


@dg.asset(
    deps=[mended_documents],
    partitions_def=BY_DAY,
    group_name=CLEAN,
    owners=OWNERS,
    kinds=PARQUET,
    metadata={"dagster/column_schema": metadata.columns(schema.LINES_HERE)},
)
def line_counts(context: dg.AssetExecutionContext, corpus: Corpus) -> dg.MaterializeResult[None]:
    """How many documents of each site have each line: what a site repeats shows over dumps."""
    with corpus.open(context.partition_key) as run:
        dataset = steps.count_lines(run)
        return dg.MaterializeResult(metadata=metadata.of_dataset(dataset, schema.LINES_HERE))


@dg.asset(
    deps=[line_counts],
    partitions_def=BY_DAY,
    group_name=CLEAN,
    owners=OWNERS,
    kinds=PARQUET,
    metadata={"dagster/column_schema": metadata.columns(schema.REPEATED_LINES)},
)
def repeated_lines(context: dg.AssetExecutionContext, corpus: Corpus) -> dg.MaterializeResult[None]:
    """Which of those lines are their site's boilerplate, with an example."""
    with corpus.open(context.partition_key) as run:
        dataset = steps.find_repeats(run)
        return dg.MaterializeResult(metadata=metadata.of_repeats(dataset, schema.REPEATED_LINES))


@dg.asset(
    deps=[mended_documents, repeated_lines],
    partitions_def=BY_DAY,
    group_name=CLEAN,
    owners=OWNERS,
    kinds=PARQUET,
    metadata={"dagster/column_schema": metadata.columns(schema.STRIPPED)},
)
def stripped_documents(
    context: dg.AssetExecutionContext, corpus: Corpus
) -> dg.MaterializeResult[None]:
    """Boilerplate cut: what a site repeats; comment forms, photo credits, share buttons by the rule
    files.
    """
    with corpus.open(context.partition_key) as run:
        dataset = steps.strip(run)
        return dg.MaterializeResult(
            metadata=metadata.of_documents(dataset, schema.STRIPPED, CUTTING)
        )


@dg.asset(
    deps=[stripped_documents],
    partitions_def=BY_DAY,
    group_name=CLEAN,
    owners=OWNERS,
    kinds=PARQUET,
    metadata={"dagster/column_schema": metadata.columns(schema.MEASURED)},
)
def measured_documents(
    context: dg.AssetExecutionContext, corpus: Corpus
) -> dg.MaterializeResult[None]:
    """Language, validity and size of each text, and the verdicts that follow by the recipe."""
    with corpus.open(context.partition_key) as run:
        dataset = steps.measure(run)
        return dg.MaterializeResult(
            metadata=metadata.of_documents(dataset, schema.MEASURED)
            | metadata.of_languages(dataset)
        )


@dg.asset(
    deps=[measured_documents],
    partitions_def=BY_DAY,
    group_name=CLEAN,
    owners=OWNERS,
    kinds=PARQUET,
    metadata={"dagster/column_schema": metadata.columns(schema.NEAR_DUPLICATES)},
)
def near_duplicates(
    context: dg.AssetExecutionContext, corpus: Corpus
) -> dg.MaterializeResult[None]:
    """What each document duplicates, exactly or nearly, in its dump and all that is published."""
    with corpus.open(context.partition_key) as run:
        dataset = steps.deduplicate(run)
        return dg.MaterializeResult(
            metadata=metadata.of_duplicates(dataset, schema.NEAR_DUPLICATES, "duplicate")
        )


@dg.asset(
    deps=[measured_documents, near_duplicates],
    partitions_def=BY_DAY,
    group_name=CLEAN,
    owners=OWNERS,
    kinds=PARQUET,
    metadata={"dagster/column_schema": metadata.columns(schema.FOUND_PASSAGES)},
)
def passages(context: dg.AssetExecutionContext, corpus: Corpus) -> dg.MaterializeResult[None]:
    """Long paragraphs, and how many documents have each; none unless `dedup.passages` is on."""
    with corpus.open(context.partition_key) as run:
        steps.count_passages(run)
        dataset = steps.find_passages(run)
        return dg.MaterializeResult(metadata=metadata.of_dataset(dataset, schema.FOUND_PASSAGES))


@dg.asset(
    deps=[measured_documents, near_duplicates, passages],
    partitions_def=BY_DAY,
    group_name=CLEAN,
    owners=OWNERS,
    kinds=PARQUET,
    metadata={"dagster/column_schema": metadata.columns(schema.MEASURED)},
)
def cut_documents(context: dg.AssetExecutionContext, corpus: Corpus) -> dg.MaterializeResult[None]:
    """Paragraphs that many documents have, cut to the first; else as they were measured."""
    with corpus.open(context.partition_key) as run:
        dataset = steps.cut_passages(run)
        return dg.MaterializeResult(
            metadata=metadata.of_documents(dataset, schema.MEASURED, CUTS_AGAIN)
        )
