"""How many records a file has, from those that were met in some of it.

What belongs here: arithmetic. What does not: reading (visits), many files (weights).
"""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from pipeline.inspect.allowance import Meter
from pipeline.inspect.stretches import Cut, Stretch

# How far an estimate may be off, one standard deviation: by the speed at which records went by, by
# their sizes.
_BY_SPEED, _BY_SIZE = 0.15, 0.35
_MARKS = _FEWEST = 2


class Estimate(NamedTuple):
    """About how many there are; error: one standard deviation."""

    records: float
    error: float = 0.0


class Count(NamedTuple):
    """How many records there are in a part of a file, if all of them were counted."""

    stretch: Stretch
    records: int
    all: bool


def estimate(
    plan: Cut | None,
    counts: Sequence[Count],
    meter: Meter,
    size: int,
    text_size: int,
) -> Estimate | None:
    """Of a file that was not read to its end; None where that cannot be told.

    counts: of each part that was read, the records, whether there are no more in it. size: of the
    file. text_size: of the records that were met.
    """
    met = meter.records
    if plan and met:
        return _by_parts(plan, counts, met, text_size)
    if size and len(meter.marks) == _MARKS:
        (first, begin), (last, end) = meter.marks
        if last > first and end > begin:
            records = first + (last - first) / (end - begin) * max(0, size - begin)
            return Estimate(records, _BY_SPEED * records)
    return None


def _by_parts(plan: Cut, counts: Sequence[Count], met: int, text_size: int) -> Estimate:
    if plan.complete and plan.parts[-1].first > 1:
        return _by_numbers(plan, counts)
    full = [(count, stretch.part.bytes) for stretch, count, done in counts if done]
    if not full:
        records = plan.bytes / max(1.0, text_size / met)
        return Estimate(records, _BY_SIZE * records)
    return ratio(full, plan.bytes)


def _by_numbers(plan: Cut, counts: Sequence[Count]) -> Estimate:
    """The format itself numbers its items, of which some may be no records."""
    *others, last = plan.parts
    before = last.first - 1
    rest = before / max(1, sum(part.bytes for part in others)) * last.bytes
    items = {part: after.first - part.first for part, after in pairwise(plan.parts)}
    full = [
        (float(each.records), items[each.stretch.part])
        for each in counts
        if each.all and each.stretch.part in items
    ]
    if not full:
        return Estimate(before + rest, _BY_SIZE * rest)
    found = ratio(full, round(before + rest))
    return Estimate(found.records, math.hypot(found.error, _BY_SIZE * rest))


def ratio(pairs: Sequence[tuple[float, int]], total: int) -> Estimate:
    """How many in all, from (how many, of how many bytes) of some parts of `total` bytes: the ratio
    estimator (Cochran, Sampling Techniques, 1977, chapter 6). Its error is widened where the parts
    are few.
    """
    parts, size = len(pairs), sum(size for _, size in pairs)
    rate = sum(count for count, _ in pairs) / max(1, size)
    records = rate * total
    if parts < _FEWEST:
        return Estimate(records, _BY_SIZE * records)
    squares = sum((count - rate * each) ** 2 for count, each in pairs) / (parts - 1)
    scale = total / (size / parts) if size else 0.0
    rest = math.sqrt(max(0.0, 1 - size / total)) if total else 0.0
    error = scale * math.sqrt(squares / parts) * rest
    return Estimate(records, error * (1 + 2 / parts))
