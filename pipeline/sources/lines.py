"""Lines of a stream of bytes, and where a large file can be cut between them.

What belongs here: lines of any length, of which only so much is held. What does not: what a line
means (jsonl).
"""

import hashlib
from collections.abc import Iterator
from io import BufferedReader
from typing import BinaryIO, NamedTuple

from pipeline.sources.raw import Part, Unreadable

_CHUNK = 256 * 1024


class TooLong(NamedTuple):
    """A line of which no more than this is known: its size and its SHA-256."""

    size: int
    digest: str


def lines(file: BufferedReader, limit: int) -> Iterator[bytes | TooLong]:
    """Each line without its line feed; of one that is longer than `limit` only a chunk is held.

    Raises `Unreadable` with what there was of the line that is torn. Where the stream goes on, its
    lines do when asked for again.
    """
    begun: list[bytes] = []  # pieces of the line that the chunk before ended in
    size = 0
    digest = None  # of a line that is too long to be held
    while True:
        try:
            chunk = file.read1(_CHUNK)
        except Unreadable as error:
            error.rest = b"".join(begun)
            raise
        first, *others = chunk.split(b"\n")
        size += len(first)
        if digest is None and size > limit:
            digest = hashlib.sha256(b"".join(begun))
        if digest is not None:
            digest.update(first)
            begun = []
        else:
            begun.append(first)
        if others or not chunk:
            if others or size:
                yield TooLong(size, digest.hexdigest()) if digest else b"".join(begun)
            digest = None
        if not chunk:
            return
        if others:
            *whole, last = others
            for line in whole:
                yield line if len(line) <= limit else _too_long(line)
            begun, size = [last], len(last)
            if size > limit:
                digest, begun = hashlib.sha256(last), []


def _too_long(line: bytes) -> TooLong:
    return TooLong(len(line), hashlib.sha256(line).hexdigest())


def cut_lines(file: BinaryIO, limit: int) -> Iterator[Part]:
    """Parts of `limit` bytes and the rest of their last line each, the last one aside.

    The number of a part's first record is that of its first line.
    """
    start, first = 0, 1
    while True:
        size = feeds = 0
        chunk = b"\n"
        while size < limit or not chunk.endswith(b"\n"):
            chunk = file.read(min(_CHUNK, limit - size)) if size < limit else file.readline(_CHUNK)
            if not chunk:
                break
            size += len(chunk)
            feeds += chunk.count(b"\n")
        if size or not start:
            yield Part(start, start + size, size, first)
        if size < limit:
            return
        start += size
        first += feeds


class LineCount:
    """Follows lines that come piece by piece: what a packed file of lines is cut by."""

    def __init__(self) -> None:
        self._feeds = 0
        self._ended = True

    def feed(self, piece: bytes) -> None:
        """The next bytes."""
        if piece:
            self._feeds += piece.count(b"\n")
            self._ended = piece.endswith(b"\n")

    def begins(self) -> int | None:
        """The number of the line that begins here; None within one."""
        return self._feeds + 1 if self._ended else None
