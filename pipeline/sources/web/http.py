"""An HTTP response as it came over the wire: its head, and what its body holds.

What belongs here: the status, chunks, and what the body is packed with. What does not: which
responses are wanted (warc_record).

A crawler may have undone the chunks and the packing and left the header fields as they were. So a
body counts as chunked or packed only if it begins like one.
"""

import re
from collections.abc import Mapping
from io import RawIOBase
from typing import Any, NamedTuple

from pipeline.sources.archives.packed import (
    BROTLI,
    DEFLATE,
    ONE_GZIP,
    ZLIB,
    ZSTD,
    Packing,
    Unpacked,
)
from pipeline.sources.fields import fields_of
from pipeline.sources.limits import Limits
from pipeline.sources.raw import Unreadable, buffered
from pipeline.sources.web.ahead import Ahead, Rest

_HEAD_BYTES = 256 * 1024
_STATUS = re.compile(rb"HTTP/\d(?:\.\d)?[ \t]+(\d{3})(?!\d)[^\n]*\n")
_HEAD_END = re.compile(rb"\n\r?\n")
_CHUNK_LINE = re.compile(rb"[ \t]*([0-9a-fA-F]{1,15})[ \t]*(?:;[^\r\n]*)?\r?\n")
_CHUNK_LINE_BYTES = 4096
_LOOK = 4096
_MOST_CODINGS = 4


class Response(NamedTuple):
    """A response, whose body comes as the server meant it.

    unknown: a content coding that it is packed with and that nothing here unpacks.
    """

    status: int
    fields: Mapping[str, str]
    body: RawIOBase
    unknown: str | None


def response_of(ahead: Ahead, limits: Limits) -> Response | None:
    """The response that a stream holds; None where its head is none."""
    head = ahead.look(_LOOK)
    found = _STATUS.match(head)
    if found is None:
        return None
    end = _HEAD_END.search(head)
    if end is None and len(head) == _LOOK:
        head = ahead.look(_HEAD_BYTES)
        end = _HEAD_END.search(head)
    if end is None and len(head) == _HEAD_BYTES:
        return None
    size = end.end() if end else len(head)
    ahead.take(size)
    fields = fields_of(head[found.end() : size])
    body: RawIOBase = Rest(ahead)
    chunked = "chunked" in fields.get("transfer-encoding", "").lower()
    if chunked and _CHUNK_LINE.match(ahead.look(_CHUNK_LINE_BYTES)):
        body = Chunks(ahead)
    codings = [coding.strip().lower() for coding in fields.get("content-encoding", "").split(",")]
    codings = [coding for coding in codings if coding and coding not in _NO_CODINGS]
    unknown = next((coding for coding in codings if coding not in _CODINGS), None)
    if unknown is None and len(codings) <= _MOST_CODINGS:
        for coding in reversed(codings):
            body = _unpacked(body, coding, limits)
    elif unknown is None:
        unknown = ", ".join(codings)
    return Response(int(found[1]), fields, body, unknown)


def _unpacked(body: RawIOBase, coding: str, limits: Limits) -> RawIOBase:
    ahead = Ahead(buffered(body))
    packing = _packing(coding, ahead.look(_LOOK))
    return Unpacked(Rest(ahead), packing, limits) if packing else Rest(ahead)


class Chunks(RawIOBase):
    """The body of a response that came in chunks (RFC 9112 7.1)."""

    def __init__(self, ahead: Ahead) -> None:
        self._ahead = ahead
        self._left = 0
        self._begun = self._ended = False
        self._out = 0
        self._torn: Unreadable | None = None

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any, /) -> int:
        """The next bytes. Raises `Unreadable` where a chunk is wrong, each time the same."""
        if self._torn is None and not self._left and not self._ended:
            self._torn = self._next()
        chunk = b""
        if self._torn is None and self._left:
            chunk = self._ahead.take(min(len(buffer), self._left))
            if not chunk:
                self._torn = self._ahead.tear() or Unreadable(
                    f"the response ends {self._left} bytes before its chunk does"
                )
        if self._torn:
            raise self._torn
        self._left -= len(chunk)
        self._out += len(chunk)
        buffer[: len(chunk)] = chunk
        return len(chunk)

    def _next(self) -> Unreadable | None:
        """Stand at the next chunk; the error where none begins here."""
        if self._begun:
            for end in (b"\r\n", b"\n"):
                if self._ahead.look(len(end)) == end:
                    self._ahead.take(len(end))
                    break
        self._begun = True
        found = _CHUNK_LINE.match(self._ahead.look(_CHUNK_LINE_BYTES))
        if found is None:
            wrong = self._ahead.look(12)
            if not wrong:
                return self._ahead.tear() or Unreadable(
                    f"the response ends without a last chunk, after {self._out} bytes"
                )
            return Unreadable(f"no chunk begins after {self._out} bytes, but {wrong!r}")
        self._ahead.take(found.end())
        self._left = int(found[1], 16)
        self._ended = not self._left  # what may follow are fields
        return None


def _packing(coding: str, head: bytes) -> Packing | None:
    """How a body is packed that begins so; None where it is not, whatever the fields say."""
    if coding in ("gzip", "x-gzip"):
        return ONE_GZIP if head.startswith(b"\x1f\x8b") else None
    if coding == "zstd":
        return ZSTD if head.startswith(b"\x28\xb5\x2f\xfd") else None
    kinds = (BROTLI,) if coding == "br" else (ZLIB, DEFLATE)  # deflate is zlib, not to all servers
    for packing in kinds:
        try:
            packing.opens().decompress(head, _LOOK)
        except packing.errors:
            continue
        return packing
    return None


_CODINGS = ("gzip", "x-gzip", "deflate", "br", "zstd")
_NO_CODINGS = ("identity", "none", "utf-8", "utf8", "binary", "8bit")
