"""Reading some records of one file, and telling from them how many it has.

What belongs here: one file. What does not: which files (sampling), where in them (stretches).
"""

from collections.abc import Callable, Generator
from contextlib import closing
from typing import NamedTuple, cast

from pipeline import schema
from pipeline.inspect.allowance import Deadline, Enough, Meter, MeteredLimits, metered
from pipeline.inspect.estimates import Count, Estimate, estimate
from pipeline.inspect.listing import Looked
from pipeline.inspect.stretches import Cut, Stretch, cut
from pipeline.inspect.watched import Chains, Watched
from pipeline.sources.formats import format_of
from pipeline.sources.places.place import Place, cause
from pipeline.sources.raw import HEAD_BYTES, shown
from pipeline.sources.read import records
from pipeline.sources.record import Record, digest_of
from pipeline.sources.settings import IngestSettings

# More than any record may have, so that one that is too large is seen to be.
_AT_LEAST = 128 * 1024 * 1024
_RECORDS_A_STRETCH = 50
_MAX_STRETCHES = 64
# So many records, and bytes, are only counted after those that are taken.
_COUNTED, _COUNTED_BYTES = 10_000, 4 * 1024 * 1024
# Parts are looked for in so much of a file, so much of the time, and until half of it is used up.
_CUT_BYTES, _CUT_TIME, _HALF = 64 * 1024 * 1024, 0.15, 0.5
# No more parts are read of a file where opening one takes so much of the time.
_COSTLY = 0.1
_Records = Generator[tuple[str, Record], None, None]
PASSED_OVER = f"{schema.PASSED_OVER}:"


class Share(NamedTuple):
    """What may be taken of a file: records, bytes after the first record, of the time; see `Meter`.

    anywhere: also from the middle, where that can be done.
    """

    records: int
    bytes: int
    time: float = 1.0
    patience: float = 1.0
    anywhere: bool = True


class Met(NamedTuple):
    """A record and where it was. start: of the stretch of the file that its number counts from;
    None for the file's beginning.
    """

    source: str
    record: Record
    start: int | None


class Visit(NamedTuple):
    """What became of a file. records: taken of it. whole: there are no more than were counted.
    estimate: how many there may be; None where that cannot be told. bytes: read of the file.

    unfinished: not even the first record was read to its end, though many bytes were.
    """

    chains: Chains
    records: int
    whole: bool
    estimate: Estimate | None
    bytes: int
    unfinished: bool = False


def visit(
    looked: Looked,
    place: Place,
    settings: IngestSettings,
    share: Share,
    deadline: Deadline,
    take: Callable[[Met], None],
) -> Visit:
    """Read some of the file's records, each of which is given to `take`."""
    most = max(_AT_LEAST, 2 * settings.max_record_bytes)
    meter = Meter(deadline, most, share.time, share.patience)
    reading = _Reading(looked, place, settings, share, meter, take)
    whole = False
    try:
        reading.plan = _plan(looked, place, settings, share, meter)
        whole = reading.all()
    except Enough:
        pass
    except OSError as error:
        reading.lost(cause(error))
        whole = reading.plan is None
    reading.chains.close()
    met = meter.records
    if whole:
        found: Estimate | None = Estimate(met)
    else:
        found = estimate(reading.plan, reading.counts, meter, looked.size, reading.size)
        found = found and found._replace(records=max(found.records, met + 1))
    unfinished = not met and meter.full()
    return Visit(reading.chains, reading.taken, whole, found, meter.read, unfinished)


def _plan(
    looked: Looked, place: Place, settings: IngestSettings, share: Share, meter: Meter
) -> Cut | None:
    """Which parts are read; None for the beginning. Raises `Enough` and `OSError`."""
    before = meter.deadline.used()
    if not share.anywhere or before > _HALF:
        return None
    mine = Meter(meter.deadline, _CUT_BYTES, before + _CUT_TIME)
    with place.open(looked.listed.path) as opened:
        file = metered(opened, mine)
        head = file.peek(HEAD_BYTES)[:HEAD_BYTES]
        known = format_of(shown(looked.listed.path), head, settings)
        stretches = max(2, min(_MAX_STRETCHES, share.records // _RECORDS_A_STRETCH))
        return cut(file, known, looked.size, stretches)


class _Reading:
    """Hands a file's records on, and counts them.

    taken: how many were handed on. size: of the texts and other fields of all that were counted, in
    bytes. counts: of the parts that were read.
    """

    def __init__(
        self,
        looked: Looked,
        place: Place,
        settings: IngestSettings,
        share: Share,
        meter: Meter,
        take: Callable[[Met], None],
    ) -> None:
        self._looked = looked
        self._place = place
        self._settings = settings
        self._share = share
        self._meter = meter
        self._take = take
        self.plan: Cut | None = None
        self.chains = Chains(looked.source)
        self.counts: list[Count] = []
        self.taken = self.size = 0
        self._opening = 0.0  # share of the time until a part's first record was there

    def all(self) -> bool:
        """Read what is planned; whether that was all of the file. Raises `Enough` and `OSError`."""
        if self.plan is None:
            return self._some(None, self._share.records)
        room, begun = max(1, self._share.records // len(self.plan.chosen)), self._out()
        for stretch in self.plan.chosen:
            before = self._meter.records
            ended = self._some(stretch, room)
            self.counts.append(Count(stretch, self._meter.records - before, ended))
            if self._opening > _COSTLY:
                break
            if self._out() - begun > max(self._share.bytes, _COUNTED_BYTES):
                break
        every = self.plan.complete and len(self.counts) == len(self.plan.parts)
        return every and all(count.all for count in self.counts)

    def lost(self, why: str) -> None:
        """The file could not be read any further."""
        number = self._meter.records
        where = f"after record {number}" if number else "from the start"
        reason = f"cannot be read {where}: {why}"
        record = Record(0, 0, digest_of(b""), None, verdict=schema.UNREADABLE, reason=reason)
        self._one(self._looked.source, record, None)

    def _some(self, stretch: Stretch | None, room: int) -> bool:
        """Take up to so many records, and count some more of them; whether those were all."""
        path = self._looked.listed.path
        part = stretch.part if stretch else None
        with self._place.open(path) as opened:
            stream = metered(opened, self._meter)
            limits = MeteredLimits(self._settings, self._looked.size, meter=self._meter)
            source, name = self._looked.source, shown(path)
            raw = Watched(source, name, stream, limits, part, chains=self.chains)
            return self._records(raw, stretch, room)

    def _records(self, raw: Watched, stretch: Stretch | None, room: int) -> bool:
        start = stretch.start if stretch else None
        begun = self._meter.deadline.used()
        most, last = 0, room + _COUNTED
        with closing(cast(_Records, records(raw, self._settings))) as found:
            for count, (source, record) in enumerate(found):
                if not count:
                    self._opening = self._meter.deadline.used() - begun
                    most = self._out() + self._share.bytes
                if count >= last or (count and self._out() > most):
                    return False
                if count < room:
                    self._one(source, record, start)
                else:
                    self._count(record)
                    if count == room:
                        most = self._out() + _COUNTED_BYTES
        return True

    def _one(self, source: str, record: Record, start: int | None) -> None:
        if self._count(record):
            self.taken += 1
        self._take(Met(source, record, start))

    def _count(self, record: Record) -> bool:
        """Whether it is one; what stands for items that are passed over is none."""
        if (record.verdict or "").startswith(PASSED_OVER):
            return False
        self._meter.records += 1
        self.size += record.size + len(record.metadata)
        return True

    def _out(self) -> int:
        return max(self._meter.read, self._meter.unpacked)
