"""Zip archives: each member a file of its own.

What belongs here: an archive's list of members, and opening them one by one. What does not: what a
member holds (its own reader), an archive whose list is gone (zipped_torn).
"""

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from functools import partial
from io import RawIOBase
from lzma import LZMAError
from typing import IO, BinaryIO

from pipeline.sources.archives.inside import (
    Broken,
    Guarded,
    Names,
    leads_out,
    resolved,
    unsafe_name,
)
from pipeline.sources.archives.zipped_torn import read_torn_zip
from pipeline.sources.groups import parts_of
from pipeline.sources.limits import Limits, TooMuch
from pipeline.sources.raw import Part, PassedOver, RawFile, Unreadable, Unsafe, seekable
from pipeline.sources.settings import IngestSettings

# The list of members is held in memory, at about ten times this size.
_MAX_LIST_BYTES = 256 * 1024 * 1024
ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    LZMAError,
    EOFError,
    NotImplementedError,  # a method that the library does not know
    RuntimeError,  # a member that is encrypted
    OSError,
    ValueError,
    struct.error,
)
"""What reading an archive raises."""
_MAX_LINK = 4096
_ENCRYPTED = 0x1


def read_zip(raw: RawFile, settings: IngestSettings) -> Iterator[RawFile | PassedOver]:
    """The members of an archive, or of a part of one, in the order of its list.

    Where the list is damaged, what stands before it is read all the same.
    """
    del settings
    with seekable(raw) as file:
        try:
            archive = opened(file)
        except ERRORS as error:
            yield from read_torn_zip(raw, file, str(error))
            return
        names = Names()
        start, stop = (raw.part.start, raw.part.stop) if raw.part else (0, len(archive.infolist()))
        for at, member in enumerate(archive.infolist()):
            name = names.of(member.filename)
            if member.filename.endswith("/") or at >= stop:
                continue
            try:
                raw.limits.member()  # those of the parts before as well
            except TooMuch as error:
                if at < start:  # the part that it is in says so
                    return
                raise Unsafe(f"the zip archive {error}") from error
            if at < start:
                continue
            if _is_link(member) and not leads_out(_target(archive, member)):
                yield PassedOver("link within an archive")
            else:
                yield raw.member(name, member_stream(archive, member, raw.limits))


def cut_zip(file: BinaryIO, limit: int) -> Iterator[Part]:
    """Parts of so many members that about `limit` bytes come out; none of a damaged archive."""
    try:
        members = opened(file).infolist()
    except (Unsafe, *ERRORS):
        return
    yield from parts_of(((member.file_size, 0) for member in members), limit)


def opened(file: BinaryIO) -> zipfile.ZipFile:
    """The archive. Raises `Unsafe` where its list is too long to be held, and `ERRORS`."""
    end = zipfile._EndRecData(file)  # type: ignore[attr-defined]  # where the list is, unread
    if end and end[5] > _MAX_LIST_BYTES:
        raise Unsafe(f"the zip archive's list of members has {end[5]} bytes")
    archive = zipfile.ZipFile(file)
    for member in archive.infolist():
        # Some versions of Python refuse members that overlap, others don't. What comes out of them
        # is limited in any case (sources.limits).
        if hasattr(member, "_end_offset"):
            member._end_offset = None
    return archive


def _is_link(member: zipfile.ZipInfo) -> bool:
    return stat.S_ISLNK(member.external_attr >> 16)


def _target(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> str:
    """Where a link leads, from the archive's root."""
    try:
        with archive.open(member) as file:
            target = file.read(_MAX_LINK).decode("utf-8", "replace")
    except ERRORS:
        return ".."
    return resolved(member.filename, target)


def member_stream(archive: zipfile.ZipFile, member: zipfile.ZipInfo, limits: Limits) -> RawIOBase:
    """A member's bytes; reading them raises `Unreadable`."""
    if unsafe := unsafe_name(member.filename):
        return Broken(unsafe)
    if _is_link(member):
        return Broken(Unsafe("it is a link that leads out of the archive"))
    if member.flag_bits & _ENCRYPTED:
        return Broken(Unreadable("the member is encrypted"))
    try:
        file = _Checked(archive.open(member), member.CRC)
    except ERRORS as error:
        return Broken(Unreadable(f"the member cannot be read: {error}"))
    return Guarded(file, "the member", ERRORS, partial(_count, limits, member.compress_size, [0]))


class _Checked:
    """A member's bytes, checked at their end: the library's own check comes before the last of
    them is given, and keeps it.
    """

    def __init__(self, file: IO[bytes], checksum: int) -> None:
        self._file, self._checksum, self._found = file, checksum, 0
        self._file._expected_crc = None  # type: ignore[attr-defined]

    def read(self, size: int, /) -> bytes:
        """Up to so many bytes. Raises `zipfile.BadZipFile` at the end of what is damaged."""
        chunk: bytes = self._file.read1(size)  # type: ignore[attr-defined]
        self._found = zlib.crc32(chunk, self._found)
        if size and not chunk and self._found != self._checksum:
            raise zipfile.BadZipFile("its checksum is wrong, so some of it is")
        return chunk


def _count(limits: Limits, packed: int, so_far: list[int], new: int) -> None:
    so_far[0] += new
    try:
        limits.bytes(max(1, packed), so_far[0], new)
    except TooMuch as error:
        raise Unsafe(f"the member {error}") from error
