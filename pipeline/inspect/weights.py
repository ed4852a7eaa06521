"""What the sample says of the whole: how many records there are, and for how many each one stands.

What belongs here: arithmetic of two stages, files of a group and records of a file. What does not:
reading (sampling), words (told).
"""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pipeline.inspect.estimates import Estimate, ratio
from pipeline.inspect.listing import Group, Looked
from pipeline.inspect.visits import Visit

# As many files of a group, all of one number of records, stand for the others without doubt.
_SURE = 5


class Weights(NamedTuple):
    """records: about how many there are; low, high: hardly fewer, hardly more; those in `unknown`
    files, of which it cannot be told, aside. exact: they were counted. of: by file, for how many
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
    groups: dict[Group, list[int]] = {}
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
        # Of some that were read it cannot be told: their records stand for themselves alone.
        read = [at for at in members if at in visits]
        counted += sum(visits[at].records for at in read)
        weights |= dict.fromkeys(read, 1.0)
        known = {at: found for at in read if (found := visits[at].estimate) is not None}
        total += sum(visits[at].records for at in read if at not in known)
        if not known:
            unknown += round(len(members) * scale)
            continue
        unknown += len(read) - len(known)
        inside = sum(guess.records for guess in known.values())
        rest = _rest(looked, visits, known, members, len(members) * scale - len(read))
        total += inside + rest.records
        more = 1 + rest.records / inside if inside else 1.0
        within = math.sqrt(sum(guess.error**2 for guess in known.values()))
        squares += rest.error**2 + (within * more) ** 2
        for at, guess in known.items():
            weights[at] = guess.records / max(1, visits[at].records) * more
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
    known: Mapping[int, Estimate],
    members: Sequence[int],
    files: float,
) -> Estimate:
    """The records of the files of a group that were not read, of which there are so many."""
    if files <= 0:
        return Estimate(0)
    counts = {each.records for each in known.values()}
    if len(counts) == 1 and all(visits[at].whole for at in known):
        (count,) = counts
        return Estimate(count * files, 0.0 if len(known) >= _SURE else 0.5 * count * files)
    unread = [looked[at].size for at in members if at not in visits]
    size = files * sum(unread) / len(unread) if unread else files * looked[members[0]].size
    return ratio([(each.records, looked[at].size) for at, each in known.items()], round(size))
