"""Dumps as they are delivered: folders named by their dates, and Dagster's partitions of that name.

What belongs here: which dumps are there, whether one has arrived whole, whether it has changed.
What does not: reading what is in them (pipeline.steps.ingest), starting runs (automation).
"""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import dagster as dg

from pipeline.sources.dumps import is_date

# Today's dump is a partition too.
BY_DAY = dg.DailyPartitionsDefinition(
    start_date=os.environ.get("HYGIENE_FIRST_DUMP", "2020-01-01"), end_offset=1
)
# The sender's last file, where the sender writes one.
MARKER = "_SUCCESS"
# Without that file a dump counts as whole when nothing has arrived for this long: longer than the
# pauses of a copy over a network, short enough for a nightly delivery.
QUIET_SECONDS = 5 * 60
# Names that mark or hide rather than deliver; ingest reads no such file either.
_NO_DELIVERY = (".", "_")


@dataclass(frozen=True)
class Delivery:
    """What the names, sizes and times of a dump's files say about it.

    files: how many it delivers. fingerprint: changes when one of them does.
    landed: it is whole, as far as can be told.
    """

    files: int
    fingerprint: str
    landed: bool


def dates(raw: Path) -> list[str]:
    """The dumps in the folder of dumps, oldest first; none where there is no such folder."""
    if not raw.is_dir():
        return []
    return sorted(entry.name for entry in raw.iterdir() if is_date(entry.name) and entry.is_dir())


def look(folder: Path, now: float) -> Delivery:
    """Look at a dump without reading its files. now: the time, in seconds since 1970.

    A dump has landed when its marker arrived after all other files, or when it holds files and
    nothing has arrived for `QUIET_SECONDS`. A file arrived when its inode last changed: a copy may
    keep the sender's own times.
    """
    arrived = marked = 0.0
    delivered = []
    for path, facts in _walk(folder):
        if path == MARKER:
            marked = facts.st_ctime
            continue
        arrived = max(arrived, facts.st_ctime)
        if not any(part.startswith(_NO_DELIVERY) for part in path.split(os.sep)):
            delivered.append((path, facts.st_size, facts.st_mtime_ns))
    quiet = now - max(arrived, folder.stat().st_ctime) >= QUIET_SECONDS
    marked_last = marked > 0 and marked >= arrived
    listing = repr(sorted(delivered)).encode()
    return Delivery(
        len(delivered),
        hashlib.sha256(listing).hexdigest()[:16],
        landed=marked_last or (quiet and bool(delivered)),
    )


def _walk(folder: Path) -> Iterator[tuple[str, os.stat_result]]:
    """(path inside the folder, facts) of all that is in it, links to folders not followed."""
    for parent, _, names in os.walk(folder):
        for name in names:
            full = os.path.join(parent, name)
            try:
                yield os.path.relpath(full, folder), os.lstat(full)
            except FileNotFoundError:
                continue  # renamed while we looked: the next look sees it
