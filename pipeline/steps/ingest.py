"""ingest: a plan of raw files in, decoded documents out.

What belongs here: listing a dump's files into shards, and turning records into rows.
What does not: formats (sources), encodings (decode).
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from functools import partial
from io import SEEK_END, BufferedReader
from itertools import chain, pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline import schema
from pipeline.document import apply
from pipeline.kernels.texts import texts_of
from pipeline.sources.cut import parts
from pipeline.sources.limits import Limits
from pipeline.sources.places.fetching import NOT_DELIVERED
from pipeline.sources.places.place import Found, Place, cause, identity_of
from pipeline.sources.raw import Part, RawFile, shown
from pipeline.sources.read import records
from pipeline.sources.record import Record, digest_of
from pipeline.sources.settings import IngestSettings

# A table leaves the kernel when its texts reach this size or number.
_TABLE_BYTES = 8 * 1024 * 1024
_TABLE_ROWS = 4096
_CHUNK = 1024 * 1024
_SHA256 = re.compile("[0-9a-f]{64}")
# Of a file that the plan could not read it says "cannot be read: ".
_FAILED = re.compile(f"^cannot be read (from|after) |(?<!cannot be read: ){NOT_DELIVERED}")
# A file in one part is not cut.
_PARTS = 2


def plan(place: Place, settings: IngestSettings) -> list[pa.Table]:
    """The dump's files in order of their names, grouped into shards by size; what is larger than a
    shard comes in parts where its format can be cut.

    Each file is hashed, so that a changed file is seen by its content; where the place knows a
    checksum of that, it is not read for it. Where a shard ends follows from the file that it ends
    with, so that a new file changes only the shards near it. Raises `DumpError` where the place
    cannot be listed.
    """
    shards: list[list[dict[str, Any]]] = [[]]
    size = 0
    files = sorted(place.files(), key=lambda found: found.path)
    with ThreadPoolExecutor() as threads:  # hashing leaves the interpreter's lock alone
        entries = threads.map(partial(_entries, place, settings=settings), files)
        for entry in chain.from_iterable(entries):
            if shards[-1] and size + entry["bytes"] > settings.shard_bytes:
                shards.append([])
                size = 0
            shards[-1].append(entry)
            size += entry["bytes"]
            if _ends_a_shard(entry, settings.shard_bytes):
                shards.append([])
                size = 0
    return [pa.Table.from_pylist(shard, schema.PLAN) for shard in shards if shard or not shards[0]]


def _ends_a_shard(entry: dict[str, Any], limit: int) -> bool:
    """So seldom, by the file's name and size alone, that shards come to about half the limit."""
    drawn = int.from_bytes(hashlib.blake2b(entry["path"], digest_size=8).digest()) / 2**64
    return drawn < int(entry["bytes"]) / (limit / 2)


def _entries(place: Place, found: Found, *, settings: IngestSettings) -> list[dict[str, Any]]:
    """The file's parts; one where it is small or cannot be cut."""
    path, error = found.path, found.error or None
    entry: dict[str, Any] = {"source": shown(path), "path": path, "first": 1}
    entry |= {"bytes": found.size, "size": found.size, "hash": found.identity}
    entry |= {"start": None, "stop": None, "error": error}
    if error or (found.identity and found.size <= settings.shard_bytes):
        return [entry]
    try:
        with place.open(path) as file:
            size, entry["hash"] = _identified(file)
            entry["size"] = entry["bytes"] = size
            pieces = list(_parts(entry, file, settings))
    except OSError as failure:
        return [entry | {"error": f"cannot be read: {cause(failure)}"}]
    if len(pieces) < _PARTS:
        return [entry]
    return [entry | part._asdict() for part in pieces]


def _identified(file: BufferedReader) -> tuple[int, str]:
    """The size of the file, and what tells its content from any other."""
    if known := identity_of(file):
        return file.seek(0, SEEK_END), known
    size, digest = 0, hashlib.sha256()
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
        size += len(chunk)
    return size, digest.hexdigest()


def _parts(entry: dict[str, Any], file: BufferedReader, settings: IngestSettings) -> Iterator[Part]:
    if entry["size"] <= settings.shard_bytes or not file.seekable():
        return
    file.seek(0)
    limits = Limits(settings, entry["size"])
    yield from parts(RawFile(entry["source"], entry["source"], file, limits), settings)


def read(
    files: pa.Table, *, place: Place, dump: str, settings: IngestSettings
) -> Iterator[pa.Table]:
    """Kernel: the documents of the planned files, one row a record, none left out."""
    found: list[tuple[str, Record]] = []
    size = 0
    for file in files.to_pylist():
        for source, record in _records(file, place, settings):
            found.append((source, record))
            size += len(record.decoded.text if record.decoded else "") + len(record.metadata)
            if size >= _TABLE_BYTES or len(found) >= _TABLE_ROWS:
                yield _table(found, dump)
                found, size = [], 0
    yield _table(found, dump)


