"""JSON Lines: one object a line, its text in a named field.

A line that is no such object is a rejected record of its own; all other lines arrive. A line is
never held in memory beyond `max_record_bytes`. Blank lines are no records.
"""

from collections.abc import Iterator

from pipeline import schema
from pipeline.sources.lines import TooLong, lines
from pipeline.sources.objects.jsonobject import record_of
from pipeline.sources.raw import RawFile, Unreadable
from pipeline.sources.record import NO_METADATA, Record, torn
from pipeline.sources.settings import IngestSettings
from pipeline.sources.stretch import part_of

_BOM = b"\xef\xbb\xbf"


def read_jsonl(raw: RawFile, settings: IngestSettings) -> Iterator[Record]:
    """The records of a JSON Lines file, in order, or of a part of one."""
    file = part_of(raw.stream, raw.part) if raw.part else raw.stream
    number, goes_on = raw.first - 1, True
    while goes_on:
        goes_on = False
        try:
            for line in lines(file, settings.max_record_bytes):
                number += 1
                if isinstance(line, TooLong):
                    yield _too_long(number, line, settings)
                    continue
                if number == 1:
                    line = line.removeprefix(_BOM)
                if line and not line.isspace():
                    yield record_of(number, line, settings.text_field, f"line {number}")
        except Unreadable as error:
            number, goes_on = number + 1, error.goes_on
            yield torn(number, error.rest, error, error.after(f"line {number - 1}"))


def _too_long(number: int, line: TooLong, settings: IngestSettings) -> Record:
    reason = (
        f"line of {line.size} bytes, more than "
        f"ingest.max_record_bytes = {settings.max_record_bytes}"
    )
    return Record(number, line.size, line.digest, None, NO_METADATA, schema.OVERSIZE, reason)
