"""What readers read: a raw file, or a member of an archive, as a named stream of bytes.

What belongs here: the stream's name, its first bytes, and the ways in which it can end badly.
What does not: which reader a file gets (formats), how archives are opened (gzipped, zipped …).
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import DEFAULT_BUFFER_SIZE, BufferedReader, RawIOBase
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, NamedTuple, cast

from pipeline import schema
from pipeline.sources.limits import Limits

HEAD_BYTES = 64 * 1024
# A member that must be read back and forth lies in memory up to this size, then in a scratch file.
_SPOOL_BYTES = 32 * 1024 * 1024
_CHUNK = 1024 * 1024
INSIDE = "!/"
"""Between an archive and its member in a source, as in `dump.zip!/news/page.html`."""


class Unreadable(Exception):
    """The stream cannot be read any further; the message says where and why.

    told: a record says so already. rest: what was read of the record that is torn.
    goes_on: the stream itself can be read on, from the next place at which something begins.
    within: what stands before the tear is a part of what is torn.
    """

    verdict = schema.UNREADABLE

    def __init__(self, reason: str, rest: bytes = b"") -> None:
        super().__init__(reason)
        self.told = self.goes_on = False
        self.within = True
        self.rest = rest

    def after(self, place: str) -> str:
        """The message, with what was read last."""
        return f"{self}, after {place}"


class Unsafe(Unreadable):
    """The stream will not be read any further: it is, or may be, made to do harm."""

    verdict = schema.UNSAFE


class Part(NamedTuple):
    """A part of a raw file, in the unit that its format is cut in (bytes, row groups, members).

    start, stop: from where to where; bytes: about how large; first: the number of its first record.
    """

    start: int
    stop: int
    bytes: int
    first: int = 1


class Later(NamedTuple):
    """Where a stream begins that is no more than a part of what it is unpacked from.

    first: the number of its first record. head: the first bytes of the whole.
    """

    first: int
    head: bytes


class PassedOver(NamedTuple):
    """Some of a raw file's items that are no text and were not asked for, all of one kind."""

    kind: str
    items: int = 1
    bytes: int = 0


@dataclass(frozen=True)
class RawFile:
    """A raw file or a member of one.

    source: its path below the dump's folder, members after `INSIDE`.
    name: the same without what is unpacked already: `a.jsonl` of the source `a.jsonl.gz`.
    stream: its bytes, read forwards. part: the part to be read; None for the whole.
    later: what is said of a stream that is unpacked from a part.
    limits: what may be unpacked of the delivered file that it is from. depth: how many archives
    it lies in.
    """

    source: str
    name: str
    stream: BufferedReader
    limits: Limits
    part: Part | None = None
    depth: int = 0
    later: Later | None = None

    @property
    def first(self) -> int:
        """The number of its first record."""
        begins = self.part or self.later
        return begins.first if begins else 1

    def head(self) -> bytes:
        """The first bytes, up to `HEAD_BYTES`, which stay to be read. Raises `Unreadable`."""
        if self.later:
            return self.later.head
        return self.stream.peek(HEAD_BYTES)[:HEAD_BYTES]

    def unpacked(
        self, suffixes: tuple[str, ...], stream: RawIOBase, later: Later | None = None
    ) -> "RawFile":
        """What a compressed file holds; its name loses the suffix that says how."""
        name = self.name
        for suffix in suffixes:
            if name.lower().endswith(suffix):
                name = name[: -len(suffix)]
                break
        inner, depth = buffered(stream), self.depth + 1
        return replace(self, name=name, stream=inner, part=None, depth=depth, later=later)

    def member(self, name: str, stream: RawIOBase | BufferedReader) -> "RawFile":
        """A member of an archive."""
        file = stream if isinstance(stream, BufferedReader) else buffered(stream)
        source, depth = f"{self.source}{INSIDE}{name}", self.depth + 1
        return replace(
            self, source=source, name=name, stream=file, part=None, depth=depth, later=None
        )


class _Buffered(BufferedReader):
    """One that gives what it has got where the stream is torn; the next call then raises.

    Its base throws away what a call had gathered before the stream below it raised.
    """

    _tear: Unreadable | None = None

    def read(self, size: int | None = -1, /) -> bytes:
        """As many bytes as are wanted, fewer only before the end or a tear."""
        self._raise()
        left = sys.maxsize if size is None or size < 0 else size
        pieces: list[bytes] = []
        while left > 0:
            try:
                piece = super().read1(min(left, HEAD_BYTES))
            except Unreadable as error:
                if not pieces:
                    raise
                self._tear = error  # a stream that goes on behind a tear raises but once
                break
            if not piece:
                break
            pieces.append(piece)
            left -= len(piece)
        return b"".join(pieces)

    def read1(self, size: int = -1, /) -> bytes:
        """What one read of the stream gives, or what is left of one before."""
        self._raise()
        return super().read1(size)

    def peek(self, size: int = 0, /) -> bytes:
        """The same, to be read again."""
        self._raise()
        return super().peek(size)

    def _raise(self) -> None:
        tear, self._tear = self._tear, None
        if tear:
            raise tear


def buffered(stream: RawIOBase) -> BufferedReader:
    """The stream with room for `RawFile.head`."""
    return _Buffered(stream, max(HEAD_BYTES, DEFAULT_BUFFER_SIZE))


@contextmanager
def seekable(raw: RawFile) -> Iterator[BinaryIO]:
    """The stream as a file that can be read back and forth: itself, or a scratch copy of it.

    Where the stream is torn, what comes before the tear can be read, and then the tear is raised.
    Raises `Unreadable`, and `Unsafe` where it is too large to copy.
    """
    if raw.stream.seekable():
        yield cast(BinaryIO, raw.stream)
        return
    with SpooledTemporaryFile(max_size=_SPOOL_BYTES) as scratch:
        torn = _copied(raw, cast(BinaryIO, scratch))
        scratch.seek(0)
        try:
            yield cast(BinaryIO, scratch)
        except Unreadable:
            if torn is None:
                raise
        if torn:
            raise torn


def _copied(raw: RawFile, scratch: BinaryIO) -> Unreadable | None:
    """Copy the stream; where it is torn, the tear. Raises `Unsafe`."""
    size, most = 0, raw.limits.settings.max_scratch_bytes
    while True:
        try:
            chunk = raw.stream.read1(_CHUNK)
        except Unsafe:
            raise
        except Unreadable as error:
            return error
        if not chunk:
            return None
        size += len(chunk)
        if size > most:
            raise Unsafe(
                "it can only be read from a scratch copy, and is larger than "
                f"ingest.max_scratch_bytes = {most}"
            )
        scratch.write(chunk)


def shown(name: str | bytes) -> str:
    """A name as text that no other name is written as: what is no UTF-8 as escapes, a backslash
    doubled, and no `INSIDE`.
    """
    raw = name.encode("utf-8", "surrogateescape") if isinstance(name, str) else name
    text = raw.replace(b"\\", b"\\\\").decode("utf-8", "backslashreplace")
    return text.replace(INSIDE, "\\x21/")
