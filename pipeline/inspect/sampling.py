"""Which files are read, and how much of each, so that what is seen stands for the whole.

What belongs here: the order of files, each one's share, the field in which texts are.
What does not: one file (visits), what follows from the sample (weights, told).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import zip_longest
from typing import NamedTuple

from pipeline import schema
from pipeline.inspect.allowance import Deadline
from pipeline.inspect.fields import Fields, columns_of, fields_of
from pipeline.inspect.listing import Group, Looked
from pipeline.inspect.seen import Gathered, Seen
from pipeline.inspect.visits import Met, Share, Visit, visit
from pipeline.recipe import Recipe
from pipeline.sources.places.place import Place
from pipeline.sources.settings import IngestSettings

MAX_VISITS = 2_000
MAX_RECORDS = 10_000
_MAX_BYTES = 512 * 1024 * 1024
_RECORDS = 20  # of each file at least
_BYTES = 256 * 1024
_SHARED_BYTES = 128 * 1024 * 1024
_SCOUTING, _READING = 0.6, 0.95  # shares of the time
_SCOUTED_GROUPS, _SCOUTED_FILES, _SCOUTED_TABLES = 40, 3, 5
_SCOUT = Share(_RECORDS, 1024 * 1024, _SCOUTING, anywhere=False)
# The first file is waited for so many times as long: something is always read.
_PATIENCE = 3.0


class TextField(NamedTuple):
    """The field in which texts are looked for. wanted: by the settings; used: in its place where
    it is missing in most records; missing, of: records without it among those with fields that
    were looked at first; for a table without it, the table counts.
    """

    wanted: str
    used: str
    missing: int
    of: int


@dataclass
class Sample:
    """What was read. visits: by the number of the file in `looked`, of those of which anything is
    known; the numbers of `gathered.rows` are the same. whole: nothing is left to be read of the
    files that were looked at.
    """

    gathered: Gathered
    text_field: TextField
    visits: dict[int, Visit] = field(default_factory=dict)
    whole: bool = False


def sample(
    looked: Sequence[Looked], places: Mapping[str, Place], recipe: Recipe, deadline: Deadline
) -> Sample:
    """Read some records of some of the files, as far as the time goes."""
    order = _order(looked)
    text_field = _scout(looked, order, places, recipe.ingest, deadline)
    ingest = replace(recipe.ingest, text_field=text_field.used)
    gathered = Gathered(replace(recipe, ingest=ingest))
    done = Sample(gathered, text_field)
    for at, each in enumerate(looked):
        if each.unread:
            gathered.rows.append(
                Seen(at, each.source, 0, None, each.size, schema.UNREADABLE, each.unread)
            )
    count = max(1, min(len(order), MAX_VISITS))
    share = Share(
        max(_RECORDS, MAX_RECORDS // count), max(_BYTES, _SHARED_BYTES // count), _READING
    )
    everything = max(1, sum(looked[at].size for at in order))
    read = 0
    for at in order[:MAX_VISITS]:
        patience = 1.0 if done.visits else _PATIENCE
        if deadline.passed(_READING * patience) or read > _MAX_BYTES:
            break
        each = looked[at]

        # A file has its share by its size as well: of a small dump nothing is left out for it.
        part = looked[at].size / everything
        mine = share._replace(
            patience=patience,
            records=max(share.records, round(MAX_RECORDS * part)),
            bytes=max(share.bytes, round(_SHARED_BYTES * part)),
        )
        found = visit(
            each,
            places[each.listed.dump],
            ingest,
            mine,
            deadline,
            partial(gathered.take, at, each.group),
        )
        read += found.bytes
        if found.records or found.whole or found.unfinished:  # or else the time was up
            done.visits[at] = found
    gathered.flush()
    done.whole = len(done.visits) == len(order) and all(v.whole for v in done.visits.values())
    return done


def _order(looked: Sequence[Looked]) -> list[int]:
    """Files in the order in which they are read: of each group in turn, the largest one first,
    then as they were drawn.
    """
    groups: dict[Group, list[int]] = {}
    for at, each in enumerate(looked):
        if not each.unread:
            groups.setdefault(each.group, []).append(at)
    for files in groups.values():
        largest = max(files, key=lambda at: (looked[at].size, -at))
        files.remove(largest)
        files.insert(0, largest)
    turns = zip_longest(*(groups[group] for group in sorted(groups)))
    return [at for turn in turns for at in turn if at is not None]


def _scout(
    looked: Sequence[Looked],
    order: Sequence[int],
    places: Mapping[str, Place],
    settings: IngestSettings,
    deadline: Deadline,
) -> TextField:
    """A first look at some files of each group: whether their texts are where the settings say."""
    wanted = settings.text_field
    there = missing = 0
    without = Fields()
    tables: list[tuple[int, str]] = []
    groups: dict[Group, int] = {}
    for at in order:
        group = looked[at].group
        known = groups.setdefault(group, 0)
        if known >= _SCOUTED_FILES or len(groups) > _SCOUTED_GROUPS:
            continue
        if deadline.passed(_SCOUTING):
            break
        groups[group] += 1
        for met in _some(looked[at], places, settings, deadline):
            if columns := columns_of(met.record):
                if not (found := fields_of(met.record, wanted)):
                    tables.append((at, columns[0]))
            else:
                found = fields_of(met.record, wanted)
            if found and wanted in found and not met.record.verdict:
                there += 1
            elif found:
                missing += 1
                without.add(found)
    for at, column in tables[:_SCOUTED_TABLES]:
        instead = replace(settings, text_field=column)
        for met in _some(looked[at], places, instead, deadline):
            if found := fields_of(met.record, column):
                missing += 1
                without.add(found)
    used = without.likeliest() if missing > there else None
    return TextField(wanted, used or wanted, missing, missing + there)


def _some(
    looked: Looked, places: Mapping[str, Place], settings: IngestSettings, deadline: Deadline
) -> list[Met]:
    found: list[Met] = []
    visit(looked, places[looked.listed.dump], settings, _SCOUT, deadline, found.append)
    return found
