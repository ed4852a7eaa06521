"""Files in UTF-16 or UTF-32, as the UTF-8 that readers of records go through byte by byte.

What belongs here: knowing such a file, its bytes as UTF-8, and a record's own bytes
again. What does not: other encodings, in which every ASCII byte means itself (decode).
"""

import codecs
from dataclasses import replace
from io import BufferedReader, RawIOBase
from typing import Any, NamedTuple

from pipeline.decode import Decoded
from pipeline.sources.raw import buffered
from pipeline.sources.record import Record, digest_of

# Longest first, since UTF-32-LE starts with the mark of UTF-16-LE.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CHUNK = 256 * 1024
_SAMPLE = 16
# In place of bytes that are no character: no UTF-8, so that the record they are in is found out.
_NO_CHARACTER = b"\xff"


class Wide(NamedTuple):
    """One of these encodings, and why it is that: by a `bom`, or `detected`."""

    encoding: str
    evidence: str


def wide_encoding(head: bytes) -> Wide | None:
    """The encoding of a file that begins so, where it is one of these: by its mark, or by the NUL
    beside each of the first letters, which must be ASCII.
    """
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return Wide(encoding, "bom")
    sample = head[:_SAMPLE]
    first, second = sample[::2], sample[1::2]
    if len(sample) < _SAMPLE or not sample.replace(b"\0", b"").isascii():
        return None
    if 0 not in first and not any(second):
        return Wide("utf-16-le", "detected as utf-16-le")
    if not any(first) and 0 not in second:
        return Wide("utf-16-be", "detected as utf-16-be")
    return None


def narrowed(stream: BufferedReader, wide: Wide) -> BufferedReader:
    """The stream in UTF-8, without its mark; a lone surrogate becomes three bytes that are none."""
    return buffered(_Narrowed(stream, wide.encoding))


def as_delivered_in(known: Wide, raw: bytes, record: Record) -> Record:
    """The record of the UTF-8 bytes `raw`, with size, digest and encoding of those in the file."""
    encoding, evidence = known
    try:
        wide = raw.decode("utf-8", "surrogatepass").encode(encoding, "surrogatepass")
    except UnicodeDecodeError:
        return record  # what is no character has no bytes to be got back
    decoded = record.decoded
    if decoded:
        decoded = Decoded(
            decoded.text, encoding, evidence, 1.0, byte_order_mark=False, lossless=True
        )
    return replace(record, size=len(wide), digest=digest_of(wide), decoded=decoded)


class _Narrowed(RawIOBase):
    def __init__(self, stream: BufferedReader, encoding: str) -> None:
        self._stream = stream
        self._encoding = encoding
        self._rest = b""  # of a character
        self._ready = b""
        self._begun = self._ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        while not self._ready and not self._ended:
            chunk = self._stream.read1(_CHUNK)
            self._ended = not chunk
            self._ready = self._utf8(chunk)
        piece, self._ready = self._ready[: len(buffer)], self._ready[len(buffer) :]
        buffer[: len(piece)] = piece
        return len(piece)

    def _utf8(self, chunk: bytes) -> bytes:
        wide, self._rest = self._rest + chunk, b""
        found = []
        while wide:
            decoder = codecs.getincrementaldecoder(self._encoding)("surrogatepass")
            try:
                text = decoder.decode(wide, final=self._ended)
            except UnicodeDecodeError as error:
                before = wide[: error.start].decode(self._encoding, "surrogatepass")
                found += [before.encode("utf-8", "surrogatepass"), _NO_CHARACTER]
                wide = wide[max(error.end, error.start + 1) :]
                continue
            self._rest = decoder.getstate()[0]
            found.append(text.encode("utf-8", "surrogatepass"))
            break
        narrow = b"".join(found)
        if narrow and not self._begun:
            self._begun = True
            narrow = narrow.removeprefix(codecs.BOM_UTF8)
        return narrow
