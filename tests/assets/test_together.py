"""Runs for a range of days: dumps that are new together are decided and published together, and
Dagster knows of each what came of it.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import dagster as dg
import pytest

from assets import partitions
from assets.checks import ASSETS
from assets.cleaning import near_duplicates
from assets.corpus import Corpus
from assets.definitions import defs
from assets.publishing import publish as publish_asset
from expectations import suites
from pipeline import run as steps
from pipeline import together
from pipeline.engine.local import LocalEngine
from pipeline.recipe import load
from pipeline.schema import PUBLISHED
from pipeline.sources.places.place import Folder
from pipeline.underway import Run
from tests.assets.conftest import Dagster, message
from tests.conftest import publish, rows, tree

EARLIER, FIRST, GAP, SECOND, EMPTY, BARRED = (f"2026-11-{day}" for day in range(18, 24))
FERRY = (
    "The ferry to the island leaves from the second pier, a quarter of an hour after high water."
)
KILN = (
    "A kiln that is opened while it is still hot cracks every glaze that stands near to its door."
)
WELLS = "Two wells stood in the yard, and the deeper one of them has never been dry in any summer."
MORE = " Mostly."
DELIVERED = {
    FIRST: {"ferry.txt": FERRY, "kiln.txt": KILN + MORE},
    SECOND: {"ferry.txt": FERRY + MORE, "kiln.txt": KILN},
    EMPTY: {},
    BARRED: {"wells.txt": WELLS, "ferry.txt": FERRY + MORE + MORE},
}
# What readers get of the first two dumps, with `keep = "longest"`.
KEPT = {FIRST: {KILN + MORE}, SECOND: {FERRY + MORE}}
SEEN = ("documents", "rejected", "ledger", "duplicates", "band_index")


def deliver(raw: Path, *dumps: str) -> None:
    for dump in dumps:
        (raw / dump).mkdir(parents=True)
        for name, text in DELIVERED[dump].items():
            (raw / dump / name).write_text(text)


def over(first: str, last: str) -> dict[str, str]:
    """The tags that a backfill gives its run."""
    return {
        "dagster/asset_partition_range_start": first,
        "dagster/asset_partition_range_end": last,
    }


@dataclass(frozen=True)
class Ranged:
    """A run for a range of days, and what the two good dumps of it are by the steps alone."""

    dagster: Dagster
    result: dg.ExecuteInProcessResult
    by_hand: Path

    def days(self) -> dict[str, set[str]]:
        """The partitions of each asset that the run materialized."""
        days: dict[str, set[str]] = {}
        for event in self.result.get_asset_materialization_events():
            assert event.asset_key
            days.setdefault(event.asset_key.to_user_string(), set()).add(str(event.partition))
        return days

    def checks(self, dump: str) -> dict[tuple[str, str], dg.AssetCheckEvaluation]:
        return {
            (check.asset_key.to_user_string(), check.check_name): check
            for check in self.result.get_asset_check_evaluations()
            if check.partition == dump
        }


@dataclass(frozen=True)
class Delivery:
    """Dumps of which the good ones hold the same texts, the longer of each in another; and a corpus
    in which nobody can read the text that the barred dump would be dropped for.
    """

    raw: Path
    before: Path
    by_hand: Path
    recipe: Path


@pytest.fixture(scope="module")
def delivery(tmp_path_factory: pytest.TempPathFactory) -> Delivery:
    folder = tmp_path_factory.mktemp("together")
    raw, before, by_hand = folder / "raw", folder / "before", folder / "by_hand"
    deliver(raw, *DELIVERED)
    recipe = folder / "recipe.toml"
    recipe.write_text('[dedup]\nkeep = "longest"\n')
    (folder / EARLIER).mkdir()
    (folder / EARLIER / "wells.txt").write_text(WELLS)
    publish(folder / EARLIER, before)
    shutil.rmtree(before / "documents" / EARLIER)
    shutil.copytree(before, by_hand)
    with LocalEngine() as engine:
        names = (SECOND, FIRST)
        runs = [Run(name, Folder(raw / name), by_hand, load(recipe), engine) for name in names]
        for run in together.bound(runs):
            steps.ingest(run)
        together.clean(together.bound(runs))
        assert len(list(together.publish(together.bound(runs), lambda *_: []))) == 2
    return Delivery(raw, before, by_hand, recipe)


@pytest.fixture(scope="module")
def mixed(delivery: Delivery, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ranged]:
    """As a backfill starts it: a day without a dump, two dumps that are refused, one for its raw
    records, one for what it would publish; tests only read it.
    """
    out = tmp_path_factory.mktemp("mixed") / "out"
    shutil.copytree(delivery.before, out)
    with dg.DagsterInstance.ephemeral() as instance:
        corpus = Corpus(raw=str(delivery.raw), out=str(out), recipe=str(delivery.recipe))
        dagster = Dagster(instance, corpus)
        yield Ranged(dagster, dagster.run_range(over(FIRST, BARRED)), delivery.by_hand)


@pytest.fixture(scope="module")
def named(mixed: Ranged) -> Ranged:
    """The two good dumps published once more, by their names as the sensor gives them."""
    result = dg.materialize(
        [publish_asset],
        instance=mixed.dagster.instance,
        resources={"corpus": mixed.dagster.corpus},
        tags=partitions.tags([FIRST, SECOND]) | over(FIRST, BARRED),
        raise_on_error=False,
    )
    return replace(mixed, result=result)


@pytest.fixture(params=["mixed", "named"])
def either(request: pytest.FixtureRequest) -> Ranged:
    """What holds for the two good dumps in both."""
    ran: Ranged = request.getfixturevalue(request.param)
    return ran


def test_what_is_kept_does_not_depend_on_which_dump_is_first(either: Ranged) -> None:
    for dump, kept in KEPT.items():
        assert {row["text"] for row in rows(either.dagster.out, "documents", dump)} == kept


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_range_and_the_steps_over_both_dumps_write_the_same_bytes(
    either: Ranged, name: str
) -> None:
    for dump in KEPT:
        assert (either.dagster.out / name / dump / "_manifest.json").is_file()
    assert tree(either.dagster.out / name) == tree(either.by_hand / name)


def test_a_run_takes_only_the_dumps_that_are_named(named: Ranged) -> None:
    """Another of its range may still be arriving."""
    assert named.result.success
    assert named.days() == {asset: {FIRST, SECOND} for asset in (*SEEN, "expectation_report")}


def test_a_day_without_a_dump_is_left_out(mixed: Ranged) -> None:
    assert all(GAP not in days for days in mixed.days().values())
    assert mixed.checks(GAP) == {}
    logged = [entry.user_message for entry in mixed.dagster.instance.all_logs(mixed.result.run_id)]
    assert f"No dump, left out: {GAP}." in logged


def test_each_materialization_speaks_of_its_own_dump(either: Ranged) -> None:
    for event in either.result.get_asset_materialization_events():
        materialization = event.step_materialization_data.materialization
        assert str(event.partition) in str(materialization.metadata["path"].value)


def test_a_step_sees_the_other_dumps_before_they_are_published(mixed: Ranged) -> None:
    """Each of them, the one that will be refused too, has a longer copy of what another has."""
    near = {
        event.partition: event.step_materialization_data.materialization.metadata["near"].value
        for event in mixed.result.get_asset_materialization_events()
        if event.asset_key == near_duplicates.key
    }
    assert near == {FIRST: 1, SECOND: 2, BARRED: 0}


def test_each_dump_has_the_result_of_every_check(either: Ranged) -> None:
    instance = either.dagster.instance
    for dump in KEPT:
        found = either.checks(dump)
        assert found.keys() >= {
            (ASSETS[entry.suite], entry.name)
            for entry in suites.declared()
            if ASSETS[entry.suite] in either.days()
        }
        for check in found.values():
            assert check.target_materialization_data
            assert check.target_materialization_data.run_id == either.result.run_id
            spoken_of = check.target_materialization_data.storage_id
            one = dg.AssetRecordsFilter(asset_key=check.asset_key, storage_ids=[spoken_of])
            (record,) = instance.fetch_materializations(one, limit=2).records
            assert record.partition_key == dump


def test_a_refused_dump_does_not_stop_the_others_but_the_run_fails(mixed: Ranged) -> None:
    assert not mixed.result.success
    words = message(mixed.result)
    for dump, why in ((EMPTY, "raw/some_records"), (BARRED, "duplicates/kept_published")):
        assert f"last good partition of {dump}. Failed:\n- {why}" in words
        assert not (mixed.dagster.out / "documents" / dump).exists()
        assert (mixed.dagster.out / "reports" / dump / "report.html").is_file()
        failed = {
            f"{check.asset_key.to_user_string().removesuffix('_documents')}/{check.check_name}"
            for check in mixed.checks(dump).values()
            if not check.passed and check.severity == dg.AssetCheckSeverity.ERROR
        }
        assert why in failed
    assert not any(dump in words for dump in KEPT)


def test_of_a_refused_dump_only_what_was_made_is_materialized(mixed: Ranged) -> None:
    good = {FIRST, SECOND}
    keys = defs.resolve_asset_graph().get_all_asset_keys()
    assert mixed.days().keys() == {key.to_user_string() for key in keys}
    for asset, days in mixed.days().items():
        if asset in SEEN:
            assert days == good
        elif asset in ("dump", "raw_documents", "expectation_report"):
            assert days == {*good, EMPTY, BARRED}
        else:
            assert days == {*good, BARRED}, asset


def test_a_range_without_any_dump_says_so(dagster: Dagster) -> None:
    result = dagster.run_range(over(FIRST, SECOND))
    assert message(result).startswith(f"No dump from {FIRST} to {SECOND} in {dagster.corpus.raw}.")
    result = dagster.run_range(over(FIRST, FIRST))
    assert message(result).startswith(f"No dump {FIRST}: there is no folder ")
    assert not dagster.out.exists()


def test_a_range_of_one_asset_wants_the_step_before_it(dagster: Dagster) -> None:
    deliver(Path(dagster.corpus.raw), FIRST, SECOND)
    result = dg.materialize(
        [near_duplicates],
        instance=dagster.instance,
        resources={"corpus": dagster.corpus},
        tags=over(FIRST, SECOND),
        raise_on_error=False,
    )
    assert f"measured_documents of dump {FIRST} has not been made yet" in message(result)
