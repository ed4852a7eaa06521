"""Rows of Arrow columns as records: the text in a named column, all others metadata.

What belongs here: what a row says, and columns that are damaged. What does not: the files that
columns lie in (parquet, arrowfile).
"""

from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa

from pipeline import schema
from pipeline.sources.record import (
    Record,
    as_delivered,
    digest_of,
    metadata_of,
    of_bytes,
    rejected,
)
from pipeline.sources.settings import IngestSettings

ROWS = 64
"""So many become Python values at once: few, since they may be large."""


def without_column(names: Sequence[str], settings: IngestSettings) -> Record | None:
    """The record that says that there is no column with the text; None where there is one."""
    if settings.text_field in names:
        return None
    reason = (
        f"has no column {settings.text_field!r} (ingest.text_field); "
        f"it has {', '.join(map(repr, names[:8])) or 'none'}"
    )
    return rejected(0, b"", schema.MALFORMED, reason)


def records_of(batch: pa.RecordBatch, number: int, settings: IngestSettings) -> Iterator[Record]:
    """The records of a batch, numbered from `number` on."""
    for start in range(0, batch.num_rows, ROWS):
        for row in _rows(batch.slice(start, ROWS)):
            yield _record(number, row, settings)
            number += 1


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
