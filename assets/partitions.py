"""Runs over several partitions: which dumps a run takes, and telling Dagster what was made of each.

What belongs here: all that differs between a run for one partition and a run for a range of them.
What does not: opening dumps (corpus), what is said of them (metadata, checks).

In a run for a range Dagster notes a materialization for every day of it, and a check's result for
none. Dumps do not come every day, so each materialization and each result is told here, for its own
partition.
"""

from collections.abc import Callable, Iterator, Sequence

import dagster as dg
from dagster._core.definitions.asset_checks.asset_check_evaluation import (
    AssetCheckEvaluationTargetMaterializationData,
)
from dagster._core.definitions.source_asset import SYSTEM_METADATA_KEY_SOURCE_ASSET_OBSERVATION

from assets.checks import ASSETS
from assets.corpus import Corpus
from assets.metadata import REFUSED, Metadata
from pipeline.store.dataset import Dataset
from pipeline.underway import Run

# A backfill gives the dumps of neighbouring days to one run, which decides and publishes them
# together.
TOGETHER = dg.BackfillPolicy.single_run()
# A run's tag: the dumps of its range that it takes, where it does not take all that are there.
ONLY = "hygiene/dumps"
# The keys are Dagster's.
_FIRST, _LAST = "dagster/asset_partition_range_start", "dagster/asset_partition_range_end"
_NAMED = 10  # days in a line of the log
# Dagster's own mark of a result whose events were told before; it has no public name.
_WAS_TOLD = {SYSTEM_METADATA_KEY_SOURCE_ASSET_OBSERVATION: True}

_RAW = dg.AssetKey(ASSETS["raw"])

Told = Iterator[
    dg.AssetMaterialization
    | dg.AssetCheckEvaluation
    | dg.AssetCheckResult
    | dg.MaterializeResult[None]
    | dg.Output[None]
]


def tags(dumps: Sequence[str]) -> dict[str, str]:
    """The tags of a run that takes these dumps, given oldest first, and no others."""
    return {_FIRST: dumps[0], _LAST: dumps[-1], ONLY: ",".join(dumps)}


def dumps_of(context: dg.AssetExecutionContext, corpus: Corpus) -> list[str]:
    """The dumps that a run is about: its partition, or those of its range that are there.

    Raises `dagster.Failure` where no day of the range has one.
    """
    days = context.partition_keys
    if len(days) == 1:
        return list(days)  # whether it is there is told when it is opened
    named = context.run.tags.get(ONLY)
    asked = sorted(set(days).intersection(named.split(","))) if named else days
    there = corpus.among(asked)
    if not there:
        raise dg.Failure(
            f"No dump from {days[0]} to {days[-1]} in {corpus.raw}. Deliver one, or set "
            "HYGIENE_RAW to the folder that holds the dumps.",
            allow_retries=False,
        )
    if missing := [day for day in asked if day not in there]:
        context.log.info(f"No dump, left out: {_listed(missing)}.")
    return there


def each(
    context: dg.AssetExecutionContext,
    corpus: Corpus,
    *todo: Callable[[Run], Dataset],
    about: Callable[[Dataset], Metadata],
) -> Told:
    """Make an asset of every dump of the run.

    todo: its steps, each done for all dumps before the next. about: what the asset says.
    """
    *before, last = todo
    with corpus.open(_going(context, corpus)) as runs:
        for step in before:
            for run in runs:
                step(run)
        for run in runs:
            yield from made(context, context.asset_key, run.dump, about(last(run)))
    yield from whole(context)


def made(
    context: dg.AssetExecutionContext,
    asset: dg.AssetKey,
    dump: str,
    about: Metadata,
    found: Sequence[dg.AssetCheckResult] = (),
) -> Told:
    """That an asset was made of a dump, and what its checks found."""
    if context.has_partition_key:
        yield dg.MaterializeResult(asset_key=asset, metadata=about, check_results=found)
        return
    yield dg.AssetMaterialization(asset, partition=dump, metadata=about)
    yield from checked(context, dump, found)


def checked(
    context: dg.AssetExecutionContext, dump: str, found: Sequence[dg.AssetCheckResult]
) -> Told:
    """What checks found of a dump, where no asset was made of it or that has been told.

    In a range a check that blocks stops its own dump alone, which `each` sees to.
    """
    if context.has_partition_key:
        yield from found
        return
    for result in found:
        if result.asset_key is None or result.check_name is None:
            raise ValueError("a check's result must name its asset and itself")
        yield dg.AssetCheckEvaluation(
            asset_key=result.asset_key,
            check_name=result.check_name,
            passed=result.passed,
            metadata=result.metadata,
            target_materialization_data=_target(context, result.asset_key, dump),
            severity=result.severity,
            description=result.description,
            blocking=False,
            partition=dump,
        )


def whole(context: dg.AssetExecutionContext) -> Told:
    """That all was told, so that what is downstream begins."""
    if context.has_partition_key:
        return
    for asset in sorted(context.selected_asset_keys):
        yield dg.MaterializeResult(asset_key=asset, metadata=_WAS_TOLD)
    for check in sorted(context.selected_asset_check_keys):
        name = context.assets_def.get_output_name_for_asset_check_key(check)
        yield dg.Output(None, output_name=name)


def _going(context: dg.AssetExecutionContext, corpus: Corpus) -> list[str]:
    """The dumps of a run without those whose raw records were refused, where it is a range.

    Raises `dagster.Failure` where that leaves none.
    """
    dumps = dumps_of(context, corpus)
    if context.has_partition_key:
        return dumps  # a check that does not hold has stopped the run
    out = [dump for dump in dumps if _is_refused(context, dump)]
    if not out:
        return dumps
    words = f"The raw records of {_listed(out)} were refused (see the checks of {_RAW.path[-1]})"
    if len(out) == len(dumps):
        raise dg.Failure(f"{words}, and there is no other dump.", allow_retries=False)
    context.log.warning(f"{words}: left out.")
    return [dump for dump in dumps if dump not in out]


def _is_refused(context: dg.AssetExecutionContext, dump: str) -> bool:
    """Whether the raw records of a dump, as they were last made, were refused."""
    last = _last(context, _RAW, dump)
    return bool(
        last
        and last.asset_materialization
        and last.asset_materialization.metadata.get(REFUSED) == dg.MetadataValue.bool(True)
    )


def _target(
    context: dg.AssetExecutionContext, asset: dg.AssetKey, dump: str
) -> AssetCheckEvaluationTargetMaterializationData | None:
    """The materialization that a check speaks about: the dump's last."""
    last = _last(context, asset, dump)
    return last and AssetCheckEvaluationTargetMaterializationData(
        storage_id=last.storage_id, run_id=last.run_id, timestamp=last.timestamp
    )


def _last(
    context: dg.AssetExecutionContext, asset: dg.AssetKey, dump: str
) -> dg.EventLogRecord | None:
    of_it = dg.AssetRecordsFilter(asset_key=asset, asset_partitions=[dump])
    return next(iter(context.instance.fetch_materializations(of_it, limit=1).records), None)


def _listed(days: Sequence[str]) -> str:
    more = [f"{len(days) - _NAMED} more"] if len(days) > _NAMED else []
    return ", ".join([*days[:_NAMED], *more])