def _records(
    file: dict[str, Any], place: Place, settings: IngestSettings
) -> Iterator[tuple[str, Record]]:
    if file["error"]:
        yield file["source"], _unreadable(0, file["error"], file)
        return
    part = None
    if file["start"] is not None:
        part = Part(file["start"], file["stop"], file["bytes"], file["first"])
    number = file["first"] - 1
    try:
        with place.open(file["path"]) as opened:
            _check_it_is_the_same(opened, file)
            limits = Limits(settings, file["size"])
            raw = RawFile(file["source"], file["source"], opened, limits, part)
            for source, record in records(raw, settings):
                if source == file["source"]:
                    number = record.number
                yield source, record
    except OSError as error:
        where = f"after record {number}" if number else "from the start"
        # Parts of an archive all begin with a first record; each is told by where it begins.
        number = number + 1 if number else file["start"] or 0
        reason = f"cannot be read {where}: {cause(error)}"
        yield file["source"], _unreadable(number, reason, file)


def _check_it_is_the_same(opened: BufferedReader, file: dict[str, Any]) -> None:
    """Raises `OSError` where the store says that it is not: parts of it would not fit together."""
    if identity_of(opened) not in (None, file["hash"]):
        raise OSError(None, "it has changed since the dump was listed; run it again")


def reading_failed(reason: str) -> bool:
    """Whether a rejected record's reason is that a file could not be read when its turn came,
    though it had been there when the dump was listed: the next try may find it.
    """
    return bool(_FAILED.search(reason))


def _unreadable(number: int, reason: str, file: dict[str, Any]) -> Record:
    known = file["hash"] or ""
    digest = known if _SHA256.fullmatch(known) else digest_of(b"")
    return Record(number, file["bytes"], digest, None, verdict=schema.UNREADABLE, reason=reason)


def _table(found: Sequence[tuple[str, Record]], dump: str) -> pa.Table:
    """One row a record, each with the file it is from; column by column, since there are many."""
    sources = [source for source, _ in found]
    records = [record for _, record in found]
    decoded = [record.decoded for record in records]
    # A text of several encodings: as decoded, and with the edits that read its stretches.
    texts = pa.array([d.text if d else None for d in decoded], pa.string())
    read = [apply(d.text, d.edits)[0] if d and d.edits else None for d in decoded]
    edits = [[asdict(edit) for edit in d.edits] if d else [] for d in decoded]
    columns = {
        "doc_id": [doc_id(dump, source, r.number, r.digest) for source, r in found],
        "dump": pa.repeat(dump, len(found)),
        "source": sources,
        "record": [record.number for record in records],
        "raw_bytes": [record.size for record in records],
        "raw_hash": [record.digest for record in records],
        "encoding": [d.encoding if d else None for d in decoded],
        "encoding_evidence": [d.evidence if d else None for d in decoded],
        "encoding_confidence": [d.confidence if d else None for d in decoded],
        "encoding_runner_up": [d.runner_up if d else None for d in decoded],
        "encoding_misfits": [d.misfits if d else None for d in decoded],
        "byte_order_mark": [bool(d and d.byte_order_mark) for d in decoded],
        "lossless": [bool(d and d.lossless) for d in decoded],
        "decoded_hash": decoded_hashes(texts),
        "bytes_hash": [d.bytes_hash if d else None for d in decoded],
        "text": pc.coalesce(pa.array(read, pa.string()), texts),
        "metadata": [record.metadata for record in records],
        "verdict": [record.verdict for record in records],
        "reason": [record.reason for record in records],
        "edits": edits,
    }
    return pa.table(columns, schema.RAW)


def doc_id(dump: str, source: str, record: int, raw_hash: str) -> str:
    """32 hex digits (128 bits of SHA-256) of where a record came from and what it holds."""
    parts = "\0".join((dump, source, str(record), raw_hash))
    return hashlib.sha256(parts.encode()).hexdigest()[:32]


def decoded_hashes(texts: pa.Array) -> list[str | None]:
    """For each text 16 hex digits, by which it is known again when its edits are taken back."""
    data, offsets = texts_of(texts)
    hashes: list[str | None] = [
        hashlib.blake2b(data[start:end].data, digest_size=8).hexdigest()
        for start, end in pairwise(offsets.tolist())
    ]
    for row in np.flatnonzero(texts.is_null()):
        hashes[row] = None
    return hashes


def decoded_hash(text: str) -> str:
    """The same of one text."""
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
