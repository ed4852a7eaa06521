"""Runs for a range of days: dumps that are new together are decided and published together, and
Dagster knows of each what came of it.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pytest

from assets import partitions
from assets.checks import ASSETS
from assets.cleaning import near_duplicates
from assets.corpus import Corpus
from assets.definitions import defs
from expectations import suites
from pipeline.cli import REFUSED, main
from pipeline.schema import PUBLISHED
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
ASSET_KEYS = sorted(key.to_user_string() for key in defs.resolve_asset_graph().get_all_asset_keys())


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
    """A run for a range of days, and the same dumps given to one `hygiene run`."""

    instance: dg.DagsterInstance
    result: dg.ExecuteInProcessResult
    out: Path
    by_hand: Path
    status: int

    def days(self, asset: str) -> set[str]:
        """The partitions that the run materialized."""
        return {
            str(event.partition)
            for event in self.result.get_asset_materialization_events()
            if event.asset_key == dg.AssetKey(asset)
        }

    def checks(self, dump: str) -> dict[tuple[str, str], dg.AssetCheckEvaluation]:
        return {
            (check.asset_key.to_user_string(), check.check_name): check
            for check in self.result.get_asset_check_evaluations()
            if check.partition == dump
        }


def ranged(folder: Path, dumps: tuple[str, ...], tags: dict[str, str]) -> Iterator[Ranged]:
    raw, out, by_hand = folder / "raw", folder / "out", folder / "by_hand"
    deliver(raw, *dumps)
    recipe = folder / "recipe.toml"
    recipe.write_text('[dedup]\nkeep = "longest"\n')
    (folder / "before" / EARLIER).mkdir(parents=True)
    (folder / "before" / EARLIER / "wells.txt").write_text(WELLS)
    publish(folder / "before" / EARLIER, out)
    # Nobody can read it any more, so what is dropped for it must not be.
    shutil.rmtree(out / "documents" / EARLIER)
    shutil.copytree(out, by_hand)
    status = main(["run", str(raw), "--out", str(by_hand), "--recipe", str(recipe)])
    with dg.DagsterInstance.ephemeral() as instance:
        corpus = Corpus(raw=str(raw), out=str(out), recipe=str(recipe))
        result = Dagster(instance, corpus).run_range(tags)
        yield Ranged(instance, result, out, by_hand, status)


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ranged]:
    """Two dumps and a day without one between them; tests only read it."""
    yield from ranged(tmp_path_factory.mktemp("good"), (FIRST, SECOND), over(FIRST, SECOND))


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ranged]:
    """The same with two dumps that are refused: one for its raw records, one for what it would
    publish.
    """
    dumps = (FIRST, SECOND, EMPTY, BARRED)
    yield from ranged(tmp_path_factory.mktemp("mixed"), dumps, over(FIRST, BARRED))


@pytest.fixture(params=["good", "mixed"])
def either(request: pytest.FixtureRequest) -> Ranged:
    """What holds for the two good dumps whether others are refused or not."""
    return request.getfixturevalue(request.param)


def test_what_is_kept_does_not_depend_on_which_dump_is_first(either: Ranged) -> None:
    assert {dump: texts(either.out, dump) for dump in KEPT} == KEPT


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_range_and_one_hygiene_run_write_the_same_bytes(either: Ranged, name: str) -> None:
    for dump in KEPT:
        assert (either.out / name / dump / "_manifest.json").is_file()
    assert tree(either.out / name) == tree(either.by_hand / name)


def test_a_day_without_a_dump_is_left_out(good: Ranged) -> None:
    assert good.result.success
    assert {asset: good.days(asset) for asset in ASSET_KEYS} == {
        asset: {FIRST, SECOND} for asset in ASSET_KEYS
    }
    assert good.checks(GAP) == {}
    for asset in ASSET_KEYS:
        assert good.instance.get_materialized_partitions(dg.AssetKey(asset)) == {FIRST, SECOND}


def test_each_materialization_speaks_of_its_own_dump(good: Ranged) -> None:
    for event in good.result.get_asset_materialization_events():
        materialization = event.step_materialization_data.materialization
        assert str(event.partition) in str(materialization.metadata["path"].value)


def test_each_dump_has_the_result_of_every_check(either: Ranged) -> None:
    declared = {(ASSETS[entry.suite], entry.name) for entry in suites.declared()}
    for dump in KEPT:
        found = either.checks(dump)
        assert found.keys() == declared
        for check in found.values():
            of = either.instance.fetch_materializations(
                dg.AssetRecordsFilter(asset_key=check.asset_key, asset_partitions=[dump]), limit=1
            )
            assert check.target_materialization_data
            assert check.target_materialization_data.storage_id == of.records[0].storage_id
            assert check.target_materialization_data.run_id == either.result.run_id


def test_a_refused_dump_does_not_stop_the_others_but_the_run_fails(mixed: Ranged) -> None:
    assert mixed.status == REFUSED
    assert not mixed.result.success
    words = message(mixed.result)
    for dump, why in ((EMPTY, "raw/some_records"), (BARRED, "duplicates/kept_published")):
        assert f"last good partition of {dump}. Failed:\n- {why}" in words
        assert not (mixed.out / "documents" / dump).exists()
        assert (mixed.out / "reports" / dump / "report.html").is_file()
        failed = {
            f"{check.asset_key.to_user_string().removesuffix('_documents')}/{check.check_name}"
            for check in mixed.checks(dump).values()
            if not check.passed and check.severity == dg.AssetCheckSeverity.ERROR
        }
        assert failed == {why}
    assert not any(dump in words for dump in KEPT)


def test_only_what_was_made_of_a_refused_dump_is_materialized(mixed: Ranged) -> None:
    published = set(ASSET_KEYS[:0]) | {"documents", "rejected", "ledger", "duplicates"}
    expected = {
        asset: {FIRST, SECOND, BARRED} if asset not in published | {"band_index"} else set(KEPT)
        for asset in ASSET_KEYS
    }
    for asset in ("dump", "raw_documents", "expectation_report"):
        expected[asset] = {FIRST, SECOND, EMPTY, BARRED}
    assert {asset: mixed.days(asset) for asset in ASSET_KEYS} == expected


def texts(out: Path, dump: str) -> set[str]:
    return {row["text"] for row in rows(out, "documents", dump)}


def test_a_range_without_any_dump_says_so(dagster: Dagster) -> None:
    result = dagster.run_range(over(FIRST, SECOND))
    assert message(result).startswith(f"No dump from {FIRST} to {SECOND} in {dagster.corpus.raw}.")
    result = dagster.run_range(over(FIRST, FIRST))
    assert message(result).startswith(f"No dump {FIRST}: there is no folder ")
    assert not dagster.out.exists()


def test_a_run_takes_no_dumps_of_its_range_but_those_it_names(dagster: Dagster) -> None:
    """What the sensor asks for: another dump between them may still be arriving."""
    deliver(Path(dagster.corpus.raw), FIRST, SECOND, BARRED)
    result = dagster.run_range(partitions.tags([FIRST, BARRED]))
    assert result.success
    assert {path.name for path in (dagster.out / "documents").iterdir()} == {FIRST, BARRED}


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
