"""CSV, TSV and their like: one record a row, its text in a named column.

What belongs here: the header, rows as records, parts of large files. What does not: how a table is
written (dialect), where rows end (rowstream), which encoding a file is in (fileencoding).

Blank lines are no rows; row 1 is the first below the header.
"""

import codecs
from collections.abc import Iterator
from dataclasses import replace
from io import SEEK_END, BufferedReader
from json.encoder import encode_basestring
from typing import BinaryIO, NamedTuple, cast

import numpy as np

from pipeline import schema
from pipeline.decode import Decoded
from pipeline.sources.objects.wide import as_delivered_in, narrowed, wide_encoding
from pipeline.sources.raw import Part, RawFile, Unreadable
from pipeline.sources.record import (
    NO_METADATA,
    Record,
    as_delivered,
    digest_of,
    rejected,
    torn,
)
from pipeline.sources.settings import REPLACE, IngestSettings
from pipeline.sources.stretch import part_of
from pipeline.sources.tables.dialect import Dialect, dialect_of
from pipeline.sources.tables.fileencoding import Sampled
from pipeline.sources.tables.rowstream import MOST, Row, RowStream

# A part that begins later looks no further for the bytes that tell the encoding.
_LOOKED_AT = 8 * 1024 * 1024
_CHUNK = 1024 * 1024
_UTF8 = as_delivered("")
_MARKED = replace(_UTF8, evidence="bom")


class _Header(NamedTuple):
    """A file's first row, and what is known by it.

    text: the place of the text's column. before: bytes before the row. others: the places of all
    other columns, and their names as JSON.
    """

    dialect: Dialect
    names: list[str]
    text: int
    before: int
    others: list[tuple[int, str]]

    def metadata(self, fields: list[str]) -> str:
        """What `metadata_of` makes of the other columns; there are many rows, and all are text."""
        made = [f"{name}: {encode_basestring(fields[at])}" for at, name in self.others]
        return f"{{{', '.join(made)}}}"


class _Damaged(Exception):
    """There is no header; the message says why."""


def read_csv(raw: RawFile, settings: IngestSettings) -> Iterator[Record]:
    """The records of a table, or of a part of one; other columns are metadata."""
    stream, encoding = raw.stream, None
    wide = wide_encoding(raw.head())
    if wide:
        stream, encoding = narrowed(stream, wide), _UTF8
    number = raw.part.first - 1 if raw.part else 0
    try:
        bytes_ = Sampled(stream, encoding)
        opened = _opened(bytes_, settings)
        if opened is None:
            return
        header, rows = opened
        if raw.part:
            bytes_, rows = _part(raw.stream, raw.part, bytes_, header)
        for row in rows:
            number += 1
            raw_row = _without_end(row, header.dialect)
            record = _record(number, row, raw_row, header, bytes_.encoding or _UTF8, settings)
            yield as_delivered_in(wide, raw_row, record) if wide and row.raw else record
    except _Damaged as error:
        if not raw.part or not raw.part.start:  # the file is rejected once, not by every part
            yield rejected(0, b"", schema.MALFORMED, str(error))
    except Unreadable as error:
        yield torn(number + 1, error.rest, error, error.after(f"row {number}"))


def cut_csv(file: BinaryIO, limit: int) -> Iterator[Part]:
    """Parts of whole rows, of about `limit` bytes; none of a file in UTF-16 or UTF-32.

    They are cut where reading the whole file finds rows, past damage too.
    """
    bytes_ = Sampled(cast(BufferedReader, file), _UTF8)  # what rows say is not looked at
    head = bytes_.head()
    if wide_encoding(head):
        return
    dialect, before = _written(head)
    bytes_.skip(before)
    start, number, first = 0, -1, 1  # the header is no row
    for run in RowStream(bytes_.read, dialect, before).runs():
        if isinstance(run, Row):
            ends = np.array([run.start + run.size])
            counts = np.array([number + 1])
        else:
            ends = run.start + run.ends
            counts = number + np.cumsum(run.fields > 0)
        number = int(counts[-1])
        while (at := int(np.searchsorted(ends, start + limit))) < len(ends):
            end, rows = int(ends[at]), int(counts[at])
            if rows >= 0:
                yield Part(start, end, end - start, first)
                start, first = end, rows + 1
            ends, counts = ends[at + 1 :], counts[at + 1 :]
    size = file.seek(0, SEEK_END)
    if start < size or not start:
        yield Part(start, size, size - start, first)


def _written(head: bytes) -> tuple[Dialect, int]:
    """(dialect, how many bytes come before the header), by the first bytes."""
    mark = len(codecs.BOM_UTF8) if head.startswith(codecs.BOM_UTF8) else 0
    dialect, before = dialect_of(head[mark:])
    return dialect, mark + before


