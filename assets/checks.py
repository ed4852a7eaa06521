"""Expectations as Dagster's asset checks.

What belongs here: naming each declared expectation as a check of its asset, and turning an outcome
into that check's result. What does not: asking (expectations.runner), deciding what is expected.
"""

from collections.abc import Iterable, Mapping, Sequence

import dagster as dg

from assets.dumps import BY_DAY
from assets.markdown import cell, table
from assets.metadata import place
from expectations import suites
from pipeline.report.outcome import ERROR, Outcome
from pipeline.report.page import Report

# Failed expectations that a failure names; the page names them all.
_NAMED = 5
# The asset that a suite speaks about.
ASSETS = {
    "raw": "raw_documents",
    "documents": "documents",
    "rejected": "rejected",
    "duplicates": "duplicates",
}


def specs(*of: str) -> list[dg.AssetCheckSpec]:
    """The checks of some suites, known without importing Great Expectations."""
    return [
        dg.AssetCheckSpec(
            declared.name,
            asset=ASSETS[suite],
            description=f"{declared.description} {declared.reason}",
            blocking=declared.blocking,
            metadata={"severity": declared.severity, "expectation": declared.type},
            partitions_def=BY_DAY,
        )
        for suite in of
        for declared in suites.declared(suite)
    ]


def results(outcomes: Iterable[Outcome], suite: str) -> list[dg.AssetCheckResult]:
    """One result for each outcome of the suite."""
    return [_result(outcome) for outcome in outcomes if outcome.suite == suite]


def refusal(refused: Mapping[str, tuple[Sequence[Outcome], Report]]) -> dg.Failure:
    """The failure that ends a run of which some dumps do not pass.

    refused: by their names, what was asked about them and the page on them.
    """
    about = "report" if len(refused) == 1 else "report {}"
    return dg.Failure(
        "\n".join(_refused(dump, outcomes) for dump, (outcomes, _) in refused.items()),
        metadata={about.format(dump): place(report.html) for dump, (_, report) in refused.items()},
        allow_retries=False,
    )


def _refused(dump: str, outcomes: Iterable[Outcome]) -> str:
    failed = [
        f"- {o.suite}/{o.name}: {o.description} ({_found(o)})"
        for o in outcomes
        if not o.passed and o.severity == ERROR
    ]
    more = [f"- and {len(failed) - _NAMED} more"] if len(failed) > _NAMED else []
    words = f"Not published; readers still see the last good partition of {dump}. Failed:"
    return "\n".join([words, *failed[:_NAMED], *more])


def _result(outcome: Outcome) -> dg.AssetCheckResult:
    metadata: dict[str, int | bool | dg.MetadataValue] = {
        "checked": outcome.checked,
        "unexpected": outcome.unexpected,
    }
    if outcome.vacuous:
        metadata["vacuous"] = True
    if outcome.failing_ids:
        rows = [[cell(doc_id)] for doc_id in outcome.failing_ids]
        metadata["failing"] = dg.MetadataValue.md(table(["doc_id"], rows))
    return dg.AssetCheckResult(
        passed=outcome.passed,
        asset_key=ASSETS[outcome.suite],
        check_name=outcome.name,
        severity=dg.AssetCheckSeverity.ERROR
        if outcome.severity == ERROR
        else dg.AssetCheckSeverity.WARN,
        description=_found(outcome),
        metadata=metadata,
    )


def _found(outcome: Outcome) -> str:
    return "; ".join(filter(None, (outcome.observed, outcome.error)))
