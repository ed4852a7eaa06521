"""Which parts of a large file are read.

What belongs here: parts from the beginning, the middle and the end, wherever a format can be cut.
What does not: reading them (visits).
"""

from collections.abc import Sequence
from io import BufferedReader
from itertools import islice
from typing import NamedTuple

from pipeline.inspect.allowance import Enough
from pipeline.sources.formats import Format
from pipeline.sources.lines import cut_lines
from pipeline.sources.raw import Part
from pipeline.sources.stretch import part_of

# Cutters whose parts may begin after any line feed, so that nothing need be read before them.
_ANYWHERE = (cut_lines,)
_STRETCH = 64 * 1024
# A file that would be read for the most part is read as a whole.
_WHOLE = 4 * _STRETCH
_MAX_PARTS = 10_000
# Parts are joined until there are about so many, or each has so many bytes.
_MANY, _JOINED = 64, 4 * 1024 * 1024
# Of a file with a table of its parts, which is read again for each one.
_MAX_OPENED = 16


class Stretch(NamedTuple):
    """A part of a file. start: where it begins if the numbers of its records count from there."""

    part: Part
    start: int | None = None


class Cut(NamedTuple):
    """How a file is read: all its parts that are known, and those of them to be read.

    complete: `parts` are the whole file. Where it is not, `chosen` lie anywhere in its `bytes`.
    """

    parts: Sequence[Part]
    chosen: list[Stretch]
    complete: bool
    bytes: int


def cut(file: BufferedReader, known: Format | None, size: int, most: int) -> Cut | None:
    """At most `most` parts of a file; None for one that is to be read from its beginning on.

    As many as can be found with what may be read of the file.
    """
    if known is None or known.cut is None or size <= _WHOLE:
        return None
    parts: list[Part] = []
    complete = False
    try:
        if known.cut in _ANYWHERE:
            return _anywhere(file, known, size, most)
        file.seek(0)
        found = known.cut(file, max(_STRETCH, size // _MAX_PARTS))
        parts.extend(islice(found, _MAX_PARTS))
        complete = next(iter(found), None) is None
    except (Enough, OSError, ValueError):
        pass
    if not parts:
        return None
    whole = sum(part.bytes for part in parts)
    parts = _joined(parts)
    chosen = [Stretch(parts[at]) for at in _spread(len(parts), min(most, _MAX_OPENED))]
    return Cut(parts, chosen, complete, whole if complete else max(whole, size))


def _joined(parts: Sequence[Part]) -> list[Part]:
    """The same parts, neighbours joined so that there are not many."""
    size = min(_JOINED, sum(part.bytes for part in parts) // _MANY)
    found = [parts[0]]
    for part in parts[1:]:
        last = found[-1]
        if last.bytes < size and last.stop == part.start:
            found[-1] = last._replace(stop=part.stop, bytes=last.bytes + part.bytes)
        else:
            found.append(part)
    return found


def _anywhere(file: BufferedReader, known: Format, size: int, most: int) -> Cut | None:
    """Stretches that begin after the next line feed, evenly spread up to the file's end."""
    count = min(most, size // (2 * _STRETCH))
    chosen: list[Stretch] = []
    end = 0
    for at in range(count):
        start = (size - _STRETCH) * at // max(1, count - 1)
        if start and start < end:
            continue  # a long record reached as far as here
        if start:
            start += _first(file, known, start, size, 1).bytes
        if start >= size:
            break
        part = _first(file, known, start, size, _STRETCH)
        end = start + part.bytes
        chosen.append(Stretch(part._replace(start=start, stop=end), start or None))
    chosen = [chosen[at] for at in _spread(len(chosen), len(chosen))]
    return Cut([], chosen, False, size)


def _first(file: BufferedReader, known: Format, start: int, size: int, limit: int) -> Part:
    """The first part of what is left of the file from `start` on."""
    if known.cut is None:
        raise TypeError(f"{known.name} cannot be cut")
    rest = part_of(file, Part(start, size, size - start))
    return next(iter(known.cut(rest, limit)))


def _spread(count: int, most: int) -> list[int]:
    """At most so many of the numbers below `count`, in an order in which the first few are spread
    as well.
    """
    some = min(count, most)
    even = [at * (count - 1) // max(1, some - 1) for at in range(some)]
    digits = (some - 1).bit_length()
    return [even[at] for at in sorted(range(some), key=lambda at: f"{at:0{digits}b}"[::-1])]
