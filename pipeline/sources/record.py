"""What a reader yields: one record, readable or not."""

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline import schema
from pipeline.decode import Declared, Decoded, Undecodable, decode
from pipeline.sources.raw import Unreadable
from pipeline.sources.settings import REPLACE, IngestSettings

NO_METADATA = "{}"


@dataclass(frozen=True, slots=True)
class Record:
    """One item of a raw file.

    number: its place in the raw file: line, row or item from 1; 0 for the file itself where it
    cannot be read.
    size, digest: length and SHA-256 (hex) of its bytes as delivered.
    verdict, reason: why it can be no document. `decoded` is then what can be kept of it, or None.
    """

    number: int
    size: int
    digest: str
    decoded: Decoded | None
    metadata: str = NO_METADATA
    verdict: str | None = None
    reason: str | None = None


def of_bytes(
    number: int,
    raw: bytes,
    settings: IngestSettings,
    metadata: str = NO_METADATA,
    declared: Sequence[Declared] = (),
) -> Record:
    """The record whose text is `raw` in some encoding.

    declared: the encodings that something outside the bytes (HTTP, MIME) says they are in.
    """
    try:
        decoded = decode(raw, declared=declared, replace=settings.on_undecodable == REPLACE)
    except Undecodable as error:
        return rejected(number, raw, schema.UNDECODABLE, str(error), metadata)
    return Record(number, len(raw), digest_of(raw), decoded, metadata)


def torn(
    number: int, raw: bytes, error: Unreadable, reason: str = "", metadata: str = NO_METADATA
) -> Record:
    """A record of which only `raw` could be read; its text is kept where that is one.

    reason: in place of the error's own words. The error counts as told.
    """
    error.told = True
    try:
        decoded = decode(raw, replace=True) if raw else None
    except Undecodable:
        decoded = None
    return Record(
        number, len(raw), digest_of(raw), decoded, metadata, error.verdict, reason or str(error)
    )


def rejected(
    number: int, raw: bytes, verdict: str, reason: str, metadata: str = NO_METADATA
) -> Record:
    """The record in `raw` (or what there is of it), which cannot become a document."""
    return Record(number, len(raw), digest_of(raw), None, metadata, verdict, reason)


def metadata_of(fields: Mapping[str, Any]) -> str:
    """The fields as one JSON object that every parser takes: lone surrogates stay escaped, numbers
    that JSON cannot write and values of other kinds become strings.
    """
    if not fields:
        return NO_METADATA
    try:
        metadata = json.dumps(fields, ensure_ascii=False, allow_nan=False, default=_plain)
    except ValueError:
        fields = _finite(fields)
        metadata = json.dumps(fields, ensure_ascii=False, default=_plain)
    try:
        metadata.encode("utf-8")
    except UnicodeEncodeError:
        return json.dumps(fields, default=_plain)
    return metadata


def _finite(value: Any) -> Any:
    """The value with NaN and infinities written out."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, dict):
        return {name: _finite(item) for name, item in value.items()}
    return [_finite(item) for item in value] if isinstance(value, list) else value


def _plain(value: object) -> str:
    """What JSON has no form for: dates in ISO form, bytes in hex, the rest as Python prints it."""
    if isinstance(value, bytes):
        return value.hex()
    iso = getattr(value, "isoformat", None)
    return str(iso()) if iso else str(value)


def as_delivered(text: str) -> Decoded:
    """The decoding of a text that came as a string of its format."""
    return Decoded(text, "utf-8", "utf-8", 1.0, byte_order_mark=False, lossless=True)


def digest_of(raw: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(raw).hexdigest()
