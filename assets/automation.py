"""What starts runs: the job by hand, the schedule every night, the sensor on arrival.

What belongs here: when a dump is run, and saying why none is. What does not: what a run does.
Schedule and sensor are off until somebody switches them on. Either is enough; both do no harm,
since a dump that has not changed is not made again.
"""

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import dagster as dg

from assets import partitions
from assets.corpus import Corpus
from assets.dumps import BY_DAY, MARKER, QUIET_SECONDS, look
from pipeline.sources.places.place import DumpError

# Of the dumps that were started, only the newest are watched for changes: each look lists all of a
# dump's files.
WATCHED_DUMPS = 31
_ARRIVING = f"no {MARKER} after the last file, no {QUIET_SECONDS // 60} minutes of quiet since"

nightly = dg.define_asset_job(
    "nightly",
    selection=dg.AssetSelection.all(),
    description="Dumps, from raw files to published Parquet and the reports on them.",
)


@dg.schedule(
    job=nightly,
    cron_schedule="30 2 * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.STOPPED,
)
def every_night(
    context: dg.ScheduleEvaluationContext, corpus: Corpus
) -> dg.RunRequest | dg.SkipReason:
    """Runs yesterday's dump at 02:30 UTC, if it is there and whole."""
    dump = (context.scheduled_execution_time - timedelta(days=1)).date().isoformat()
    try:
        place = corpus.place(dump)
        if dump not in corpus.dumps():
            return dg.SkipReason(f"No dump {dump}: there is no folder {place.name}.")
        landed = look(place, time.time()).landed
    except DumpError as error:
        return dg.SkipReason(f"Cannot look for dump {dump}: {error}.")
    if not landed:
        return dg.SkipReason(f"Dump {dump} is still arriving: {_ARRIVING}.")
    return dg.RunRequest(partition_key=dump)


@dg.sensor(
    job=nightly,
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.STOPPED,
)
def dump_landed(
    context: dg.SensorEvaluationContext, corpus: Corpus
) -> dg.SensorResult | dg.SkipReason:
    """Runs the dumps that have landed, and runs one again when its files have changed.

    Those that are found at once are one run, which decides them together.
    """
    known: dict[str, str] = json.loads(context.cursor or "{}")
    try:
        seen = _see(corpus, known, time.time())
    except DumpError as error:
        return dg.SkipReason(f"No dumps to look at: {error} (HYGIENE_RAW).")
    if not seen.due:
        return dg.SkipReason(f"Nothing to start in {corpus.raw}. {seen.words()}")
    return dg.SensorResult(
        run_requests=[_request(seen.due)],
        cursor=json.dumps(known | seen.due, sort_keys=True),
    )


def _request(due: Mapping[str, str]) -> dg.RunRequest:
    """One run for all dumps that are due: {dump: fingerprint}, oldest first."""
    if len(due) == 1:
        ((dump, fingerprint),) = due.items()
        return dg.RunRequest(run_key=f"{dump}:{fingerprint}", partition_key=dump)
    key = hashlib.sha256(json.dumps(due).encode()).hexdigest()[:16]
    first, *_, last = due
    return dg.RunRequest(run_key=f"{first}...{last}:{key}", tags=partitions.tags(list(due)))


@dataclass(frozen=True)
class _Seen:
    """What one look at the folder of dumps found.

    due: fingerprints of the dumps to start now, oldest first. unchanged: those started before.
    """

    due: dict[str, str]
    arriving: list[str]
    outside: list[str]
    unchanged: int

    def words(self) -> str:
        """Why the dumps that are not due are not."""
        words = [f"As they were when last started: {self.unchanged}."]
        if self.arriving:
            words.append(f"Still arriving: {', '.join(self.arriving)} ({_ARRIVING}).")
        if self.outside:
            words.append(
                f"No partition: {', '.join(self.outside)} (before HYGIENE_FIRST_DUMP or to come)."
            )
        return " ".join(words)


def _see(corpus: Corpus, known: Mapping[str, str], now: float) -> _Seen:
    due: dict[str, str] = {}
    arriving, outside = [], []
    there = corpus.dumps()
    unwatched = {dump for dump in there[:-WATCHED_DUMPS] if dump in known}
    for dump in there:
        if dump in unwatched:
            continue
        delivery = look(corpus.place(dump), now)
        if known.get(dump) == delivery.fingerprint:
            continue
        if not BY_DAY.has_partition_key(dump):
            outside.append(dump)
        elif not delivery.landed:
            arriving.append(dump)
        else:
            due[dump] = delivery.fingerprint
    unchanged = len(there) - len(due) - len(arriving) - len(outside)
    return _Seen(due, arriving, outside, unchanged)
