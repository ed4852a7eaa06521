"""Zip archives whose list of members is gone: what the members' own headers say.

What belongs here: going from header to header. What does not: archives that are whole (zipped).
"""

import re
import struct
from collections.abc import Iterator
from io import RawIOBase
from typing import BinaryIO, NamedTuple

from pipeline.sources.archives.inside import Broken, Exactly, Guarded, Names, unsafe_name
from pipeline.sources.archives.packed import DEFLATE, Unpacked
from pipeline.sources.limits import TooMuch
from pipeline.sources.raw import Part, PassedOver, RawFile, Unreadable, Unsafe
from pipeline.sources.stretch import part_of

_HEADER = struct.Struct("<4s5H3L2H")  # APPNOTE.TXT 4.3.7
_ANY_HEADER = re.compile(rb"PK(\x03\x04|\x07\x08|\x01\x02|\x05\x06|\x06\x06)")
_MEMBER = b"PK\x03\x04"
_STORED, _DEFLATED = 0, 8
_ENCRYPTED, _UTF8 = 0x1, 0x800
_CHUNK = 1024 * 1024


class _Member(NamedTuple):
    """A member by its own header. packed: its size, 0 where the header does not know it."""

    name: str
    flags: int
    method: int
    packed: int
    start: int
    stop: int


def read_torn_zip(raw: RawFile, file: BinaryIO, error: str) -> Iterator[RawFile | PassedOver]:
    """The members that are there, then the error. Raises `Unreadable`."""
    names = Names()
    for member in _members(file):
        try:
            raw.limits.member()
        except TooMuch as too_much:
            raise Unsafe(f"the zip archive {too_much}") from too_much
        if not member.name.endswith("/"):
            yield raw.member(names.of(member.name), _stream(raw, file, member))
    raise Unreadable(f"the zip archive is torn, its list of members cannot be read: {error}")


def _members(file: BinaryIO) -> Iterator[_Member]:
    """Each member, from its header to where the next header begins."""
    at = _next_header(file, 0)
    while at is not None:
        file.seek(at)
        fields = file.read(_HEADER.size)
        if len(fields) < _HEADER.size or fields[:2] != b"PK":
            return
        if fields[:4] != _MEMBER:  # sizes after a member, or the list
            at = _next_header(file, at + 4)
            continue
        _, _, flags, method, _, _, _, packed, _, name_size, extra_size = _HEADER.unpack(fields)
        name = file.read(name_size)
        start = at + _HEADER.size + name_size + extra_size
        # Sizes may be missing, or not to be believed: where the next header stands decides, but
        # not within the bytes that the member says it has.
        at = _next_header(file, start + packed) or _next_header(file, start)
        stop = at if at is not None else file.seek(0, 2)
        text = name.decode("utf-8" if flags & _UTF8 else "cp437", "replace")
        yield _Member(text, flags, method, packed, start, max(start, stop))


def _next_header(file: BinaryIO, start: int) -> int | None:
    """Where the next header of any kind begins, from `start` on."""
    file.seek(start)
    at, kept = start, b""
    while chunk := file.read(_CHUNK):
        window = kept + chunk
        if found := _ANY_HEADER.search(window):
            return at - len(kept) + found.start()
        at += len(chunk)
        kept = window[-3:]
    return None


def _stream(raw: RawFile, file: BinaryIO, member: _Member) -> RawIOBase:
    if unsafe := unsafe_name(member.name):
        return Broken(unsafe)
    if member.flags & _ENCRYPTED:
        return Broken(Unreadable("the member is encrypted"))
    stretch = part_of(file, Part(member.start, member.stop, 0))
    if member.method == _DEFLATED:
        return Unpacked(stretch, DEFLATE, raw.limits)
    if member.method == _STORED:
        return Guarded(Exactly(stretch, member.packed), "the member", (EOFError,))
    return Broken(Unreadable(f"the member is packed by method {member.method}"))
