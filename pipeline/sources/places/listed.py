"""Files that were named one by one: a single file, or a list of them.

What belongs here: reading lists, and what a named file is called. What does not: opening files of
this machine (places) or of others (remote).
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import BufferedReader
from pathlib import Path

from pipeline.sources.places import remote
from pipeline.sources.places.place import DumpError, Found, open_local
from pipeline.sources.places.urls import check, is_url, name_of, shown


@dataclass(frozen=True)
class Listed:
    """Files by name; a missing one shows when it is opened.

    name: see `Place.name`. paths: what the files are called, as in the list.
    where: paths or URLs of those that lie under another name than that. root: the folder that
    relative paths of this machine start from.
    """

    name: str
    paths: tuple[bytes, ...]
    where: Mapping[bytes, str] = field(default_factory=dict)
    root: Path = field(default_factory=Path.cwd)

    def __reduce__(self) -> tuple[object, ...]:
        """Who opens files in another process needs no list of all of them."""
        return Listed, (self.name, (), self.where, self.root)

    def files(self) -> Iterator[Found]:
        """See `Place.files`."""
        return map(Found, self.paths)

    def open(self, path: bytes) -> BufferedReader:
        """See `Place.open`."""
        where = self.where.get(path) or os.fsdecode(path)
        if is_url(where):
            return remote.open_url(where)
        return open_local(os.path.join(os.fsencode(self.root), os.fsencode(where)))

    def holds(self, _folder: Path, /) -> bool:
        """See `Place.holds`: what is named is there before anything is written."""
        return False


def single(where: str) -> Listed:
    """One file of this machine, or of the place that its URL leads to, under its own name."""
    if is_url(where):
        return Listed(shown(where), (name_of(where).encode(),), _at(where))
    path = Path(where)
    return Listed(where, (os.fsencode(path.name),), {os.fsencode(path.name): str(path.resolve())})


def _at(url: str) -> dict[bytes, str]:
    return {name_of(url).encode(): url}


def listed(file: Path) -> Listed:
    """The files of a list: a path or a URL on each line; blank lines and lines that start with #
    are passed over, and of equal lines all but the first.

    A file is called what its line says, a URL without its query, which may be a key; two that
    differ in nothing else are told apart by `~2`. Raises `DumpError`.
    """
    try:
        lines = [line.strip() for line in file.read_bytes().split(b"\n")]
    except OSError as error:
        raise DumpError(f"the list {file} cannot be read: {error.strerror}") from error
    lines = [line for line in dict.fromkeys(lines) if line and not line.startswith(b"#")]
    if not lines:
        raise DumpError(f"the list {file} names no files")
    paths: dict[bytes, None] = {}
    where = {}
    for line in lines:
        word = os.fsdecode(line)
        path = line
        if is_url(word):
            check(word)
            path = os.fsencode(shown(word))
            if path in paths:
                path = _another(path, paths)
            if path != line:
                where[path] = word
        paths[path] = None
    return Listed(f"@{file}", tuple(paths), where)


def _another(path: bytes, taken: Mapping[bytes, None]) -> bytes:
    number = 2
    while (new := path + f"~{number}".encode()) in taken:
        number += 1
    return new
