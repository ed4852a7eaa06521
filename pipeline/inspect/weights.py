"""What the sample says of the whole: how many records there are, and for how many each one stands.

What belongs here: arithmetic of two stages, files of a group and records of a file. What does not:
reading (sampling), words (told).
"""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pipeline.inspect.listing import Looked
from pipeline.inspect.visits import Visit, ratio

# As many files of a group, all of one number of records, stand for the others without doubt.
_SURE = 5


class Weights(NamedTuple):
    """records: about how many there are; low, high: hardly fewer, hardly more; those in `unknown`
    files, like which none was read, aside. exact: they were counted. of: by file, for how many
    records each one of its sample stands.
    """

    records: int
    low: int
    high: int
    unknown: int
    exact: bool
    of: Mapping[int, float]


def weigh(
    looked: Sequence[Looked], visits: Mapping[int, Visit], files: int, *, complete: bool
) -> Weights:
    """The weights of a sample.

    files: how many there are, looked at or not; complete: there are no more of them.
    """
    scale = files / len(looked) if looked else 1.0
    groups: dict[tuple[str, str], list[int]] = {}
    weights: dict[int, float] = {}
    total = squares = 0.0
    counted = unknown = 0
    for at, each in enumerate(looked):
        if each.unread:  # one record, which says so
            total += scale
            counted += 1
            weights[at] = scale
        else:
            groups.setdefault(each.group, []).append(at)
    for members in groups.values():
        seen = [at for at in members if at in visits]
        if not seen:
            unknown += round(len(members) * scale)
            continue
        inside = sum(visits[at].estimate for at in seen)
        rest, error = _rest(looked, visits, members, seen, scale)
        total += inside + rest
        counted += sum(visits[at].records for at in seen)
        within = math.sqrt(sum(visits[at].error ** 2 for at in seen))
        squares += error**2 + (within * (1 + rest / inside) if inside else 0.0) ** 2
        for at in seen:
            records = max(1, visits[at].records)
            weights[at] = visits[at].estimate / records * (1 + rest / inside if inside else 1.0)
    exact = (
        complete
        and len(looked) == files
        and all(
            each.unread or (at in visits and visits[at].whole) for at, each in enumerate(looked)
        )
    )
    spread = 2 * math.sqrt(squares)
    low, high = max(float(counted), total - spread), total + spread
    if exact:
        low = high = total
    return Weights(round(total), math.floor(low), math.ceil(high), unknown, exact, weights)


def _rest(
    looked: Sequence[Looked],
    visits: Mapping[int, Visit],
    members: Sequence[int],
    seen: Sequence[int],
    scale: float,
) -> tuple[float, float]:
    """(records, standard deviation) of the files of a group that were not read."""
    files = len(members) * scale - len(seen)
    if files <= 0:
        return 0.0, 0.0
    counts = {visits[at].estimate for at in seen if visits[at].whole}
    if len(counts) == 1 and all(visits[at].whole for at in seen):
        (count,) = counts
        return count * files, 0.0 if len(seen) >= _SURE else 0.5 * count * files
    size = sum(looked[at].size for at in members) * scale - sum(looked[at].size for at in seen)
    return ratio([(visits[at].estimate, looked[at].size) for at in seen], max(0, round(size)))
