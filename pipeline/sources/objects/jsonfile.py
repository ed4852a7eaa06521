"""JSON: the objects of a list, or objects one after the other, however they are laid out.

What belongs here: which values of a file are records. What does not: where a value ends
(jsonstream), what an object says (jsonobject), an object a line (jsonl).

Three shapes are read, each value by value, so that a file may be of any size:
- `[{…}, {…}]`: each element is a record;
- `{…} {…}`: each object is a record, on one line or on many, with or without commas;
- `{"page": 1, "data": [{…}, {…}]}`, one or several: each element of the list is a record, if such
  objects have no text themselves and the list's first object has, as far as the first 64 kB show;
  other fields are passed over.
"""

import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from io import SEEK_END, BufferedReader, RawIOBase
from typing import BinaryIO, cast

from pipeline import schema
from pipeline.sources.objects.jsonobject import record_of
from pipeline.sources.objects.jsonstream import MOST, JsonStream, Value
from pipeline.sources.objects.nesting import too_deep
from pipeline.sources.objects.wide import as_delivered_in, narrowed, wide_encoding
from pipeline.sources.raw import HEAD_BYTES, Part, PassedOver, RawFile, Unreadable, buffered
from pipeline.sources.record import NO_METADATA, Record, digest_of, torn
from pipeline.sources.settings import IngestSettings
from pipeline.sources.stretch import part_of

_BOM = b"\xef\xbb\xbf"
_LIST_OF_OBJECTS = re.compile(rb"\[\s*\{")
_WHOLE = Part(0, 0, 0)
# Between records: commas, and the mark before each of a JSON text sequence (RFC 7464).
_BETWEEN = b",\x1e"


def read_json(raw: RawFile, settings: IngestSettings) -> Iterator[Record | PassedOver]:
    """The records of a JSON file, or of a part of one, in order, numbered by item."""
    head, stream = raw.head(), raw.stream
    part = raw.part or _WHOLE
    wide = wide_encoding(head)
    if wide:
        stream = narrowed(stream, wide)
        head = stream.peek(HEAD_BYTES)[:HEAD_BYTES]
    start, last = part.start, True
    if raw.part:
        last = part.stop >= stream.seek(0, SEEK_END)
        stream = part_of(stream, part)
    if head.startswith(_BOM) and not start:
        start = len(stream.read(len(_BOM)))
    values = JsonStream(stream, max(MOST, settings.max_record_bytes), start)
    around = None if part.start else list_around(head, settings.text_field)
    items = _listed(values, around) if around else _items(values, part.start > 0, last)
    number, ended = part.first - 1, False
    try:
        for item in items:
            if isinstance(item, PassedOver):
                yield item
                continue
            number += 1
            ended = item.ended
            record = _record(number, item, settings)
            yield as_delivered_in(wide, item.raw, record) if wide and item.raw else record
    except Unreadable as error:
        if ended:  # within the last item, which says so
            error.told = True
            return
        yield torn(number + 1, error.rest, error, error.after(f"item {number}"))


def list_around(head: bytes, text_field: str) -> str | None:
    """The field of the list that holds the records, by a file's first bytes; None where its
    objects, or the elements of its list, are records themselves.
    """
    stream = buffered(cast(RawIOBase, io.BytesIO(head.removeprefix(_BOM))))
    values = JsonStream(stream, len(head))
    found = None
    while values.byte() == b"{":
        values.skip()
        while (field := _field(values)) is not None:
            if field == text_field:
                return None
            if values.byte() == b"[" and values.looking_at(_LIST_OF_OBJECTS) and found is None:
                values.skip()
                values.byte()
                if _has_text(values.value(), text_field):
                    found = field
                _rest_of_list(values)
            else:
                values.value()
        if values.byte() != b"}":
            break  # the head ends within it, or it is damaged
        values.skip()
        while (byte := values.byte()) and byte in _BETWEEN:
            values.skip()
    return found


def _field(values: JsonStream) -> str | None:
    """The name of an object's next field, up to its value; None at the object's end."""
    while values.byte() == b",":
        values.skip()
    if values.byte() != b'"':
        return None
    name = values.value()
    if values.byte() != b":" or name.raw is None:
        return None
    values.skip()
    values.byte()
    try:
        return str(json.loads(name.raw))
    except ValueError:
        return name.raw.decode("utf-8", "replace")


