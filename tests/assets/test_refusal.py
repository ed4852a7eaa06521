"""Runs that end early: readers keep what they had, and the page says why."""

import errno
import os
import shutil
from pathlib import Path

import dagster as dg
import pytest

from assets.checks import ASSETS
from assets.cleaning import stripped_documents
from expectations import suites
from pipeline import schema
from pipeline.store.commit import locked
from tests.assets.conftest import Dagster, message
from tests.conftest import EXAMPLES, rows, tree

DUMP, NEXT = "2026-11-21", "2026-11-22"
STEPS = {
    "dump",
    "raw_documents",
    "repaired_documents",
    "word_counts",
    "slips",
    "mended_documents",
    "line_counts",
    "repeated_lines",
    "stripped_documents",
    "measured_documents",
    "near_duplicates",
    "passages",
    "cut_documents",
}


def deliver(dagster: Dagster, dump: str = DUMP) -> Path:
    """An example dump, as a delivery of the corpus."""
    return Path(shutil.copytree(EXAMPLES / dump, Path(dagster.corpus.raw) / dump))


def materialized(result: dg.ExecuteInProcessResult) -> set[str]:
    return {
        event.asset_key.to_user_string()
        for event in result.get_asset_materialization_events()
        if event.asset_key
    }


def failed_checks(result: dg.ExecuteInProcessResult) -> set[str]:
    """Those of severity error that do not hold."""
    return {
        f"{check.asset_key.to_user_string()}/{check.check_name}"
        for check in result.get_asset_check_evaluations()
        if not check.passed and check.severity == dg.AssetCheckSeverity.ERROR
    }


def test_an_empty_dump_stops_before_anything_is_made_of_it(dagster: Dagster) -> None:
    (Path(dagster.corpus.raw) / DUMP).mkdir()
    result = dagster.run(DUMP)
    assert not result.success
    assert materialized(result) == {"dump", "raw_documents"}
    assert "raw_documents/some_records" in failed_checks(result)
    assert "raw/some_records" in message(result)
    assert "Not published; readers still see the last good partition" in message(result)
    assert not (dagster.out / "documents").exists()
    assert list((dagster.out / "reports").rglob("*.html")), "the page says why"


def test_a_refused_candidate_leaves_the_last_good_partition_as_it_was(dagster: Dagster) -> None:
    for dump in (DUMP, NEXT):
        deliver(dagster, dump)
        assert dagster.run(dump).success
    before = {name: tree(dagster.out / name / NEXT) for name in schema.PUBLISHED}

    # The documents that two of the next dump's records were dropped for go missing.
    away = shutil.move(dagster.out / "documents" / DUMP, dagster.out.parent)
    refused = dagster.run(NEXT)

    assert not refused.success
    assert failed_checks(refused) == {"duplicates/kept_published"}
    assert "duplicates/kept_published" in message(refused)
    assert "readers still see the last good partition" in message(refused)
    assert {name: tree(dagster.out / name / NEXT) for name in schema.PUBLISHED} == before
    assert len(rows(dagster.out, "documents", NEXT)) == 25

    # All checks are recorded, and the page; what readers see has no new materialization.
    recorded = {
        (check.asset_key.to_user_string(), check.check_name)
        for check in refused.get_asset_check_evaluations()
    }
    assert recorded == {(ASSETS[declared.suite], declared.name) for declared in suites.declared()}
    assert materialized(refused) == {*STEPS, "expectation_report"}

    # With them back there is nothing left to refuse.
    shutil.move(away, dagster.out / "documents")
    assert dagster.run(NEXT).success
    assert {name: tree(dagster.out / name / NEXT) for name in schema.PUBLISHED} == before


def test_a_dump_that_is_not_there_is_named(dagster: Dagster) -> None:
    result = dagster.run("2026-11-20")
    assert message(result).startswith("No dump 2026-11-20: there is no folder ")
    assert not dagster.out.exists()


def test_a_mistake_in_the_recipe_is_named(dagster: Dagster, tmp_path: Path) -> None:
    deliver(dagster)
    recipe = tmp_path / "recipe.toml"
    recipe.write_text("[quality]\nmin_word = 3\n")
    assert "did you mean 'quality.min_words'?" in message(dagster.under(recipe).run(DUMP))


def test_a_dump_that_another_run_holds_is_left_to_it(dagster: Dagster) -> None:
    deliver(dagster)
    with locked(dagster.out / "_work" / DUMP):
        assert "another run works on this dump" in message(dagster.run(DUMP))
    assert dagster.run(DUMP).success


def test_a_step_without_the_one_before_it_says_which_is_missing(dagster: Dagster) -> None:
    deliver(dagster)
    result = dg.materialize(
        [stripped_documents],
        instance=dagster.instance,
        resources={"corpus": dagster.corpus},
        partition_key=DUMP,
        raise_on_error=False,
    )
    assert "mended_documents of dump 2026-11-21 has not been made yet" in message(result)


def test_a_commit_that_was_cut_short_is_finished_by_whoever_comes_next(
    dagster: Dagster, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(dagster)
    rename = os.rename

    def cut_short(old: str, new: str) -> None:
        if "ledger" in str(new):
            raise OSError(errno.EIO, "the disk is gone")
        rename(old, new)

    with monkeypatch.context() as broken:
        broken.setattr(os, "rename", cut_short)
        assert not dagster.run(DUMP).success
    assert not (dagster.out / "ledger" / DUMP).exists()
    with dagster.corpus.open([DUMP]):
        assert len(rows(dagster.out, "ledger")) == 3
    assert not (dagster.out / "_work" / DUMP / "commit.json").exists()


def test_failures_that_time_does_not_heal_are_not_retried(dagster: Dagster) -> None:
    with pytest.raises(dg.Failure) as caught, dagster.corpus.open(["2026-11-20"]):
        pass
    assert not caught.value.allow_retries
