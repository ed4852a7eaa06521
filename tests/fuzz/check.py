"""What must hold of any input: an answer, in bounded time and memory, that stores.

What belongs here: reading inputs as the ingest step does, and what is asked of the rows.
What does not: making inputs (mutate).
"""

import bz2
import contextlib
import gzip
import io
import json
import lzma
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import lz4.frame
import pyarrow as pa

from pipeline import schema
from pipeline.sources.places.place import Found
from pipeline.sources.raw import INSIDE
from pipeline.sources.settings import IngestSettings
from pipeline.steps import ingest

SECONDS = 5
SETTINGS = IngestSettings(max_record_bytes=200_000, max_depth=4, max_unpacked_bytes=50_000_000)
_FAMILIES = {*schema.VERDICTS, schema.PASSED_OVER}


class Hang(AssertionError):
    """An input took more computing time than any may."""


@dataclass(frozen=True)
class Memory:
    """A place whose files are in memory."""

    held: dict[bytes, bytes]

    name = "in memory"

    def files(self) -> Iterator[Found]:
        """See `Place.files`."""
        for name in sorted(self.held):
            yield Found(name)

    def open(self, path: bytes) -> io.BufferedReader:
        """See `Place.open`."""
        return io.BufferedReader(io.BytesIO(self.held[path]), 64 * 1024)  # type: ignore[type-var]

    def holds(self, _folder: Path, /) -> bool:
        """See `Place.holds`."""
        return False


def check(name: str, raw: bytes) -> int:
    """Read one input; the number of its rows. Raises `AssertionError`, or what a reader raises."""
    place = Memory({name.encode(): raw})
    with _at_most(SECONDS):
        shards = ingest.plan(place, SETTINGS)
        tables = [
            table
            for shard in shards
            for table in ingest.read(shard, place=place, dump="d", settings=SETTINGS)
        ]
    rows = pa.concat_tables(tables)
    assert rows.num_rows or holds_nothing(name, raw), "what is in it is told by no row"
    rows.validate(full=True)
    assert rows.schema.equals(schema.RAW)
    ids = rows["doc_id"].to_pylist()
    assert len(set(ids)) == len(ids), "two records have one doc_id"
    for row in rows.select(
        ["source", "record", "text", "metadata", "verdict", "reason", "decoded_hash"]
    ).to_pylist():
        assert row["source"].split(INSIDE)[0] == name
        assert row["record"] >= 0
        assert isinstance(json.loads(row["metadata"]), dict)
        assert (row["verdict"] is None) == (row["reason"] is None)
        assert (row["text"] is None) == (row["decoded_hash"] is None)
        if row["verdict"] is None:
            assert row["text"] is not None
        else:
            assert row["verdict"].partition(":")[0] in _FAMILIES
            assert row["reason"].strip()
    return rows.num_rows


def holds_nothing(name: str, raw: bytes) -> bool:
    """Whether there are but blanks in a file, unpacked, or the header of a table alone."""
    raw = unpacked(raw)
    table = ".csv" in name or ".tsv" in name
    return not raw.strip() or (table and len(raw.splitlines()) == 1)


def unpacked(raw: bytes) -> bytes:
    """What is in a file, however often it is packed."""
    for unpack in (gzip.decompress, bz2.decompress, lzma.decompress, lz4.frame.decompress):
        with contextlib.suppress(OSError, ValueError, EOFError, lzma.LZMAError, RuntimeError):
            return unpacked(unpack(raw)) if raw else raw
    return raw


@contextmanager
def _at_most(seconds: int) -> Iterator[None]:
    """Raises `Hang` where more computing time is used: the machine may be busy with others."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise Hang(f"more than {seconds} s")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
