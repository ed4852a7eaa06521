"""When a run starts by itself, and what is said when none does."""

import datetime as dt
import os
import shutil
import time
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from assets.automation import WATCHED_DUMPS, dump_landed, every_night
from assets.corpus import Corpus
from assets.definitions import defs
from assets.dumps import QUIET_SECONDS, Delivery
from assets.dumps import look as look_at
from pipeline.sources.places.place import Folder
from tests.conftest import EXAMPLES


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """A folder of dumps, empty."""
    (tmp_path / "raw").mkdir()
    return tmp_path / "raw"


def deliver(raw: Path, dump: str, *, landed: bool = True) -> Path:
    """A small dump; landed when its marker is there."""
    (raw / dump / "letters").mkdir(parents=True)
    shutil.copy(EXAMPLES / "2026-11-21" / "tides.txt", raw / dump / "letters")
    if landed:
        (raw / dump / "_SUCCESS").touch()
    return raw / dump


def look(folder: Path, now: float) -> Delivery:
    return look_at(Folder(folder), now)


def at_night(raw: Path | str, day: str) -> Any:
    """The tick of 02:30 UTC of a day."""
    moment = dt.datetime.fromisoformat(f"{day}T02:30:00+00:00")
    context = dg.build_schedule_context(
        scheduled_execution_time=moment,
        repository_def=defs.get_repository_def(),
        resources={"corpus": Corpus(raw=str(raw), out="")},
    )
    return every_night.evaluate_tick(context)


def tick(raw: Path | str, cursor: str | None = None) -> Any:
    """One look of the sensor."""
    with dg.DagsterInstance.ephemeral() as instance:
        context = dg.build_sensor_context(
            instance=instance,
            cursor=cursor,
            definitions=defs,
            resources={"corpus": Corpus(raw=str(raw), out="")},
        )
        return dump_landed.evaluate_tick(context)


def test_the_night_runs_the_dump_of_the_day_before(raw: Path) -> None:
    deliver(raw, "2026-11-21")
    (request,) = at_night(raw, "2026-11-22").run_requests
    assert request.partition_key == "2026-11-21"
    assert every_night.cron_schedule == "30 2 * * *"
    assert every_night.execution_timezone == "UTC"


def test_a_night_without_a_dump_says_so(raw: Path) -> None:
    done = at_night(raw, "2026-11-22")
    assert not done.run_requests
    assert f"there is no folder {raw / '2026-11-21'}" in (done.skip_message or "")


def test_a_night_does_not_run_half_a_dump(raw: Path) -> None:
    deliver(raw, "2026-11-21", landed=False)
    done = at_night(raw, "2026-11-22")
    assert not done.run_requests
    assert "2026-11-21 is still arriving" in (done.skip_message or "")


def test_both_are_off_until_somebody_switches_them_on() -> None:
    assert every_night.default_status == dg.DefaultScheduleStatus.STOPPED
    assert dump_landed.default_status == dg.DefaultSensorStatus.STOPPED


def test_a_dump_is_started_once_it_has_landed_and_then_left_alone(raw: Path) -> None:
    folder = deliver(raw, "2026-11-21", landed=False)
    waiting = tick(raw)
    assert not waiting.run_requests
    assert "Still arriving: 2026-11-21" in (waiting.skip_message or "")

    (folder / "_SUCCESS").touch()
    landed = tick(raw, waiting.cursor)
    (request,) = landed.run_requests
    assert request.partition_key == "2026-11-21"
    assert (request.run_key or "").startswith("2026-11-21:")

    again = tick(raw, landed.cursor)
    assert not again.run_requests
    assert "As they were when last started: 1." in (again.skip_message or "")
    # A daemon that lost its cursor asks with the same key, which Dagster knows.
    assert tick(raw).run_requests[0].run_key == request.run_key


def test_a_dump_that_has_changed_is_started_again(raw: Path) -> None:
    folder = deliver(raw, "2026-11-21")
    first = tick(raw)
    (folder / "letters" / "tides.txt").write_text("The tide is late today.\n")
    (folder / "_SUCCESS").touch()
    second = tick(raw, first.cursor)
    assert [r.partition_key for r in second.run_requests] == ["2026-11-21"]
    assert second.run_requests[0].run_key != first.run_requests[0].run_key


