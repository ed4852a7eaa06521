"""A place seen through a pattern, as in `raw/**/*.jsonl.gz`.

What belongs here: what a pattern means, the same for folders and for stores. What does not:
listing (places, remote).

`*` and `?` stand for parts of one name, `[ab]` for one of several letters, `**` for any number of
folders. As in a whole folder, names that start with a dot or an underscore are no delivery.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from io import BufferedReader
from pathlib import Path

from pipeline.sources.places.place import DumpError, Folder, Found, Place

_MAGIC = re.compile(r"[*?[]")
_ANY_DEPTH = "**"


def is_pattern(words: str) -> bool:
    """Whether there is anything in it that stands for something else."""
    return bool(_MAGIC.search(words))


def parted(words: str) -> tuple[str, str]:
    """What comes before the first name with a pattern in it, and the rest: `raw` and `*/a.txt`."""
    names = words.split("/")
    at = next(number for number, name in enumerate(names) if is_pattern(name))
    return "/".join(names[:at]), "/".join(names[at:])


def depth_of(pattern: str) -> int | None:
    """How many folders deep its files lie; None for any number."""
    names = pattern.split("/")
    return None if _ANY_DEPTH in names else len(names)


@dataclass(frozen=True)
class Matching:
    """Those files of a place whose paths below it match the pattern."""

    place: Place
    pattern: str

    @property
    def name(self) -> str:
        """See `Place.name`."""
        return f"{self.place.name}/{self.pattern}"

    def files(self) -> Iterator[Found]:
        """See `Place.files`; also raises `DumpError` where nothing matches."""
        names = self.pattern.split("/")
        none = True
        for found in self.place.files():
            parts = found.path.decode("utf-8", "surrogateescape").split("/")
            if found.error or matches(names, parts):
                none = False
                yield found
        if none:
            raise DumpError(f"nothing matches {self.name}")

    def open(self, path: bytes) -> BufferedReader:
        """See `Place.open`."""
        return self.place.open(path)

    def holds(self, folder: Path, /) -> bool:
        """See `Place.holds`."""
        if not isinstance(self.place, Folder) or not self.place.holds(folder):
            return False
        below = folder.resolve().relative_to(self.place.root.resolve())
        names = self.pattern.split("/")
        return _may_lead(names if names[-1] == _ANY_DEPTH else names[:-1], below.parts)


def matches(names: Sequence[str], parts: Sequence[str]) -> bool:
    """Whether a path, in parts, is one of those that the pattern, in names, stands for."""
    if not names:
        return not parts
    first, rest = names[0], names[1:]
    if first == _ANY_DEPTH and rest:
        return any(matches(rest, parts[skipped:]) for skipped in range(len(parts)))
    if first == _ANY_DEPTH:
        return bool(parts)
    return bool(parts) and fnmatchcase(parts[0], first) and matches(rest, parts[1:])


def _may_lead(folders: Sequence[str], parts: Sequence[str]) -> bool:
    """Whether the pattern's files may lie in a folder, or in one within it."""
    for name, part in zip(folders, parts, strict=False):
        if name == _ANY_DEPTH:
            return True
        if not fnmatchcase(part, name):
            return False
    return len(folders) >= len(parts)
