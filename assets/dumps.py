"""Dumps as they are delivered: folders named by their dates, and Dagster's partitions of that name.

What belongs here: whether a dump has arrived whole, whether it has changed.
What does not: reading what is in them (pipeline.steps.ingest), starting runs (automation).
"""

import hashlib
import os
from dataclasses import dataclass

import dagster as dg

from pipeline.sources.places.place import Folder, is_delivery
from pipeline.sources.places.remote import Remote

# Today's dump is a partition too.
BY_DAY = dg.DailyPartitionsDefinition(
    start_date=os.environ.get("HYGIENE_FIRST_DUMP", "2020-01-01"), end_offset=1
)
# The sender's last file, where the sender writes one.
MARKER = "_SUCCESS"
# Without that file a dump counts as whole when nothing has arrived for this long: longer than the
# pauses of a copy over a network, short enough for a nightly delivery.
QUIET_SECONDS = 5 * 60


@dataclass(frozen=True)
class Delivery:
    """What the names, sizes and times of a dump's files say about it.

    files: how many it delivers. fingerprint: changes when one of them does.
    landed: it is whole, as far as can be told.
    """

    files: int
    fingerprint: str
    landed: bool


def look(dump: Folder | Remote, now: float) -> Delivery:
    """Look at a dump without reading its files. now: the time, in seconds since 1970.

    A dump has landed when its marker arrived after all other files, or when it holds files and
    nothing has arrived for `QUIET_SECONDS`. Raises `DumpError` where it cannot be listed.
    """
    arrived = marked = 0.0
    delivered = []
    for path, facts, at in dump.arrivals():
        if path == MARKER:
            marked = at
            continue
        arrived = max(arrived, at)
        if is_delivery(path):
            delivered.append((path, *facts))
    changed = dump.root.stat().st_ctime if isinstance(dump, Folder) else 0.0
    quiet = now - max(arrived, changed) >= QUIET_SECONDS
    marked_last = marked > 0 and marked >= arrived
    listing = repr(sorted(delivered)).encode()
    return Delivery(
        len(delivered),
        hashlib.sha256(listing).hexdigest()[:16],
        landed=marked_last or (quiet and bool(delivered)),
    )
