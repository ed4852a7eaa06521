"""A stretch of a file, read as if it were a file of its own.

What belongs here: reading no further than the stretch goes. What does not: where files are cut.
"""

from io import BufferedReader, RawIOBase
from typing import Any, BinaryIO

from pipeline.sources.raw import Part, buffered


def part_of(file: BinaryIO | BufferedReader, part: Part) -> BufferedReader:
    """The bytes of an open file from byte `part.start` to `part.stop`."""
    file.seek(part.start)
    return buffered(_Part(file, part.stop - part.start))


class _Part(RawIOBase):
    def __init__(self, file: BinaryIO | BufferedReader, size: int) -> None:
        self._file = file
        self._left = size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        chunk = self._file.read(min(len(buffer), self._left))
        self._left -= len(chunk)
        buffer[: len(chunk)] = chunk
        return len(chunk)
