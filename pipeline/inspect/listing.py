"""Which files there are, how large they are, and what they look like from outside.

What belongs here: listing places within the time, and drawing files in an order that is random but
always the same. What does not: reading records (visits).
"""

import hashlib
import heapq
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from io import BufferedReader, BytesIO
from typing import NamedTuple, cast

from pipeline.inspect.allowance import Deadline
from pipeline.sources.formats import FORMATS, format_of
from pipeline.sources.limits import Limits
from pipeline.sources.places.place import Place, cause
from pipeline.sources.raw import HEAD_BYTES, RawFile, shown
from pipeline.sources.read import records
from pipeline.sources.settings import IngestSettings

# Of more files than this, those that are drawn first are kept.
MAX_FILES = 100_000
_LISTING, _LOOKING = 0.3, 0.5  # shares of the time
_EXAMPLES = 20
_MAX_GROUPS = 200
_SUFFIX = re.compile(r"\.[A-Za-z][A-Za-z0-9]{0,7}")


Group = tuple[str, str]
"""What a file's first bytes and its name say: format and suffix."""


class Listed(NamedTuple):
    """A file of a dump. drawn: its place in the order in which files are looked at."""

    drawn: int
    dump: str
    path: bytes


@dataclass
class Listing:
    """The files that are kept, in the order in which they are drawn.

    files: how many there are, by dump. complete: the listing was seen to its end. unlisted: what
    could not be listed, (path, why), the first of them; failures: how many.
    """

    kept: list[Listed] = field(default_factory=list)
    files: Counter[str] = field(default_factory=Counter)
    complete: bool = True
    unlisted: list[tuple[str, str]] = field(default_factory=list)
    failures: int = 0


class Looked(NamedTuple):
    """A file from outside. source: as shown. group: what its name and its first bytes say, the
    same for files that are likely to be alike. unread: why nothing can read it.
    """

    listed: Listed
    source: str
    size: int
    group: Group
    unread: str | None = None


def listing(dumps: Sequence[tuple[str, Place]], deadline: Deadline) -> Listing:
    """All files of the places, as far as the time goes."""
    found = Listing()
    heap: list[tuple[int, str, bytes]] = []
    for name, place in dumps:
        for entry in place.files():
            if deadline.passed(_LISTING):
                found.complete = False
                break
            path, error = entry[:2]
            if error:
                found.failures += 1
                if len(found.unlisted) < _EXAMPLES:
                    found.unlisted.append((shown(path) or ".", error))
                continue
            found.files[name] += 1
            drawn = (-_draw(name, path), name, path)
            if len(heap) < MAX_FILES:
                heapq.heappush(heap, drawn)
            else:
                heapq.heappushpop(heap, drawn)
    found.unlisted.sort()
    found.kept = sorted(Listed(-drawn, name, path) for drawn, name, path in heap)
    return found


def look(
    listed: Listing,
    places: dict[str, Place],
    settings: IngestSettings,
    deadline: Deadline,
) -> list[Looked]:
    """The files from outside, in the order in which they are drawn, as far as the time goes."""
    found: list[Looked] = []
    groups: set[Group] = set()
    for each in listed.kept:
        if deadline.passed(_LOOKING):
            break
        one = _look(each, places[each.dump], settings, several=len(places) > 1)
        if one.group not in groups and len(groups) >= _MAX_GROUPS:
            one = one._replace(group=(one.group[0], ""))
        groups.add(one.group)
        found.append(one)
    return found


def _look(listed: Listed, place: Place, settings: IngestSettings, *, several: bool) -> Looked:
    source = shown(listed.path)
    name = f"{listed.dump}/{source}" if several else source
    try:
        with place.open(listed.path) as file:
            head = file.peek(HEAD_BYTES)[:HEAD_BYTES]
            size = file.seek(0, 2) if file.seekable() else 0  # not known
    except OSError as error:
        return Looked(listed, name, 0, ("", ""), f"cannot be read: {cause(error)}")
    known = format_of(source, head, settings)
    if known is None:
        return Looked(listed, name, size, ("", _suffix(source)), _refusal(source, head, settings))
    return Looked(listed, name, size, (known.name, _suffix(source)))


def _draw(dump: str, path: bytes) -> int:
    """A number drawn for a file, always the same."""
    key = dump.encode() + b"\0" + path
    return int.from_bytes(hashlib.blake2b(key, digest_size=8).digest())


def _suffix(source: str) -> str:
    """What the name ends in; for `a.jsonl.gz` both parts."""
    lower = source.rpartition("/")[2].lower()
    stem, dot, last = lower.rpartition(".")
    if not stem or not _SUFFIX.fullmatch(dot + last):
        return ""
    before = "." + stem.rpartition(".")[2]
    known = {suffix for each in FORMATS for suffix in each.suffixes}
    return (before if before in known else "") + dot + last


def _refusal(source: str, head: bytes, settings: IngestSettings) -> str:
    """Why nothing reads a file that begins so, in the words that the run will have."""
    stream = cast(BufferedReader, BufferedReader(BytesIO(head), HEAD_BYTES))
    raw = RawFile(source, source, stream, Limits(settings, len(head)))
    return next((record.reason or "" for _, record in records(raw, settings)), "")