def _has_text(value: Value, text_field: str) -> bool:
    """Whether an object has the field, as far as it can be seen."""
    if value.raw is None:
        return False
    if value.ended:
        return json.dumps(text_field).encode() in value.raw
    try:
        text = value.raw.decode("utf-8", "surrogatepass")
        item = None if too_deep(text) else json.loads(text)
    except ValueError:
        return False
    return isinstance(item, dict) and text_field in item


def _rest_of_list(values: JsonStream) -> None:
    while (byte := values.byte()) not in (b"]", b""):
        if byte == b",":
            values.skip()
        else:
            values.value()
    values.skip()


def cut_json(file: BinaryIO, limit: int) -> Iterator[Part]:
    """Parts of whole elements of a list, of about `limit` bytes; none of any other file."""
    stream = cast(BufferedReader, file)
    head = file.read(HEAD_BYTES)
    if wide_encoding(head) or not head.removeprefix(_BOM).lstrip().startswith(b"["):
        return
    before = len(_BOM) if head.startswith(_BOM) else 0
    file.seek(before)
    start, first = 0, 1
    items = _Items(JsonStream(stream, start=before))
    for number, item in enumerate(items, 1):
        end = item.start + item.size
        # What is no whole object may be read otherwise where its part ends.
        whole = item.raw is not None and item.raw.startswith(b"{") and item.wrong is None
        if end - start >= limit and items.in_list and whole and not item.ended:
            yield Part(start, end, end - start, first)
            start, first = end, number + 1
    size = file.seek(0, SEEK_END)
    if start < size:
        yield Part(start, size, size - start, first)


class _Items:
    """The elements of lists, and what stands outside of them.

    in_list: whether what has been read ends within a list.
    """

    def __init__(self, values: JsonStream, in_list: bool = False) -> None:
        self._values = values
        self.in_list = in_list

    def __iter__(self) -> Iterator[Value]:
        values = self._values
        while byte := values.byte():
            if byte in _BETWEEN or byte == b"]" or (byte == b"[" and not self.in_list):
                self.in_list = byte == b"[" or (self.in_list and byte != b"]")
                values.skip()
            else:
                yield values.value()
                if byte == b"{":
                    yield from values.objects()


def _items(values: JsonStream, in_list: bool, last: bool) -> Iterator[Value]:
    """The items of a file, or of a part of one. in_list: it begins in a list. last: it ends where
    the file does.
    """
    items = _Items(values, in_list)
    yield from items
    if items.in_list and last:
        raise Unreadable("the file ends before its list of records does")


def _listed(values: JsonStream, around: str) -> Iterator[Value | PassedOver]:
    """The elements of the list in the field `around` of each object."""
    while byte := values.byte():
        if byte != b"{":
            if byte in _BETWEEN or byte in b"]}":
                values.skip()
            else:
                yield values.value()
            continue
        values.skip()
        while (field := _field(values)) is not None:
            if field == around and values.byte() == b"[":
                values.skip()
                yield from _elements(values)
            else:
                yield PassedOver("field beside the records", 1, values.value().size)
        if not values.byte():
            raise Unreadable("the file ends before the object around the records does")


def _elements(values: JsonStream) -> Iterator[Value]:
    while (byte := values.byte()) != b"]":
        if not byte:
            raise Unreadable("the file ends before its list of records does")
        if byte in _BETWEEN:
            values.skip()
        else:
            yield values.value()
            if byte == b"{":
                yield from values.objects()
    values.skip()


def _record(number: int, item: Value, settings: IngestSettings) -> Record:
    if item.raw is None or item.size > settings.max_record_bytes:
        digest = item.digest if item.raw is None else digest_of(item.raw)
        reason = (
            f"item of {item.size} bytes, from byte {item.start} of the file on, more than "
            f"ingest.max_record_bytes = {settings.max_record_bytes}{_what_else(item)}"
        )
        return Record(number, item.size, digest, None, NO_METADATA, schema.OVERSIZE, reason)
    record = record_of(number, item.raw, settings.text_field, f"item {number}")
    if item.wrong is None and not item.ended:
        return record
    if record.verdict is None and item.wrong is None:
        return record  # a scalar, or an object without a blank after it
    reason = record.reason or f"item {number} is no single JSON value"
    return replace(
        record, reason=f"{reason}{_what_else(item)}", verdict=record.verdict or schema.MALFORMED
    )


def _what_else(item: Value) -> str:
    if item.wrong is None:
        return "; the file ends within it" if item.ended else ""
    place = f"; byte {item.wrong} of the file is where it ceases to be JSON"
    if item.resumed:
        return f"{place}, read on from byte {item.start + item.size} on, where another begins"
    return f"{place}, and no other object was found after it"
