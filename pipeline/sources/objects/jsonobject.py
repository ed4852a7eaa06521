"""A JSON object as a record: its text in a named field, all else metadata.

What belongs here: reading one object's bytes, and saying what is wrong with them.
What does not: finding objects in files (jsonl, json).
"""

import json
import re
from typing import Any

import orjson

from pipeline import schema
from pipeline.sources.objects.nesting import DEEPEST, too_deep
from pipeline.sources.record import (
    NO_METADATA,
    Record,
    as_delivered,
    digest_of,
    metadata_of,
    rejected,
)

_JSON = json.JSONDecoder(parse_constant=str)  # NaN is no JSON: it is kept as a string
_SURROGATE = re.compile(r"\\u[dD]")
_EXACT = {str, int, bool, type(None)}
# What Python up to 3.12 says of a comma too many, by the bracket that it says it of.
_NO_ITEM = {"}": "Expecting property name enclosed in double quotes", "]": "Expecting value"}
_ENDS = {"}": "object", "]": "array"}


def record_of(number: int, raw: bytes, text_field: str, place: str) -> Record:
    """The record in the bytes of a JSON object; place: where it is, for people (`line 12`)."""
    if (item := _plain(raw)) is not None and isinstance(text := item.pop(text_field, None), str):
        return Record(number, len(raw), digest_of(raw), as_delivered(text), metadata_of(item))
    return _any_record(number, raw, text_field, place)


def _plain(raw: bytes) -> dict[str, Any] | None:
    """The object, where it is nothing but valid and plain; None for all else, which
    Python's parser looks at: it takes more, and says what is wrong.
    """
    try:
        item = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return None
    # Large numbers come as floats, and floats may be written otherwise than they came.
    if isinstance(item, dict) and all(type(value) in _EXACT for value in item.values()):
        return item
    return None


def _any_record(number: int, raw: bytes, text_field: str, place: str) -> Record:
    try:
        line = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        return rejected(
            number,
            raw,
            schema.UNDECODABLE,
            f"{place}, byte {error.start} of it (0x{raw[error.start]:02X}) "
            f"is not UTF-8: {error.reason}",
        )
    if too_deep(line):
        reason = f"is not JSON that can be read: it is nested more than {DEEPEST} levels deep"
        return _malformed(number, raw, line, place, reason)
    try:
        item = _JSON.decode(line)
    except json.JSONDecodeError as error:
        said, at = _fault(error)
        return _malformed(number, raw, line, place, f"is not JSON: {said} at character {at}")
    except ValueError as error:  # a number of too many digits
        return _malformed(number, raw, line, place, f"is not JSON that can be read: {error}")
    if not isinstance(item, dict):
        return _malformed(number, raw, line, place, f"is a JSON {_kind(item)}, an object is wanted")
    if text_field not in item:
        found = ", ".join(map(repr, list(item)[:8])) or "none"
        reason = f"has no field {text_field!r} (ingest.text_field); it has {found}"
        return _malformed(number, raw, line, place, reason)
    text = item.pop(text_field)
    if not isinstance(text, str):
        reason = f"has a JSON {_kind(text)} in {text_field!r}, a string is wanted"
        return _malformed(number, raw, line, place, reason)
    try:
        if _SURROGATE.search(line):  # only an escape can make a lone one
            text.encode("utf-8")
    except UnicodeEncodeError as error:
        reason = (
            f"{place} has a lone surrogate U+{ord(text[error.start]):04X} "
            f"at character {error.start} of {text_field!r}"
        )
        return rejected(number, raw, schema.UNDECODABLE, reason, metadata_of(item))
    return Record(number, len(raw), digest_of(raw), as_delivered(text), metadata_of(item))


def _fault(error: json.JSONDecodeError) -> tuple[str, int]:
    """What is wrong, and at which character: as Python 3.13 says it, in any version."""
    bracket = error.doc[error.pos : error.pos + 1]
    before = error.doc[: error.pos].rstrip(" \t\r\n")
    if error.msg == _NO_ITEM.get(bracket) and before.endswith(","):
        return f"Illegal trailing comma before end of {_ENDS[bracket]}", len(before) - 1
    return error.msg, error.pos


def _malformed(number: int, raw: bytes, line: str, place: str, reason: str) -> Record:
    """What is text but no document: it is what can be kept of it."""
    return Record(
        number,
        len(raw),
        digest_of(raw),
        as_delivered(line),
        NO_METADATA,
        schema.MALFORMED,
        f"{place} {reason}",
    )


def _kind(value: object) -> str:
    if value is None:
        return "null"
    names = {bool: "boolean", int: "number", float: "number", str: "string", list: "array"}
    return names.get(type(value), "object")