def test_only_folders_named_by_a_date_are_dumps(raw: Path) -> None:
    for name in ("notes", "2026-13-01", "20261121", "2026-11-21.partial"):
        deliver(raw, name)
    (raw / "2026-11-20").touch()
    assert not tick(raw).run_requests


def test_a_dump_outside_of_the_partitions_is_named(raw: Path) -> None:
    deliver(raw, "2019-12-31")
    done = tick(raw)
    assert not done.run_requests
    assert "No partition: 2019-12-31" in (done.skip_message or "")


def test_a_folder_of_dumps_that_is_not_there_is_named(raw: Path) -> None:
    assert f"no folder of dumps {raw / 'nowhere'}" in (tick(raw / "nowhere").skip_message or "")


def test_dumps_that_landed_at_once_are_one_run(raw: Path) -> None:
    """Others between them, unchanged or still arriving, are not asked for."""
    days = ("2026-10-05", "2026-10-01", "2026-10-04")
    deliver(raw, "2026-10-02")
    before = tick(raw)
    for day in days:
        deliver(raw, day)
    deliver(raw, "2026-10-03", landed=False)
    landed = tick(raw, before.cursor)
    (request,) = landed.run_requests
    assert request.partition_key is None
    assert request.tags == {
        "dagster/asset_partition_range_start": "2026-10-01",
        "dagster/asset_partition_range_end": "2026-10-05",
        "dagster/sensor_name": "dump_landed",
        "hygiene/dumps": "2026-10-01,2026-10-04,2026-10-05",
    }
    assert not tick(raw, landed.cursor).run_requests
    # The same dumps are the same request; where one of them has changed it is another.
    assert tick(raw, before.cursor).run_requests == [request]
    (raw / days[0] / "letters" / "tides.txt").write_text("The tide is late today.\n")
    (raw / days[0] / "_SUCCESS").touch()
    assert tick(raw, before.cursor).run_requests[0].run_key != request.run_key


def test_old_dumps_that_were_started_are_not_listed_again(raw: Path) -> None:
    first = dt.date(2026, 9, 1)
    days = [(first + dt.timedelta(n)).isoformat() for n in range(WATCHED_DUMPS + 2)]
    for day in days:
        deliver(raw, day)
    started = tick(raw)
    (request,) = started.run_requests
    assert request.tags["hygiene/dumps"].split(",") == days
    for day in (days[0], days[-1]):
        (raw / day / "letters" / "tides.txt").write_text("The tide is late today.\n")
        (raw / day / "_SUCCESS").touch()
    assert [r.partition_key for r in tick(raw, started.cursor).run_requests] == [days[-1]]


def test_without_a_marker_a_dump_has_landed_when_nothing_arrives_any_more(raw: Path) -> None:
    folder = deliver(raw, "2026-11-21", landed=False)
    # The sender's own times say nothing about when a file arrived here.
    os.utime(folder / "letters" / "tides.txt", (0, 0))
    now = time.time()
    assert not look(folder, now).landed
    assert not look(folder, now + QUIET_SECONDS - 60).landed
    assert look(folder, now + QUIET_SECONDS + 60).landed


def test_a_marker_speaks_for_the_files_that_came_before_it(raw: Path) -> None:
    folder = deliver(raw, "2026-11-21")
    assert look(folder, time.time()).landed
    time.sleep(0.02)  # the clock of the file system is coarse
    (folder / "late.txt").write_text("One more.\n")
    assert not look(folder, time.time()).landed


def test_an_empty_folder_has_not_landed_unless_its_marker_says_so(raw: Path) -> None:
    (raw / "2026-11-21").mkdir()
    later = time.time() + QUIET_SECONDS + 60
    assert not look(raw / "2026-11-21", later).landed
    (raw / "2026-11-21" / "_SUCCESS").touch()
    assert look(raw / "2026-11-21", time.time()).landed


def test_what_ingest_does_not_read_does_not_change_a_dump(raw: Path) -> None:
    folder = deliver(raw, "2026-11-21")
    before = look(folder, time.time()).fingerprint
    (folder / ".upload.log").write_text("done")
    (folder / "_SUCCESS").write_text("done")
    assert look(folder, time.time()).fingerprint == before
    (folder / "more.txt").write_text("done")
    assert look(folder, time.time()).fingerprint != before
