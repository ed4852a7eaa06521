"""Tar archives: each member a file of its own, read forwards.

What belongs here: going from header to header, past damage too. What does not: what a member holds
(its own reader), what the archive is packed in (packed).
"""

import tarfile
from collections.abc import Iterator
from io import BufferedReader, RawIOBase
from typing import cast

from pipeline import schema
from pipeline.sources.archives.inside import (
    Broken,
    Exactly,
    Guarded,
    Names,
    leads_out,
    resolved,
    unsafe_name,
)
from pipeline.sources.limits import TooMuch
from pipeline.sources.raw import PassedOver, RawFile, Unsafe
from pipeline.sources.record import NO_METADATA, Record, digest_of
from pipeline.sources.settings import IngestSettings

# What reading a header that is none raises.
_DAMAGE = (tarfile.HeaderError, ValueError, LookupError, RecursionError)
_BLOCK = 512
# More than this at once is read only by a header that claims to be as long.
_MAX_READ = 16 * 1024 * 1024


def read_tar(raw: RawFile, settings: IngestSettings) -> Iterator[RawFile | Record | PassedOver]:
    """The members of an archive, in order; where something else stands between them, a record that
    says so.
    """
    del settings
    archive = _Headers(raw.stream)
    names, gaps = Names(), 0
    while (found := archive.next()) is not None:
        if isinstance(found, _Gap):
            gaps += 1
            yield _unreadable(gaps, found)
            continue
        if found.isdir():
            continue
        try:
            raw.limits.member()
        except TooMuch as error:
            raise Unsafe(f"the tar archive {error}") from error
        if found.isfile():
            stream = archive.open(found)
            yield raw.member(names.of(found.name), stream)
            if isinstance(stream, Guarded) and stream.failed:
                return  # the archive ends in it
        elif not (found.issym() or found.islnk()):
            yield PassedOver("device or pipe in an archive")
        elif leads_out(_target(found)):
            outside = Unsafe("it is a link that leads out of the archive")
            yield raw.member(names.of(found.name), Broken(outside))
        else:
            yield PassedOver("link within an archive")


class _Gap:
    """Bytes that are no header, where one should be."""

    def __init__(self, start: int) -> None:
        self.start = start
        self.size = 0

    def __str__(self) -> str:
        if not self.size:
            return f"the tar archive ends at byte {self.start} without an end mark"
        return f"{self.size} bytes of the tar archive, from byte {self.start} on, are no header"


class _Headers:
    """The headers of an archive, one after the other.

    The library's own loop stops at the first damage without a word; this one looks on, block by
    block. Attributes without underscore are what reading a header needs of an archive.
    """

    encoding = "utf-8"
    errors = "surrogateescape"
    tarinfo = tarfile.TarInfo

    def __init__(self, stream: BufferedReader) -> None:
        self.fileobj = _Forward(stream)
        self.pax_headers: dict[str, str] = {}
        self.offset = 0  # of the next header
        self._marked = False  # the end of the archive is marked
        self._after_gap: tarfile.TarInfo | None = None

    def next(self) -> "tarfile.TarInfo | _Gap | None":
        """The next member, or what stands in its place; None at the end. Raises `Unreadable`."""
        if found := self._after_gap:
            self._after_gap = None
            return found
        self.fileobj.seek(self.offset)
        gap = _Gap(self.fileobj.tell())
        while True:
            here = self.fileobj.tell()
            block = self.fileobj.read(_BLOCK)
            if not block:
                self.offset = here
                if gap.size or not self._marked:
                    self._marked = True
                    return gap
                return None
            self._marked = not block.strip(b"\0")
            if self._marked:
                continue
            self.fileobj.unread(block)
            try:
                found = tarfile.TarInfo.fromtarfile(cast(tarfile.TarFile, self))
                sound = found.size >= 0
            except _DAMAGE:
                sound = False
            if not sound:
                gap.size += self.fileobj.tell() - here
            elif gap.size:
                self._after_gap = found
                return gap
            else:
                return found

    def open(self, member: tarfile.TarInfo) -> RawIOBase:
        """The member's bytes."""
        if unsafe := unsafe_name(member.name):
            return Broken(unsafe)
        if member.issparse():
            return Broken(Unsafe("it is a sparse file, of holes that unpack to any size"))
        self.fileobj.seek(member.offset_data)
        return Guarded(Exactly(self.fileobj, member.size), "the member", (EOFError,))


class _Forward:
    """A stream that is only read forwards, and knows where it is."""

    def __init__(self, stream: BufferedReader) -> None:
        self._stream = stream
        self._at = 0
        self._back = b""

    def tell(self) -> int:
        return self._at

    def seek(self, place: int) -> None:
        while self._at < place and self.read(min(place - self._at, _MAX_READ)):
            pass

    def read(self, size: int, /) -> bytes:
        if size > _MAX_READ:
            raise Unsafe(f"a header of the tar archive claims to have {size} bytes")
        chunk, self._back = self._back[:size], self._back[size:]
        if len(chunk) < size:
            chunk += self._stream.read(size - len(chunk))
        self._at += len(chunk)
        return chunk

    def unread(self, chunk: bytes) -> None:
        self._back = chunk + self._back
        self._at -= len(chunk)


def _target(link: tarfile.TarInfo) -> str:
    """Where a link leads, from the archive's root."""
    return link.linkname if link.islnk() else resolved(link.name, link.linkname)


def _unreadable(number: int, gap: _Gap) -> Record:
    digest = digest_of(str(gap).encode())
    return Record(number, gap.size, digest, None, NO_METADATA, schema.UNREADABLE, str(gap))
