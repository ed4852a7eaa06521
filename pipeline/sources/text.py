"""Plain text, Markdown, HTML and XHTML: the whole file is one record, in any encoding."""

import hashlib
from collections.abc import Iterator

from pipeline import schema
from pipeline.sources.raw import RawFile, Unreadable
from pipeline.sources.record import NO_METADATA, Record, of_bytes, torn
from pipeline.sources.settings import IngestSettings

_CHUNK = 1024 * 1024


def read_text(raw: RawFile, settings: IngestSettings) -> Iterator[Record]:
    """The one record of a text file; of a larger one no more than the limit is held.

    Of one that is torn, what was read before the tear is kept in the rejected record.
    """
    pieces: list[bytes] = []
    size, digest = 0, hashlib.sha256()
    try:
        while piece := raw.stream.read1(_CHUNK):
            size += len(piece)
            digest.update(piece)
            if size <= settings.max_record_bytes:
                pieces.append(piece)
            else:
                pieces.clear()
    except Unreadable as error:
        yield torn(1, b"".join(pieces), error)
        return
    if size > settings.max_record_bytes:
        reason = f"{size} bytes, more than ingest.max_record_bytes = {settings.max_record_bytes}"
        yield Record(1, size, digest.hexdigest(), None, NO_METADATA, schema.OVERSIZE, reason)
        return
    yield of_bytes(1, b"".join(pieces), settings)
