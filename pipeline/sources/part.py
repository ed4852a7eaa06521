"""A stretch of a file, read as if it were a file of its own.

What belongs here: reading no further than the stretch goes. What does not: where files are cut.
"""

import io
from typing import Any, BinaryIO, cast

_BUFFER = 1024 * 1024


def part_of(file: BinaryIO, start: int, size: int) -> BinaryIO:
    """The `size` bytes of an open file from byte `start` on."""
    file.seek(start)
    return cast(BinaryIO, io.BufferedReader(_Part(file, size), _BUFFER))


class _Part(io.RawIOBase):
    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file = file
        self._left = size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        chunk = self._file.read(min(len(buffer), self._left))
        self._left -= len(chunk)
        buffer[: len(chunk)] = chunk
        return len(chunk)
