"""ingest: a plan of raw files in, decoded documents out.

What belongs here: listing a dump's files into shards, and turning records into rows.
What does not: formats (sources), encodings (decode).
"""

import hashlib
import os
import stat
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from itertools import chain, pairwise
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline import schema
from pipeline.document import apply
from pipeline.kernels.texts import texts_of
from pipeline.sources import READERS, line_reader_for, reader_for
from pipeline.sources.part import part_of
from pipeline.sources.record import Record, digest_of
from pipeline.sources.settings import IngestSettings

# A table leaves the kernel when its texts reach this size or number.
_TABLE_BYTES = 8 * 1024 * 1024
_TABLE_ROWS = 4096
_CHUNK = 1024 * 1024
# Names that mark or hide rather than deliver: _SUCCESS, .DS_Store, and the like.
_NO_DELIVERY = (".", "_")


def plan(folder: Path, settings: IngestSettings) -> list[pa.Table]:
    """The dump's files in order of their names, grouped into shards by size; what is larger than a
    shard comes in parts where its format can be cut.

    Each file is hashed, so that a changed file is seen by its content. Files and folders whose
    names start with a dot or an underscore are no delivery.
    """
    shards: list[list[dict[str, Any]]] = [[]]
    size = 0
    found = sorted(_files(os.fsencode(folder), b""))
    with ThreadPoolExecutor() as threads:  # hashing leaves the interpreter's lock alone
        parts = threads.map(
            lambda each: _entries(folder, each[0], each[1], settings.shard_bytes), found
        )
        for entry in chain.from_iterable(parts):
            if shards[-1] and size + entry["bytes"] > settings.shard_bytes:
                shards.append([])
                size = 0
            shards[-1].append(entry)
            size += entry["bytes"]
    return [pa.Table.from_pylist(shard, schema.PLAN) for shard in shards]


def _files(root: bytes, inside: bytes) -> Iterator[tuple[bytes, str]]:
    """(path below `root`, error) of files, and of folders that cannot be listed; links to folders
    are not followed.
    """
    try:
        listing = os.scandir(os.path.join(root, inside))
    except OSError as error:
        yield inside, f"the folder cannot be listed: {_cause(error)}"
        return
    with listing as entries:
        for entry in entries:
            if os.fsdecode(entry.name).startswith(_NO_DELIVERY):
                continue
            path = os.path.join(inside, entry.name)
            if entry.is_dir(follow_symlinks=False):
                yield from _files(root, path)
            else:
                yield path, ""


def _entries(folder: Path, path: bytes, error: str, limit: int) -> list[dict[str, Any]]:
    """The file's parts: one, or more where it can be cut, of `limit` bytes and the rest of their
    last line each, the last one aside.
    """
    # A backslash of the name is doubled, so that no two names are written alike.
    source = path.replace(b"\\", b"\\\\").decode("utf-8", "backslashreplace")
    entry: dict[str, Any] = {"source": source, "path": path}
    entry |= {"start": 0, "bytes": 0, "first": 1, "hash": None}
    if error:
        return [entry | {"error": error}]
    parts = []
    try:
        with _open(folder, path) as file:
            if line_reader_for(source) is None:
                limit = sys.maxsize
            while True:
                size, lines, digest = _part(file, limit)
                if size or not entry["start"]:
                    parts.append(entry | {"bytes": size, "hash": digest})
                if size < limit:
                    return parts
                entry["start"] += size
                entry["first"] += lines
    except OSError as failure:
        return [*parts, entry | {"error": f"cannot be read: {_cause(failure)}"}]


def _part(file: BinaryIO, limit: int) -> tuple[int, int, str]:
    """(bytes, line feeds, SHA-256) of the next `limit` bytes and the rest of their last line."""
    size = lines = 0
    digest = hashlib.sha256()
    chunk = b"\n"
    while size < limit or not chunk.endswith(b"\n"):
        chunk = file.read(min(_CHUNK, limit - size)) if size < limit else file.readline(_CHUNK)
        if not chunk:
            break
        digest.update(chunk)
        size += len(chunk)
        lines += chunk.count(b"\n")
    return size, lines, digest.hexdigest()


def _open(folder: Path, path: bytes) -> Any:
    """The file, opened for reading. Raises `OSError`, also for what is no regular file."""
    full = os.path.join(os.fsencode(folder), path)
    # A pipe would be waited on for ever.
    if not stat.S_ISREG(os.stat(full).st_mode):
        raise OSError(None, "not a regular file")
    return open(full, "rb")


def _cause(error: OSError) -> str:
    return error.strerror or str(error)


def read(
    files: pa.Table, *, folder: Path, dump: str, settings: IngestSettings
) -> Iterator[pa.Table]:
    """Kernel: the documents of the planned files, one row a record, none left out."""
    found: list[tuple[str, Record]] = []
    size = 0
    for file in files.to_pylist():
        for record in _records(file, folder, settings):
            found.append((file["source"], record))
            size += len(record.decoded.text if record.decoded else "") + len(record.metadata)
            if size >= _TABLE_BYTES or len(found) >= _TABLE_ROWS:
                yield _table(found, dump)
                found, size = [], 0
    yield _table(found, dump)


def _records(file: dict[str, Any], folder: Path, settings: IngestSettings) -> Iterator[Record]:
    if file["error"]:
        yield _unreadable(0, file["error"], file)
        return
    if reader_for(file["source"]) is None:
        known = ", ".join(READERS)
        yield _unreadable(0, f"no reader for this kind of file; known are {known}", file)
        return
    number = file["first"] - 1
    try:
        with _open(folder, file["path"]) as opened:
            for record in _read(file, opened, settings):
                number = record.number
                yield record
    except OSError as error:
        where = f"after record {number}" if number else "from the start"
        yield _unreadable(
            number + 1 if number else 0, f"cannot be read {where}: {_cause(error)}", file
        )


def _read(file: dict[str, Any], opened: BinaryIO, settings: IngestSettings) -> Iterator[Record]:
    if by_line := line_reader_for(file["source"]):
        part = part_of(opened, file["start"], file["bytes"])
        yield from by_line(part, settings, file["first"])
    elif whole := reader_for(file["source"]):
        yield from whole(opened, settings)


def _unreadable(number: int, reason: str, file: dict[str, Any]) -> Record:
    digest = file["hash"] or digest_of(b"")
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
