"""What an outcome becomes on the page of its check, and what ends a refused run."""

from pathlib import Path

import dagster as dg

from assets.checks import refusal, results
from pipeline.report.outcome import ERROR, WARNING, Outcome
from pipeline.report.page import Report

REPORT = Report(Path("report.html"), Path("expectations.json"))


def outcome(name: str, *, severity: str = ERROR, passed: bool = False, ids: int = 0) -> Outcome:
    """An answer about 24 documents."""
    failing = tuple(f"{number:032x}" for number in range(ids))
    return Outcome(
        "documents",
        name,
        f"Expected of {name}.",
        "A reason.",
        severity,
        passed,
        checked=24,
        unexpected=ids,
        failing_ids=failing,
        observed=f"{ids} of 24 rows",
    )


def test_a_failed_warning_names_its_documents_and_does_not_turn_the_check_red() -> None:
    (result,) = results([outcome("moderate_cuts", severity=WARNING, ids=2)], "documents")
    assert not result.passed
    assert result.severity == dg.AssetCheckSeverity.WARN
    assert result.description == "2 of 24 rows"
    assert result.metadata["checked"].value == 24
    assert result.metadata["unexpected"].value == 2
    assert f"| {1:032x} |" in str(result.metadata["failing"].value)


def test_only_the_suite_that_was_asked_for_is_answered() -> None:
    assert results([outcome("id_unique")], "rejected") == []


def test_a_refusal_names_errors_with_what_was_found_and_counts_the_rest() -> None:
    failed = [outcome(f"number_{n}", ids=n) for n in range(1, 8)]
    others = [outcome("fine", passed=True), outcome("odd", severity=WARNING)]
    failure = refusal({"2026-11-21": ([*others, *failed], REPORT)})
    words = failure.description or ""
    assert "- documents/number_1: Expected of number_1. (1 of 24 rows)" in words
    assert words.endswith("- and 2 more")
    assert "fine" not in words
    assert "odd" not in words
    assert failure.metadata["report"].value == str(REPORT.html.resolve())
    assert not failure.allow_retries
