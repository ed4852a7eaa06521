"""What starts runs: the job by hand, the schedule every night, the sensor on arrival.

What belongs here: when a dump is run, and saying why none is. What does not: what a run does.
Schedule and sensor are off until somebody switches them on. Either is enough; both do no harm,
since a dump that has not changed is not made again.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import dagster as dg

from assets.corpus import Corpus
from assets.dumps import BY_DAY, MARKER, QUIET_SECONDS, look
from pipeline.sources.places.place import DumpError

# A backlog enters the queue a few dumps at a time, so that it can still be stopped.
MOST_REQUESTS = 10
# Of the dumps that were started, only the newest are watched for changes: each look lists all of a
# dump's files.
WATCHED_DUMPS = 31
_ARRIVING = f"no {MARKER} after the last file, no {QUIET_SECONDS // 60} minutes of quiet since"

nightly = dg.define_asset_job(
    "nightly",
    selection=dg.AssetSelection.all(),
    description="One dump, from raw files to published Parquet and the report on it.",
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
    """Runs each dump that has landed, and runs it again when its files have changed."""
    known: dict[str, str] = json.loads(context.cursor or "{}")
    try:
        seen = _see(corpus, known, time.time())
    except DumpError as error:
        return dg.SkipReason(f"No dumps to look at: {error} (HYGIENE_RAW).")
    if not seen.due:
        return dg.SkipReason(f"Nothing to start in {corpus.raw}. {seen.words()}")
    return dg.SensorResult(
        run_requests=[
            dg.RunRequest(run_key=f"{dump}:{fingerprint}", partition_key=dump)
            for dump, fingerprint in seen.due.items()
        ],
        cursor=json.dumps(known | seen.due, sort_keys=True),
    )


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
        elif len(due) < MOST_REQUESTS:
            due[dump] = delivery.fingerprint
    unchanged = len(there) - len(due) - len(arriving) - len(outside)
    return _Seen(due, arriving, outside, unchanged)
