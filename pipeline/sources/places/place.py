"""Where raw files lie, and opening them.

What belongs here: what every place can do, and the folder of this machine. What does not: other
places (listed, matching, remote), what a user's words mean (dumps), what files hold (read).
"""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedReader, FileIO, RawIOBase
from pathlib import Path
from typing import NamedTuple, Protocol

from pipeline.sources.raw import buffered

# Names that mark or hide rather than deliver: _SUCCESS, .DS_Store, and the like.
NO_DELIVERY = (".", "_")


class DumpError(ValueError):
    """There is no dump to read; the message says what to do."""


class Found(NamedTuple):
    """A file of a place, or a folder that cannot be listed.

    path: below the place. error: why it cannot be listed. identity: what the place says about its
    content (see `Identified`), of size bytes; None where it must be read to know.
    """

    path: bytes
    error: str = ""
    identity: str | None = None
    size: int = 0


class Arrival(NamedTuple):
    """What a place says about a file without its being read.

    facts: they change when the file does. at: when it came there, in seconds since 1970.
    """

    path: str
    facts: tuple[int | str, ...]
    at: float


class Place(Protocol):
    """A dump's files, wherever they are; it can be pickled, and then still opens files."""

    @property
    def name(self) -> str:
        """How it is shown to people; without passwords and keys."""
        ...

    def files(self) -> Iterator[Found]:
        """Its files. Raises `DumpError` where it cannot be listed at all."""
        ...

    def open(self, path: bytes) -> BufferedReader:
        """The file, opened for reading; it can be read back and forth, unless it says that it is
        not seekable. Raises `OSError`, then and when it is read.
        """
        ...

    def holds(self, folder: Path, /) -> bool:
        """Whether what is written into a folder of this machine could become one of its files."""
        ...


class Identified(RawIOBase):
    """A file whose place knows a checksum of its content.

    identity: equal only for equal contents: a SHA-256 in hex digits, or another checksum after its
    kind and a colon. None where the place knows none.
    """

    identity: str | None = None


def identity_of(file: BufferedReader) -> str | None:
    """What the place that a file was opened from says about its content."""
    return file.raw.identity if isinstance(file.raw, Identified) else None


@dataclass(frozen=True)
class Folder:
    """A folder of this machine.

    Files and folders whose names start with a dot or an underscore are no delivery; links to
    folders are not followed. depth: files at most so many folders deep, 1 for those right in it;
    None for all.
    """

    root: Path
    depth: int | None = None

    @property
    def name(self) -> str:
        """See `Place.name`."""
        return str(self.root)

    def files(self) -> Iterator[Found]:
        """See `Place.files`."""
        return _files(os.fsencode(self.root), b"", self.depth)

    def open(self, path: bytes) -> BufferedReader:
        """See `Place.open`; also for what is no regular file."""
        return open_local(os.path.join(os.fsencode(self.root), path))

    def holds(self, folder: Path, /) -> bool:
        """See `Place.holds`."""
        return folder.resolve().is_relative_to(self.root.resolve())

    def arrivals(self) -> Iterator[Arrival]:
        """All that is in the folder, also what is no delivery.

        A file arrived when its inode last changed: a copy may keep the sender's own times.
        """
        for parent, _, names in os.walk(self.root):
            for name in names:
                full = os.path.join(parent, name)
                try:
                    facts = os.lstat(full)
                except FileNotFoundError:
                    continue  # renamed while we looked: the next look sees it
                path = os.path.relpath(full, self.root)
                yield Arrival(path, (facts.st_size, facts.st_mtime_ns), facts.st_ctime)


def open_local(full: bytes) -> BufferedReader:
    """A file of this machine. Raises `OSError`, also for what is no regular file."""
    # A pipe would be waited on for ever.
    if not stat.S_ISREG(os.stat(full).st_mode):
        raise OSError(None, "not a regular file")
    return buffered(FileIO(full))


def _files(root: bytes, inside: bytes, depth: int | None) -> Iterator[Found]:
    try:
        listing = os.scandir(os.path.join(root, inside))
    except OSError as error:
        yield Found(inside, f"the folder cannot be listed: {cause(error)}")
        return
    with listing as entries:
        for entry in entries:
            if os.fsdecode(entry.name).startswith(NO_DELIVERY):
                continue
            path = os.path.join(inside, entry.name)
            if not entry.is_dir(follow_symlinks=False):
                yield Found(path)
            elif depth is None or depth > 1:
                yield from _files(root, path, depth and depth - 1)


def is_delivery(path: str) -> bool:
    """Whether no folder on the way to the file, nor the file, has a name that hides or marks."""
    return not any(part.startswith(NO_DELIVERY) for part in path.split("/"))


def cause(error: OSError) -> str:
    """What went wrong, without the path."""
    return error.strerror or str(error)
