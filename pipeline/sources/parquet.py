"""Parquet: one record a row, its text in a named column, read batch by batch."""

from collections.abc import Iterator
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline import schema
from pipeline.sources.raw import Part, RawFile, seekable
from pipeline.sources.record import (
    Record,
    as_delivered,
    digest_of,
    metadata_of,
    of_bytes,
    rejected,
)
from pipeline.sources.settings import IngestSettings

# Few, since rows may be large.
_ROWS = 64


def read_parquet(raw: RawFile, settings: IngestSettings) -> Iterator[Record]:
    """The records of a Parquet file, or of some of its row groups; other columns are metadata."""
    with seekable(raw) as file:
        yield from _records(file, raw.part, settings)


def cut_parquet(file: BinaryIO, limit: int) -> Iterator[Part]:
    """Parts of whole row groups, of about `limit` bytes; none of a damaged file."""
    try:
        metadata = pq.ParquetFile(file).metadata
        groups = [metadata.row_group(at) for at in range(metadata.num_row_groups)]
        sizes = [(group.total_byte_size, group.num_rows) for group in groups]
    except (pa.ArrowException, OSError):
        return
    start = size = rows = 0
    first = 1
    for at, (bytes_, rows_) in enumerate(sizes):
        if size and size + bytes_ > limit:
            yield Part(start, at, size, first)
            first += rows
            start, size, rows = at, 0, 0
        size += bytes_
        rows += rows_
    yield Part(start, len(sizes), size, first)


def _records(file: BinaryIO, part: Part | None, settings: IngestSettings) -> Iterator[Record]:
    number = part.first - 1 if part else 0
    try:
        parquet = pq.ParquetFile(file)
        names = parquet.schema_arrow.names
        if settings.text_field not in names:
            reason = (
                f"has no column {settings.text_field!r} (ingest.text_field); "
                f"it has {', '.join(map(repr, names[:8])) or 'none'}"
            )
            yield rejected(0, b"", schema.MALFORMED, reason)
            return
        groups = range(part.start, part.stop) if part else None
        for batch in parquet.iter_batches(_ROWS, groups):
            for row in _rows(batch):
                number += 1
                yield _record(number, row, settings)
    except (pa.ArrowException, OSError) as error:
        where = f"after row {number}" if number else "from the start"
        reason = f"the Parquet file cannot be read {where}: {str(error).splitlines()[0]}"
        yield rejected(number + 1 if number else 0, b"", schema.UNREADABLE, reason)


def _rows(batch: pa.RecordBatch) -> list[dict[str, Any]]:
    """The rows as Python values; where a value has none, that cell alone is taken as it can be."""
    try:
        rows: list[dict[str, Any]] = batch.to_pylist()
    except (ValueError, OverflowError):
        names = batch.schema.names
        rows = [
            {name: _cell(batch.column(at), row) for at, name in enumerate(names)}
            for row in range(batch.num_rows)
        ]
    return rows


def _cell(column: pa.Array, row: int) -> Any:
    try:
        return column[row].as_py()
    except UnicodeDecodeError:  # text that is not UTF-8: its bytes
        return column.slice(row, 1).cast(pa.binary())[0].as_py()
    except (ValueError, OverflowError):  # a date beyond Python's years, say
        return f"a {column.type} that cannot be shown"


def _record(number: int, row: dict[str, Any], settings: IngestSettings) -> Record:
    text = row.pop(settings.text_field)
    metadata = metadata_of(row)
    if isinstance(text, bytes):
        return of_bytes(number, text, settings, metadata)
    if not isinstance(text, str):
        kind = "null" if text is None else type(text).__name__
        reason = f"row {number} has a {kind} in {settings.text_field!r}, a string is wanted"
        return rejected(number, b"", schema.MALFORMED, reason, metadata)
    raw = text.encode("utf-8")
    if len(raw) > settings.max_record_bytes:
        reason = (
            f"row {number} is larger than ingest.max_record_bytes = {settings.max_record_bytes}"
        )
        return rejected(number, raw, schema.OVERSIZE, reason, metadata)
    return Record(number, len(raw), digest_of(raw), as_delivered(text), metadata)
