"""Reading bytes as a raw file of a dump, as the tests of readers do."""

import io
from typing import Any

from pipeline.sources.limits import Limits
from pipeline.sources.raw import Part, RawFile, buffered
from pipeline.sources.read import records
from pipeline.sources.record import Record
from pipeline.sources.settings import IngestSettings


class Stream(io.RawIOBase):
    """Bytes that can only be read forwards, as those within an archive."""

    def __init__(self, raw: bytes) -> None:
        self._file = io.BytesIO(raw)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        return self._file.readinto(buffer)


def raw_file(raw: bytes, name: str, settings: IngestSettings, part: Part | None = None) -> RawFile:
    """A delivered file of this name, that can be read back and forth."""
    file = io.BufferedReader(io.BytesIO(raw), 64 * 1024)  # type: ignore[type-var]
    return RawFile(name, name, file, Limits(settings, len(raw)), part)


def sources(raw: bytes, name: str, **settings: Any) -> list[tuple[str, Record]]:
    """(source, record) of everything in the bytes."""
    known = IngestSettings(**settings)
    return list(records(raw_file(raw, name, known), known))


def read(raw: bytes, name: str = "a.jsonl", **settings: Any) -> list[Record]:
    """The records in the bytes."""
    return [record for _, record in sources(raw, name, **settings)]


def texts(found: list[Record]) -> list[str | None]:
    """What they say; None for a record without text."""
    return [record.decoded.text if record.decoded else None for record in found]


def forward(raw: bytes) -> io.BufferedReader:
    """The bytes as a stream that is only read forwards."""
    return buffered(Stream(raw))
