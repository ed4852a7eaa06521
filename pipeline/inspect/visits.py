"""Reading some records of one file, and telling from them how many it has.

What belongs here: one file. What does not: which files (sampling), where in them (stretches).
"""

import math
from collections.abc import Callable, Generator
from contextlib import closing
from typing import NamedTuple, cast

from pipeline import schema
from pipeline.inspect.allowance import Deadline, Enough, Meter, MeteredLimits, metered
from pipeline.inspect.listing import Looked
from pipeline.inspect.stretches import Cut, Stretch, cut
from pipeline.inspect.watched import Chains, Watched
from pipeline.sources.formats import format_of
from pipeline.sources.places import Place, cause
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
# How far an estimate may be off, one standard deviation: by the speed at which records went by, by
# their sizes, by nothing but a first record.
_BY_SPEED, _BY_SIZE, _BY_ONE = 0.15, 0.35, 1.0
_MARKS = 2
# Finding a file's parts that takes more of the time than this is not to be done for many of them.
_COSTLY, _HALF = 0.03, 0.5
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
    estimate, error: how many there may be, one standard deviation. bytes: read of the file.

    unfinished: not even the first record was read to its end, though many bytes were.
    """

    chains: Chains
    records: int
    whole: bool
    estimate: float
    error: float
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
    chains = Chains(looked.source)
    most = max(_AT_LEAST, 2 * settings.max_record_bytes)
    meter = Meter(deadline, most, share.time, share.patience)
    counts: list[tuple[Stretch, int, int, bool]] = []  # records, their bytes, all of them
    taken = _Taker(meter, take, share)
    plan: Cut | None = None
    number = 0
    try:
        with place.open(looked.listed.path) as opened:
            file = metered(opened, meter)
            known = format_of(
                shown(looked.listed.path), file.peek(HEAD_BYTES)[:HEAD_BYTES], settings
            )
            stretches = max(2, min(_MAX_STRETCHES, share.records // _RECORDS_A_STRETCH))
            before_cut = deadline.used()
            if share.anywhere and before_cut < _HALF:
                plan = cut(file, known, looked.size, stretches)
            if plan and deadline.used() - before_cut > _COSTLY:
                plan = plan.less()
        ended = False
        for stretch in plan.chosen if plan else [None]:
            before, size = meter.records, taken.size
            room = share.records - before
            if plan and stretch:
                room = max(1, share.records // len(plan.chosen))
            with place.open(looked.listed.path) as opened:
                limits = MeteredLimits(settings, looked.size, meter=meter)
                stream = metered(opened, meter)
                part = stretch.part if stretch else None
                name = shown(looked.listed.path)
                raw = Watched(looked.source, name, stream, limits, part, chains=chains)
                ended = taken.all(raw, settings, stretch, room)
            number = meter.records
            if stretch:
                counts.append((stretch, number - before, taken.size - size, ended))
            if stretch and meter.read > max(share.bytes, _COUNTED_BYTES):
                break
    except Enough:
        ended = False
    except OSError as error:
        reason = f"cannot be read {_where(number or meter.records)}: {cause(error)}"
        lost = Record(0, 0, digest_of(b""), None, verdict=schema.UNREADABLE, reason=reason)
        taken.one(looked.source, lost, None)
        ended = not plan
    chains.close()
    met = meter.records
    whole = ended and (plan is None or (plan.complete and len(counts) == len(plan.parts)))
    whole = whole and all(done for *_, done in counts)
    if whole:
        return Visit(chains, taken.taken, True, met, 0.0, meter.read)
    estimate, off = _estimate(plan, counts, meter, looked.size, taken.size)
    estimate = max(estimate, met + 1)
    unfinished = not met and meter.full()
    return Visit(chains, taken.taken, False, estimate, off, meter.read, unfinished)


class _Taker:
    """Hands records on, and counts them. size: of their texts and other fields, in bytes; taken:
    how many were handed on.
    """

    def __init__(self, meter: Meter, take: Callable[[Met], None], share: Share) -> None:
        self._meter = meter
        self._take = take
        self._share = share
        self.taken = self.size = 0

    def all(
        self, raw: Watched, settings: IngestSettings, stretch: Stretch | None, room: int
    ) -> bool:
        """Take up to so many records, and count some more of them; whether those were all.

        Raises `Enough` and `OSError`.
        """
        start = stretch.start if stretch else None
        most, last = self._share.bytes, room + _COUNTED
        if stretch:
            most += self._out()
        with closing(cast(_Records, records(raw, settings))) as found:
            for count, (source, record) in enumerate(found):
                if count >= last or (count and self._out() > most):
                    return False
                if count < room:
                    self.one(source, record, start)
                else:
                    self._count(record)
                    if count == room:
                        most = self._out() + _COUNTED_BYTES
        return True

    def one(self, source: str, record: Record, start: int | None) -> None:
        """Take this record."""
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


def _where(number: int) -> str:
    return f"after record {number}" if number else "from the start"


def _estimate(
    plan: Cut | None,
    counts: list[tuple[Stretch, int, int, bool]],
    meter: Meter,
    size: int,
    text_size: int,
) -> tuple[float, float]:
    """(records, standard deviation) of a file that was not read to its end."""
    met = meter.records
    if not met:
        return 1.0, _BY_ONE
    if plan:
        return _by_parts(plan, counts, met, text_size)
    if len(meter.marks) == _MARKS:
        (first, begin), (last, end) = meter.marks
        if last > first and end > begin:
            estimate = first + (last - first) / (end - begin) * max(0, size - begin)
            return estimate, _BY_SPEED * estimate
    if meter.read < size:
        estimate = met * size / meter.read
        return estimate, _BY_SIZE * estimate
    estimate = size / max(1.0, text_size / met)
    return estimate, _BY_ONE * estimate


def _by_parts(
    plan: Cut, counts: list[tuple[Stretch, int, int, bool]], met: int, text_size: int
) -> tuple[float, float]:
    last = plan.parts[-1] if plan.parts else None
    if last and last.first > 1 and plan.complete:  # the format itself counts
        before = last.first - 1
        rate = before / max(1, sum(part.bytes for part in plan.parts[:-1]))
        return before + rate * last.bytes, 0.1 * rate * last.bytes
    full = [(count, stretch.part.bytes) for stretch, count, _, done in counts if done]
    if not full:
        estimate = plan.bytes / max(1.0, text_size / met)
        return estimate, _BY_SIZE * estimate
    return ratio(full, plan.bytes)


def ratio(
    pairs: list[tuple[int, int]] | list[tuple[float, int]], total: int
) -> tuple[float, float]:
    """(how many in all, standard deviation), from (how many, of how many bytes) of some parts of
    `total` bytes: the ratio estimator (Cochran, Sampling Techniques, 1977, chapter 6).
    """
    some = sum(size for _, size in pairs)
    rate = sum(count for count, _ in pairs) / max(1, some)
    estimate = rate * total
    if len(pairs) < 2:
        return estimate, _BY_SIZE * estimate
    squares = sum((count - rate * size) ** 2 for count, size in pairs) / (len(pairs) - 1)
    scale = total / (some / len(pairs)) if some else 0.0
    rest = math.sqrt(max(0.0, 1 - some / total)) if total else 0.0
    return estimate, scale * math.sqrt(squares / len(pairs)) * rest
