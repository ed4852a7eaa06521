"""How much may be read: time for all of it, bytes of each file.

What belongs here: streams that stop when it is used up. What does not: what is read (visits).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from io import BufferedReader, RawIOBase
from typing import Any

from pipeline.sources.limits import Limits
from pipeline.sources.raw import buffered


class Enough(Exception):
    """No more is read of this file: its share of bytes, or all of the time, is used up.

    No reader catches it: it is no damage of the file.
    """


class Deadline:
    """When to stop. clock: seconds from any start on."""

    def __init__(self, clock: Callable[[], float], seconds: float) -> None:
        self._clock = clock
        self._start = clock()
        self._seconds = seconds

    def passed(self, share: float = 1.0) -> bool:
        """Whether this share of the time is used up."""
        return self.used() >= share

    def used(self) -> float:
        """The share of the time that is used up; more than 1 after its end."""
        return (self._clock() - self._start) / self._seconds


@dataclass
class Meter:
    """What is read of one file, and how far its records go.

    most: bytes that may be read, and that may be unpacked. share: of the time, see `Deadline`; so
    many times as much before the first record: patience.
    read: bytes read so far. records: told by who reads them; marks: (records, bytes) each time
    that more was read, of which the first after a record and the last are kept.
    """

    deadline: Deadline
    most: int
    share: float = 1.0
    patience: float = 1.0
    read: int = 0
    unpacked: int = 0
    records: int = 0
    marks: list[tuple[int, int]] = field(default_factory=list)

    def takes(self, size: int) -> None:
        """So many bytes are about to be read. Raises `Enough`."""
        if self.records:
            del self.marks[1:]
            self.marks.append((self.records, self.read))
        self.read += size
        self.check()

    def came_out(self, size: int) -> None:
        """So many bytes were unpacked. Raises `Enough`."""
        self.unpacked += size
        self.check()

    def check(self) -> None:
        """Raises `Enough`."""
        share = self.share if self.records else self.share * self.patience
        if self.full() or self.deadline.passed(share):
            raise Enough

    def full(self) -> bool:
        """Whether all bytes are used up."""
        return max(self.read, self.unpacked) > self.most


class _Metered(RawIOBase):
    def __init__(self, file: BufferedReader, meter: Meter) -> None:
        self._file = file
        self._meter = meter

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return self._file.seekable()

    def seek(self, place: int, whence: int = 0, /) -> int:
        return self._file.seek(place, whence)

    def tell(self) -> int:
        return self._file.tell()

    def readinto(self, buffer: Any, /) -> int:
        self._meter.check()
        chunk = self._file.read(len(buffer))
        self._meter.takes(len(chunk))
        buffer[: len(chunk)] = chunk
        return len(chunk)


def metered(file: BufferedReader, meter: Meter) -> BufferedReader:
    """The file, of which no more is read than the meter allows; reading raises `Enough` then."""
    return buffered(_Metered(file, meter))


@dataclass
class MeteredLimits(Limits):
    """Limits of a delivered file, of which no more is unpacked than the meter allows."""

    meter: Meter | None = None

    def bytes(self, packed: int, layer: int, new: int) -> None:
        """See `Limits.bytes`. Also raises `Enough`."""
        super().bytes(packed, layer, new)
        if self.meter:
            self.meter.came_out(new)
