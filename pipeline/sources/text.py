"""Plain text and Markdown: the whole file is one record, in any encoding."""

from collections.abc import Iterator
from typing import BinaryIO

from pipeline import schema
from pipeline.sources.record import Record, of_bytes, rejected
from pipeline.sources.settings import IngestSettings


def read_text(file: BinaryIO, settings: IngestSettings) -> Iterator[Record]:
    """The one record of a text file; at most `max_record_bytes` + 1 bytes are read."""
    raw = file.read(settings.max_record_bytes + 1)
    if len(raw) > settings.max_record_bytes:
        yield rejected(
            1,
            raw,
            schema.OVERSIZE,
            f"larger than ingest.max_record_bytes = {settings.max_record_bytes}",
        )
        return
    yield of_bytes(1, raw)
