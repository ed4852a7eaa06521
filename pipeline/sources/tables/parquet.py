"""Parquet: one record a row, its text in a named column, read batch by batch.

What a row says: columns.
"""

from collections.abc import Iterator
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline import schema
from pipeline.sources.groups import parts_of
from pipeline.sources.raw import Part, RawFile, seekable
from pipeline.sources.record import Record, rejected
from pipeline.sources.settings import IngestSettings
from pipeline.sources.tables.columns import ROWS, records_of, without_column


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
    yield from parts_of(sizes, limit)


def _records(file: BinaryIO, part: Part | None, settings: IngestSettings) -> Iterator[Record]:
    number = part.first - 1 if part else 0
    try:
        parquet = pq.ParquetFile(file)
        if missing := without_column(parquet.schema_arrow.names, settings):
            if not part or not part.start:  # the file is rejected once, not by every part
                yield missing
            return
        groups = range(part.start, part.stop) if part else None
        for batch in parquet.iter_batches(ROWS, groups):
            for record in records_of(batch, number + 1, settings):
                number = record.number
                yield record
    except (pa.ArrowException, OSError) as error:
        where = f"after row {number}" if number else "from the start"
        reason = f"the Parquet file cannot be read {where}: {str(error).splitlines()[0]}"
        yield rejected(number + 1 if number else 0, b"", schema.UNREADABLE, reason)
