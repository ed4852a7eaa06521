"""Arrow IPC files and streams, and Feather of both ages: one record a row, batch by batch.

What belongs here: going from batch to batch, up to where a file is torn. What does not: what a row
says (columns). A batch is held in memory, as it is in all that reads Arrow.
"""

import struct
from collections.abc import Iterator
from typing import BinaryIO

import pyarrow as pa
from pyarrow import feather, ipc

from pipeline import schema
from pipeline.sources.groups import parts_of
from pipeline.sources.raw import Part, RawFile, Unreadable, seekable
from pipeline.sources.record import Record, rejected
from pipeline.sources.settings import IngestSettings
from pipeline.sources.tables.columns import records_of, without_column

FILE, FEATHER_1, STREAM = b"ARROW1\0\0", b"FEA1", b"\xff\xff\xff\xff"
# Before the stream that an IPC file holds.
_MAGIC = len(FILE)
# `MemoryError`: a damaged length asks for more than there is.
_ERRORS = (pa.ArrowException, OSError, ValueError, MemoryError, struct.error)
# The first version of Feather can only be read whole.
_MAX_FEATHER_1 = 512 * 1024 * 1024


class _Torn(Exception):
    """There are no more batches that can be read; the message says why."""


def read_arrow(raw: RawFile, settings: IngestSettings) -> Iterator[Record]:
    """The records of a file, or of some of its batches; other columns are metadata."""
    number = raw.part.first - 1 if raw.part else 0
    head = raw.head()[:_MAGIC]
    with seekable(raw) as file:
        try:
            for batch in _batches(file, head, raw.part):
                if missing := without_column(batch.schema.names, settings):
                    # The file is rejected once, not by every part.
                    if not raw.part or not raw.part.start:
                        yield missing
                    return
                for found in _sound(batch, number + 1, settings):
                    if isinstance(found, Record):
                        yield found
                    else:
                        yield from records_of(found, number + 1, settings)
                number += batch.num_rows
        except _Torn as error:
            where = f"after row {number}" if number else "from the start"
            reason = f"the Arrow file cannot be read {where}: {error}"
            yield rejected(number + 1 if number else 0, b"", schema.UNREADABLE, reason)


def cut_arrow(file: BinaryIO, limit: int) -> Iterator[Part]:
    """Parts of whole batches, of about `limit` bytes; none of a stream or a damaged file."""
    try:
        if file.read(_MAGIC) != FILE:
            return
        file.seek(0)
        reader = ipc.open_file(file)
        sizes = []
        for at in range(reader.num_record_batches):
            batch = reader.get_batch(at)
            sizes.append((batch.nbytes, batch.num_rows))
    except _ERRORS:
        return
    yield from parts_of(sizes, limit)


def _batches(file: BinaryIO, head: bytes, part: Part | None) -> Iterator[pa.RecordBatch]:
    """The batches, in order; an empty one first where there are none. Raises `_Torn`."""
    try:
        if head.startswith(FEATHER_1):
            yield from _feather_1(file)
            return
        if head == FILE:
            try:
                reader = ipc.open_file(file)
            except _ERRORS:  # its list of batches is gone: they can be read one by one
                file.seek(_MAGIC)
            else:
                yield _no_rows(reader.schema)
                for at in range(reader.num_record_batches)[_slice(part)]:
                    yield reader.get_batch(at)
                return
        stream = ipc.open_stream(file)
        yield _no_rows(stream.schema)
        yield from stream
        if head == FILE:
            raise _Torn("its end is missing")
    except Unreadable:
        raise
    except _ERRORS as error:
        raise _Torn(str(error).splitlines()[0] if str(error) else type(error).__name__) from error


def _slice(part: Part | None) -> slice:
    return slice(part.start, part.stop) if part else slice(None)


def _no_rows(columns: pa.Schema) -> pa.RecordBatch:
    """What names the columns of a file without batches."""
    return pa.RecordBatch.from_pylist([], columns)


def _feather_1(file: BinaryIO) -> Iterator[pa.RecordBatch]:
    size = file.seek(0, 2)
    if size > _MAX_FEATHER_1:
        raise _Torn(
            f"it is Feather version 1 of {size} bytes, which can only be read whole; "
            "pyarrow.feather.write_feather makes version 2 of it"
        )
    file.seek(0)
    table = feather.read_table(file)
    yield _no_rows(table.schema)
    yield from table.to_batches()


def _sound(
    batch: pa.RecordBatch, number: int, settings: IngestSettings
) -> Iterator[pa.RecordBatch | Record]:
    """The batch without what is damaged, or a record in its place: offsets that lead astray must
    not be followed.
    """
    columns, fields = [], []
    for field, column in zip(batch.schema, batch.columns, strict=True):
        sound = _sound_column(column)
        if sound is None and field.name == settings.text_field:
            last = number + batch.num_rows - 1
            reason = f"rows {number} to {last}: the column {field.name!r} is damaged"
            yield rejected(number, b"", schema.UNREADABLE, reason)
            return
        if sound is None:
            sound = pa.array([f"a damaged {field.type}"] * batch.num_rows, pa.string())
        columns.append(sound)
        fields.append(pa.field(field.name, sound.type))
    yield pa.RecordBatch.from_arrays(columns, schema=pa.schema(fields))


def _sound_column(column: pa.Array) -> pa.Array | None:
    """The column; as bytes where it is text that is no UTF-8; None where it is damaged."""
    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        wide = pa.types.is_large_string(column.type)
        if not wide and not pa.types.is_string(column.type):
            return None
    else:
        return column
    kind = pa.large_binary() if wide else pa.binary()
    try:
        bytes_ = pa.Array.from_buffers(
            kind, len(column), column.buffers(), column.null_count, column.offset
        )
        bytes_.validate(full=True)
    except pa.ArrowInvalid:
        return None
    return bytes_
