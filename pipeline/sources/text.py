"""Plain text, Markdown and HTML: the whole file is one record, in any encoding."""

import hashlib
from collections.abc import Iterator
from typing import BinaryIO

from pipeline import schema
from pipeline.sources.record import NO_METADATA, Record, of_bytes
from pipeline.sources.settings import IngestSettings

_CHUNK = 1024 * 1024


def read_text(file: BinaryIO, settings: IngestSettings) -> Iterator[Record]:
    """The one record of a text file; of a larger one no more than that is held."""
    raw = file.read(settings.max_record_bytes + 1)
    if len(raw) > settings.max_record_bytes:
        size, digest = len(raw), hashlib.sha256(raw)
        while piece := file.read(_CHUNK):
            size += len(piece)
            digest.update(piece)
        reason = f"{size} bytes, more than ingest.max_record_bytes = {settings.max_record_bytes}"
        yield Record(1, size, digest.hexdigest(), None, NO_METADATA, schema.OVERSIZE, reason)
        return
    yield of_bytes(1, raw)
