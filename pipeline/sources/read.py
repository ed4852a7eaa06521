"""All records of a raw file, those of archives in it included.

What belongs here: which reader a file gets, files within files, and the record that says that a
file could not be read. What does not: any one format.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import replace

from pipeline import schema
from pipeline.sources.formats import format_of
from pipeline.sources.raw import PassedOver, RawFile, Unreadable, Unsafe
from pipeline.sources.record import Record, digest_of, metadata_of, torn
from pipeline.sources.settings import IngestSettings

_CHUNK = 1024 * 1024


def records(raw: RawFile, settings: IngestSettings) -> Iterator[tuple[str, Record]]:
    """(source, record) of everything in the file, in order, none left out.

    What is no text and was not asked for comes last, counted by its kind, a record for each.
    No two are of the same source, number and digest.
    """
    told: set[tuple[str, str]] = set()
    for source, record in _records(raw, settings):
        if not record.number:  # of the file itself, which may be torn more than once at its head
            if (source, record.digest) in told:
                other = digest_of(f"{record.digest} {record.reason}".encode())
                record = replace(record, digest=other)
            told.add((source, record.digest))
        yield source, record


def _records(raw: RawFile, settings: IngestSettings) -> Iterator[tuple[str, Record]]:
    number = raw.first - 1
    passed: dict[str, PassedOver] = {}
    try:
        for item in _items(raw, settings):
            if isinstance(item, Record):
                number = item.number
                yield raw.source, item
            elif isinstance(item, RawFile):
                yield from _records(item, settings)
            else:
                _, items, size = passed.get(item.kind, PassedOver(item.kind, 0))
                passed[item.kind] = PassedOver(item.kind, items + item.items, size + item.bytes)
    except Unreadable as error:
        if not error.told:  # of a member that is torn with its archive, the member's record tells
            reason = error.after(f"record {number}") if number else str(error)
            yield raw.source, torn(number + 1 if number else 0, error.rest, error, reason)
    for each in passed.values():
        yield raw.source, _counted(each, raw)


def _items(raw: RawFile, settings: IngestSettings) -> Iterator[Record | RawFile | PassedOver]:
    if raw.depth > settings.max_depth:
        raise Unsafe(
            f"lies in more than ingest.max_depth = {settings.max_depth} archives within archives"
        )
    head = b""
    while not head:
        try:
            head = raw.head()
            break
        except Unreadable as error:
            if not error.goes_on:
                raise
            yield torn(0, b"", error)
    found = format_of(raw.name, head, settings)
    if found is None:
        first = head[:8].hex(" ").upper()
        reason = f"no reader for this kind of file: it begins with {first}, and is no text"
        size, digest = _rest_of(raw)
        yield Record(0, size, digest, None, verdict=schema.UNREADABLE, reason=reason)
        return
    yield from found.read(raw, settings)


def _rest_of(raw: RawFile) -> tuple[int, str]:
    """Size and SHA-256 of what is left to be read. Raises `Unreadable`."""
    size, digest = 0, hashlib.sha256()
    while chunk := raw.stream.read1(_CHUNK):
        size += len(chunk)
        digest.update(chunk)
    return size, digest.hexdigest()


def _counted(passed: PassedOver, raw: RawFile) -> Record:
    """The record that stands for items of one kind."""
    # Parts of a file count each for itself.
    start = raw.part.start if raw.part else raw.first - 1
    return Record(
        0,
        passed.bytes,
        digest_of(f"{passed.kind} {start}".encode()),
        None,
        metadata_of({"items": passed.items}),
        f"{schema.PASSED_OVER}:{passed.kind}",
        f"{passed.items} times {passed.kind}, which is no text of its own",
    )
