"""JSON Lines, plain or compressed: one object a line, its text in a named field.

A line that is no such object is a rejected record of its own; all other lines arrive. A line is
never held in memory beyond `max_record_bytes`. Blank lines are no records.
"""

import gzip
import hashlib
import io
import json
import re
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple, cast

import orjson
import zstandard

from pipeline import schema
from pipeline.sources.record import (
    NO_METADATA,
    Record,
    as_delivered,
    digest_of,
    metadata_of,
    rejected,
)
from pipeline.sources.settings import IngestSettings

_CHUNK = 1024 * 1024
# Small, since every four bytes may decompress to a block of 128 kB.
_ZSTD_CHUNK = 256
_JSON = json.JSONDecoder(parse_constant=str)  # NaN is no JSON: it is kept as a string
_SURROGATE = re.compile(r"\\u[dD]")
_EXACT = {str, int, bool, type(None)}
_BOM = b"\xef\xbb\xbf"


def read_jsonl(file: BinaryIO, settings: IngestSettings, first: int = 1) -> Iterator[Record]:
    """The records of a JSON Lines file, in order, or of a part of one from its line `first` on."""
    for number, raw in enumerate(_lines(file, settings.max_record_bytes), first):
        if isinstance(raw, _TooLong):
            reason = (
                f"line of {raw.size} bytes, more than "
                f"ingest.max_record_bytes = {settings.max_record_bytes}"
            )
            yield Record(number, raw.size, raw.digest, None, NO_METADATA, schema.OVERSIZE, reason)
            continue
        if number == 1:
            raw = raw.removeprefix(_BOM)
        if raw and not raw.isspace():
            yield _record(number, raw, settings.text_field)


def read_jsonl_gz(file: BinaryIO, settings: IngestSettings) -> Iterator[Record]:
    """The same inside gzip, member after member."""
    stream = gzip.GzipFile(fileobj=file, mode="rb")
    torn = (EOFError, gzip.BadGzipFile, zlib.error)
    yield from _until_torn(read_jsonl(cast(BinaryIO, stream), settings), file, "gzip", torn)


def read_jsonl_zst(file: BinaryIO, settings: IngestSettings) -> Iterator[Record]:
    """The same inside Zstandard, frame after frame."""
    stream = io.BufferedReader(_ZstdFrames(file), _CHUNK)
    torn = (EOFError, zstandard.ZstdError)
    yield from _until_torn(read_jsonl(cast(BinaryIO, stream), settings), file, "zstd", torn)


def _until_torn(
    records: Iterator[Record], file: BinaryIO, name: str, torn: tuple[type[Exception], ...]
) -> Iterator[Record]:
    """All records before the tear, then one that says where the stream tore."""
    number = 0
    try:
        for record in records:
            number = record.number
            yield record
    except torn as error:
        reason = (
            f"the {name} stream is torn after line {number}, "
            f"at or before byte {file.tell()} of the file: {error}"
        )
        yield rejected(number + 1, b"", schema.UNREADABLE, reason)


class _ZstdFrames(io.RawIOBase):
    """The bytes inside Zstandard frames. A frame that ends too early raises `EOFError`;
    the library's own stream reader ends there without a word.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._frame = zstandard.ZstdDecompressor().decompressobj()
        self._begun = False
        self._rest = b""  # compressed bytes not yet looked at
        self._ready = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        while not self._ready:
            chunk = self._rest or self._file.read(_ZSTD_CHUNK)
            if not chunk:
                if self._begun:
                    raise EOFError("the last frame ends too early")
                return 0
            self._begun = True
            self._ready = memoryview(self._frame.decompress(chunk))
            self._rest = self._frame.unused_data
            if self._frame.eof:
                self._frame = zstandard.ZstdDecompressor().decompressobj()
                self._begun = False
        size = min(len(buffer), len(self._ready))
        buffer[:size] = self._ready[:size]
        self._ready = self._ready[size:]
        return size


class _TooLong(NamedTuple):
    """A line of which no more than this is known: its size and its SHA-256."""

    size: int
    digest: str


def _lines(file: BinaryIO, limit: int) -> Iterator[bytes | _TooLong]:
    """Each line of the file without its line feed; of one that is longer than `limit` only a chunk
    is held at once.
    """
    while True:
        line = file.readline(limit + 1)
        if not line:
            return
        if len(line) <= limit or line.endswith(b"\n"):
            yield line.removesuffix(b"\n")
            continue
        size, digest = len(line), hashlib.sha256(line)
        while piece := file.readline(_CHUNK):
            ended = piece.endswith(b"\n")
            piece = piece.removesuffix(b"\n")
            size += len(piece)
            digest.update(piece)
            if ended:
                break
        yield _TooLong(size, digest.hexdigest())


def _record(number: int, raw: bytes, text_field: str) -> Record:
    if (item := _plain(raw)) is not None and isinstance(text := item.pop(text_field, None), str):
        return Record(number, len(raw), digest_of(raw), as_delivered(text), metadata_of(item))
    return _any_record(number, raw, text_field)


def _plain(raw: bytes) -> dict[str, Any] | None:
    """The object in the line, where it is nothing but valid and plain; None for all else, which
    Python's parser looks at: it takes more, and says what is wrong.
    """
    try:
        item = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return None
    # Large numbers come as floats, and floats may be written otherwise than they came.
    if isinstance(item, dict) and all(type(value) in _EXACT for value in item.values()):
        return item
    return None


def _any_record(number: int, raw: bytes, text_field: str) -> Record:
    try:
        line = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        return rejected(
            number,
            raw,
            schema.UNDECODABLE,
            f"line {number}, byte {error.start} of the line (0x{raw[error.start]:02X}) "
            f"is not UTF-8: {error.reason}",
        )
    try:
        item = _JSON.decode(line)
    except json.JSONDecodeError as error:
        reason = f"is not JSON: {error.msg} at character {error.pos}"
        return _malformed(number, raw, line, reason)
    except (RecursionError, ValueError) as error:
        return _malformed(number, raw, line, f"is not JSON that can be read: {error}")
    if not isinstance(item, dict):
        return _malformed(number, raw, line, f"is a JSON {_kind(item)}, an object is wanted")
    if text_field not in item:
        found = ", ".join(map(repr, list(item)[:8])) or "none"
        reason = f"has no field {text_field!r} (ingest.text_field); it has {found}"
        return _malformed(number, raw, line, reason)
    text = item.pop(text_field)
    if not isinstance(text, str):
        reason = f"has a JSON {_kind(text)} in {text_field!r}, a string is wanted"
        return _malformed(number, raw, line, reason)
    try:
        if _SURROGATE.search(line):  # only an escape can make a lone one
            text.encode("utf-8")
    except UnicodeEncodeError as error:
        reason = (
            f"line {number} has a lone surrogate U+{ord(text[error.start]):04X} "
            f"at character {error.start} of {text_field!r}"
        )
        return rejected(number, raw, schema.UNDECODABLE, reason, metadata_of(item))
    return Record(number, len(raw), digest_of(raw), as_delivered(text), metadata_of(item))


def _malformed(number: int, raw: bytes, line: str, reason: str) -> Record:
    """A line that is text but no document: the line itself is what can be kept of it."""
    return Record(
        number,
        len(raw),
        digest_of(raw),
        as_delivered(line),
        NO_METADATA,
        schema.MALFORMED,
        f"line {number} {reason}",
    )


def _kind(value: object) -> str:
    if value is None:
        return "null"
    names = {bool: "boolean", int: "number", float: "number", str: "string", list: "array"}
    return names.get(type(value), "object")