def _opened(bytes_: Sampled, settings: IngestSettings) -> tuple[_Header, Iterator[Row]] | None:
    """The header and the rows below; None of an empty file. Raises `_Damaged`."""
    head = bytes_.head()
    dialect, before = _written(head)
    if head.startswith(codecs.BOM_UTF8):
        bytes_.encoding = _MARKED
    bytes_.skip(before)
    rows = RowStream(bytes_.read, dialect, before).rows()
    first = next(rows, None)
    if first is None:
        return None
    if first.raw is None or first.wrong:
        raise _Damaged(f"its first row is no header: {first.wrong or 'it is too long'}")
    row = first.raw.decode((bytes_.encoding or _UTF8).encoding, "replace")
    names = _apart(dialect.fields(row))
    if settings.text_field in names:
        text = names.index(settings.text_field)
        others = [(at, encode_basestring(each)) for at, each in enumerate(names) if at != text]
        return _Header(dialect, names, text, before, others), rows
    raise _Damaged(
        f"has no column {settings.text_field!r} (ingest.text_field); it has "
        f"{', '.join(map(repr, names[:8]))} ({dialect})"
    )


def _apart(names: list[str]) -> list[str]:
    """The columns' names, no two alike and none empty."""
    made: dict[str, None] = {}
    for number, name in enumerate(map(str.strip, names), 1):
        free, times = name or f"column {number}", 1
        while free in made:
            times += 1
            free = f"{name or f'column {number}'} ({times})"
        made[free] = None
    return list(made)


def _part(
    file: BufferedReader, part: Part, bytes_: Sampled, header: _Header
) -> tuple[Sampled, Iterator[Row]]:
    """The bytes and the rows of a part of the file, whose beginning has been read."""
    looked_at = 0
    while bytes_.encoding is None and looked_at < _LOOKED_AT and (chunk := bytes_.read(_CHUNK)):
        looked_at += len(chunk)
    start = part.start or header.before
    stretch = Sampled(part_of(file, part._replace(start=start)), bytes_.encoding)
    rows = RowStream(stretch.read, header.dialect, start, len(header.names)).rows()
    if not part.start:
        next(rows, None)  # the header
    return stretch, rows


def _without_end(row: Row, dialect: Dialect) -> bytes:
    """The row's bytes without its line end; none of a row that is not held."""
    return (row.raw or b"").removesuffix(dialect.line_end).removesuffix(b"\r")


def _record(
    number: int,
    row: Row,
    raw: bytes,
    header: _Header,
    encoding: Decoded,
    settings: IngestSettings,
) -> Record:
    if row.raw is None or len(raw) > settings.max_record_bytes:
        return _too_long(number, row, raw, settings)
    encoding = _UTF8 if raw.isascii() else encoding
    lossless = True
    try:
        line = raw.decode(encoding.encoding)
    except UnicodeDecodeError as error:
        if settings.on_undecodable != REPLACE:
            reason = (
                f"{_place(number, row)}, byte {error.start} of it (0x{raw[error.start]:02X}) does "
                f"not fit {encoding.encoding}, in which the file is: {error.reason}"
            )
            return rejected(number, raw, schema.UNDECODABLE, reason)
        line, lossless = raw.decode(encoding.encoding, "replace"), False
    fields = [] if row.wrong else header.dialect.fields(line)
    wrong = row.wrong or _misfit(fields, header, raw)
    text, metadata = line, NO_METADATA
    if not wrong:
        text = fields[header.text]
        metadata = header.metadata(fields)
    decoded = Decoded(
        text, encoding.encoding, encoding.evidence, encoding.confidence, False, lossless
    )
    record = Record(number, len(raw), digest_of(raw), decoded, metadata)
    if wrong:
        reason = f"{_place(number, row)}: {wrong}"
        return replace(record, verdict=schema.MALFORMED, reason=reason)
    return record


def _place(number: int, row: Row) -> str:
    return f"row {number} (from byte {row.start} of the file on)"


def _too_long(number: int, row: Row, raw: bytes, settings: IngestSettings) -> Record:
    size, digest = (row.size, row.digest) if row.raw is None else (len(raw), digest_of(raw))
    most = min(settings.max_record_bytes, MOST)
    reason = (
        f"{_place(number, row)} has {size} bytes, more than ingest.max_record_bytes = {most}"
        f"{row.wrong and '; '}{row.wrong}"
    )
    return Record(number, size, digest, None, NO_METADATA, schema.OVERSIZE, reason)


def _misfit(fields: list[str], header: _Header, raw: bytes) -> str:
    """Why these can be no record; empty where they can. Empty fields may follow the last one."""
    known = len(header.names)
    if b"\0" in raw:
        return f"byte {raw.index(0)} of it is NUL, which no table in text form has"
    if len(fields) < known or any(fields[known:]):
        lines = raw.count(header.dialect.line_end) + 1
        over = f", over {lines} lines: a quote may not be closed" if lines > 1 else ""
        return f"it has {len(fields)} fields{over}; the header has {known}"
    return ""
