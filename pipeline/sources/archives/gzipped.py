"""gzip files whose broken members cost no more than themselves.

What belongs here: finding the member after a broken one, and what can be had of the broken one;
reading a part of a file. What does not: unpacking what is whole (packed), cutting (members).

Archives of the web hold a member for each record, and many dumps of lines one for every so many
lines, so that what comes after a broken member is as good as what came before.
"""

import zlib
from collections import deque
from collections.abc import Iterator
from typing import Any, BinaryIO

from pipeline.sources.archives.packed import GZIP, Unpacked
from pipeline.sources.limits import Limits
from pipeline.sources.raw import HEAD_BYTES, Later, RawFile, Unreadable
from pipeline.sources.settings import IngestSettings
from pipeline.sources.stretch import part_of

# Of a member that breaks, no more than this is looked through for the start of the next one.
_WINDOW = 1024 * 1024
_CHUNK = 64 * 1024
_MARK = b"\x1f\x8b\x08"
_RESERVED_FLAGS = 0xE0  # RFC 1952 2.3.1: bits that a member has not set
# What is taken for a member must unpack to so much, or to its end, within so much.
_SOUND_IN = 4096
_SOUND_OUT = 16
_STEP = 64


def read_gzip(raw: RawFile, settings: IngestSettings) -> Iterator[RawFile]:
    """What is in the file, or in a part of it that begins with a member."""
    if not raw.part:
        yield raw.unpacked(GZIP.suffixes, Members(raw.stream, raw.limits))
        return
    head = Members(raw.stream, Limits(settings, raw.limits.delivered)).read(HEAD_BYTES)
    later = Later(raw.part.first, head or b"")
    stretch = part_of(raw.stream, raw.part)
    yield raw.unpacked(GZIP.suffixes, Members(stretch, raw.limits), later)


class Members(Unpacked):
    """The bytes inside a gzip stream; one that goes on behind a tear, if another member follows."""

    resumes = True

    def __init__(self, file: BinaryIO | Any, limits: Limits) -> None:
        super().__init__(file, GZIP, limits)
        self._window: deque[bytes] = deque()  # the packed bytes of this member that came last
        self._kept = 0
        self._entire = True  # and they are all
        self._before = 0  # what had come out when it began
        self._failed: Exception | None = None

    def _feed(self) -> bytes:
        first = not self._begun
        data = super()._feed()
        if first:
            self._window.clear()
            self._kept, self._entire, self._before = 0, True, self._out
        self._window.append(data)
        self._kept += len(data)
        while self._kept - len(self._window[0]) > _WINDOW:
            self._kept -= len(self._window.popleft())
            self._entire = False
        return data

    def _unpack(self) -> bool:
        if self._failed:
            error, self._failed = self._failed, None
            raise error
        try:
            return super()._unpack()
        except zlib.error as error:
            rest = self._held_back()
            if not rest:
                raise
            self._failed = error
            self._out += len(rest)
            self._limits.bytes(self._in, self._out, len(rest))
            self._ready = memoryview(rest)
            return True

    def _held_back(self) -> bytes:
        """What zlib had unpacked when it found the error, and did not give away."""
        if not self._entire:
            return b""
        packed, unpacker = b"".join(self._window), zlib.decompressobj(31)
        given, rest, at = self._out - self._before, bytearray(), 0
        before = unpacker.copy()
        try:
            for at in range(0, len(packed), _STEP):
                before = unpacker.copy()
                rest += unpacker.decompress(packed[at : at + _STEP])
                past = min(given, len(rest))
                given -= past
                del rest[:past]
        except zlib.error:
            rest += _up_to_the_error(before, packed[at : at + _STEP])
        return bytes(rest[given:])

    def _more(self, something: bool) -> bool:
        try:
            return super()._more(something)
        except Unreadable as error:
            if error.goes_on:
                error.within = self._out > self._before
                self._torn = None
                self._go_on()
            raise

    def _go_on(self) -> None:
        """Stand at the next member that is sound, or at the end."""
        data, at = b"".join(self._window), 1 if self._entire else 0
        self._member, self._begun, self._rest = GZIP.opens(), False, b""
        while True:
            found = data.find(_MARK, at)
            if found < 0 or len(data) - found < _SOUND_IN:
                try:
                    more = self._file.read(_CHUNK)
                except Unreadable as error:
                    if error.goes_on:  # of the stream that this one lies in: it is told already
                        continue
                    self._torn = error
                    return
                if more:
                    self._in += len(more)
                    start = found if found >= 0 else max(at, len(data) - len(_MARK) + 1)
                    data, at = data[start:] + more, 0
                    continue
            if found < 0:
                return
            if _is_sound(data[found : found + _SOUND_IN]):
                self._rest = data[found:]
                return
            at = found + 1


def _up_to_the_error(unpacker: Any, packed: bytes) -> bytes:
    rest = bytearray()
    try:
        for byte in packed:
            rest += unpacker.decompress(bytes([byte]))
    except zlib.error:
        pass
    return bytes(rest)


def _is_sound(packed: bytes) -> bool:
    """Whether a member begins here, by what comes out of it."""
    if packed[3:4] and packed[3] & _RESERVED_FLAGS:
        return False
    unpacker, out = zlib.decompressobj(31), 0
    try:
        for at in range(0, len(packed), _STEP):
            out += len(unpacker.decompress(packed[at : at + _STEP]))
            if out >= _SOUND_OUT or unpacker.eof:
                return True
    except zlib.error:
        return False
    return False
