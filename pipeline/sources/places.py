"""Where raw files lie, and opening them.

What belongs here: listing and opening the files of a dump. What does not: what they hold (read),
how they are grouped into work (steps.ingest).
"""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedReader, FileIO
from pathlib import Path
from typing import Protocol

from pipeline.sources.raw import buffered

# Names that mark or hide rather than deliver: _SUCCESS, .DS_Store, and the like.
_NO_DELIVERY = (".", "_")


class Place(Protocol):
    """A dump's files, wherever they are; it can be pickled."""

    def files(self) -> Iterator[tuple[bytes, str]]:
        """(path below the place, error) of files, and of folders that cannot be listed."""
        ...

    def open(self, path: bytes) -> BufferedReader:
        """The file, opened for reading; it can be read back and forth. Raises `OSError`."""
        ...


@dataclass(frozen=True)
class Folder:
    """A folder of this machine.

    Files and folders whose names start with a dot or an underscore are no delivery; links to
    folders are not followed.
    """

    root: Path

    def files(self) -> Iterator[tuple[bytes, str]]:
        """See `Place.files`."""
        return _files(os.fsencode(self.root), b"")

    def open(self, path: bytes) -> BufferedReader:
        """See `Place.open`; also for what is no regular file."""
        full = os.path.join(os.fsencode(self.root), path)
        # A pipe would be waited on for ever.
        if not stat.S_ISREG(os.stat(full).st_mode):
            raise OSError(None, "not a regular file")
        return buffered(FileIO(full))


def _files(root: bytes, inside: bytes) -> Iterator[tuple[bytes, str]]:
    try:
        listing = os.scandir(os.path.join(root, inside))
    except OSError as error:
        yield inside, f"the folder cannot be listed: {cause(error)}"
        return
    with listing as entries:
        for entry in entries:
            if os.fsdecode(entry.name).startswith(_NO_DELIVERY):
                continue
            path = os.path.join(inside, entry.name)
            if entry.is_dir(follow_symlinks=False):
                yield from _files(root, path)
            else:
                yield path, ""


def cause(error: OSError) -> str:
    """What went wrong, without the path."""
    return error.strerror or str(error)
