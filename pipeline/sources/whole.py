"""A stream that is one text, of which no more than the limit is held.

What belongs here: reading it to its end, and the record of one that is too long or torn. What does
not: what becomes of the others (text, warc_record …).
"""

import hashlib
from io import BufferedReader, RawIOBase
from typing import NamedTuple

from pipeline import schema
from pipeline.sources.raw import RawFile, Unreadable
from pipeline.sources.record import NO_METADATA, Record, torn
from pipeline.sources.settings import IngestSettings

_CHUNK = 256 * 1024


class Whole(NamedTuple):
    """What a stream holds: its bytes, or if they are more than the limit, none, but their SHA-256.

    error: why it ends before its end.
    """

    raw: bytes
    size: int
    digest: str
    error: Unreadable | None

    @property
    def good(self) -> bool:
        """Whether all of it is there."""
        return not self.error and not self.digest


def whole(stream: RawIOBase | BufferedReader, limit: int) -> Whole:
    """All of a stream, to its end or to where it is torn."""
    pieces: list[bytes] = []
    size, digest, error = 0, None, None
    # No more than one read of a buffered stream: what came before a tear would be lost.
    read = stream.read1 if isinstance(stream, BufferedReader) else stream.read
    try:
        while piece := read(_CHUNK):
            size += len(piece)
            if digest is None and size > limit:
                digest = hashlib.sha256(b"".join(pieces))
                pieces.clear()
            if digest is None:
                pieces.append(piece)
            else:
                digest.update(piece)
    except Unreadable as tear:
        error = tear
    return Whole(b"".join(pieces), size, digest.hexdigest() if digest else "", error)


def whole_file(raw: RawFile, settings: IngestSettings) -> bytes | Record:
    """The file's bytes; a rejected record where there are too many of them, and where they are
    torn: what was read before the tear is kept in it.
    """
    found = whole(raw.stream, settings.max_record_bytes)
    return found.raw if found.good else unread(found, settings)


def unread(found: Whole, settings: IngestSettings) -> Record:
    """The rejected record of what is torn or too long."""
    if found.error:
        return torn(1, found.raw, found.error)
    reason = f"{found.size} bytes, more than ingest.max_record_bytes = {settings.max_record_bytes}"
    return Record(1, found.size, found.digest, None, NO_METADATA, schema.OVERSIZE, reason)
