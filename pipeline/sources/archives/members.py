"""Where a large gzip file can be cut: at members with which a record begins.

What belongs here: going through a file's members, unpacking them to know where they end. What does
not: what is in them, which its format follows (lines, warc_walk), reading the parts (gzipped).

Where a member ends is not written anywhere, so that the file is unpacked for it once, which takes
about 3 s for each GB that comes out. A look at the file's bytes spares that where there is no
second member.
"""

import re
import zlib
from collections.abc import Iterator
from typing import BinaryIO, Protocol

from pipeline.sources.limits import Limits, TooMuch
from pipeline.sources.raw import Part

_CHUNK = 256 * 1024
_PIECE = 1024 * 1024
# What a member begins with (RFC 1952): by chance that stands once in some hundred GB.
_MEMBER = re.compile(rb"\x1f\x8b\x08[\x00-\x1f].{4}[\x00\x02\x04][\x00-\x0d\xff]", re.DOTALL)
_MEMBER_BYTES = 10


class Unfollowed(Exception):
    """What is in the file is not well formed: it must be read in one piece."""


class Follower(Protocol):
    """Follows the records of a format through pieces of any size."""

    def feed(self, piece: bytes, /) -> None:
        """The next bytes. Raises `Unfollowed`."""
        ...

    def begins(self) -> int | None:
        """The number of the record that begins here; None within one."""
        ...


def cut_gzip(file: BinaryIO, limit: int, follower: Follower, limits: Limits) -> Iterator[Part]:
    """Parts of about `limit` packed bytes; none of a file that is torn or has one member only."""
    if not _has_many(file):
        return
    file.seek(0)
    parts: list[Part] = []
    start = end = 0
    first = 1
    try:
        for end in _ends(file, follower, limits):
            number = follower.begins()
            if end - start >= limit and number is not None:
                parts.append(Part(start, end, end - start, first))
                start, first = end, number
    except (zlib.error, EOFError, TooMuch, Unfollowed):
        return
    if end > start:
        parts.append(Part(start, end, end - start, first))
    yield from parts


def _has_many(file: BinaryIO) -> bool:
    """Whether it looks as if a member follows the first one."""
    file.seek(1)
    kept = b""
    while chunk := file.read(_PIECE):
        if _MEMBER.search(kept + chunk):
            return True
        kept = chunk[1 - _MEMBER_BYTES :]
    return False


def _ends(file: BinaryIO, follower: Follower, limits: Limits) -> Iterator[int]:
    """The byte at which each member ends, what fills up after it included, once it was followed."""
    data, at, out = file.read(_CHUNK), 0, 0  # `at`: the byte after those of `data`
    at = len(data)
    while data:
        unpacker = zlib.decompressobj(31)
        while not unpacker.eof:
            if not data:
                data = file.read(_CHUNK)
                at += len(data)
                if not data:
                    raise EOFError
            piece = unpacker.decompress(data, _PIECE)
            data = unpacker.unconsumed_tail
            out += len(piece)
            limits.bytes(at, out, len(piece))
            follower.feed(piece)
        data = unpacker.unused_data.lstrip(b"\0")
        while not data and (chunk := file.read(_CHUNK)):
            at += len(chunk)
            data = chunk.lstrip(b"\0")
        yield at - len(data)
