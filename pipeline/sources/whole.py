"""A file that is one record: all of its bytes, or the record that says why they are not there.

What belongs here: holding no more than a record may have. What does not: what the bytes are.
"""

import hashlib

from pipeline import schema
from pipeline.sources.raw import RawFile, Unreadable
from pipeline.sources.record import NO_METADATA, Record, torn
from pipeline.sources.settings import IngestSettings

_CHUNK = 1024 * 1024


def whole_file(raw: RawFile, settings: IngestSettings) -> bytes | Record:
    """The file's bytes; a rejected record where there are too many of them, and where they are
    torn: what was read before the tear is kept in it.
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
        return torn(1, b"".join(pieces), error)
    if size > settings.max_record_bytes:
        reason = f"{size} bytes, more than ingest.max_record_bytes = {settings.max_record_bytes}"
        return Record(1, size, digest.hexdigest(), None, NO_METADATA, schema.OVERSIZE, reason)
    return b"".join(pieces)
