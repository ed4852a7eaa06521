"""A stream that is one text, of which no more than the limit is held.

What belongs here: reading it to its end. What does not: what becomes of it (text, warc_record).
"""

import hashlib
from io import BufferedReader, RawIOBase
from typing import NamedTuple

from pipeline.sources.raw import Unreadable

_CHUNK = 256 * 1024


class Whole(NamedTuple):
    """What a stream holds: its bytes, or if they are more than the limit, none, but their SHA-256.

    error: why it ends before its end.
    """

    raw: bytes
    size: int
    digest: str
    error: Unreadable | None


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
    except Unreadable as torn:
        error = torn
    return Whole(b"".join(pieces), size, digest.hexdigest() if digest else "", error)
