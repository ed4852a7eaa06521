"""One file a format, each a function from an open file to records.

Add a reader: write `read_<format>` in a file of its own, enter its suffixes in `READERS`.
"""

from collections.abc import Callable, Iterator
from typing import BinaryIO

from pipeline.sources.jsonl import read_jsonl, read_jsonl_gz, read_jsonl_zst
from pipeline.sources.parquet import read_parquet
from pipeline.sources.record import Record
from pipeline.sources.settings import IngestSettings
from pipeline.sources.text import read_text

Reader = Callable[[BinaryIO, IngestSettings], Iterator[Record]]

READERS: dict[str, Reader] = {
    ".txt": read_text,
    ".md": read_text,
    ".html": read_text,
    ".htm": read_text,
    ".xhtml": read_text,
    ".jsonl": read_jsonl,
    ".jsonl.gz": read_jsonl_gz,
    ".jsonl.zst": read_jsonl_zst,
    ".parquet": read_parquet,
}
LineReader = Callable[[BinaryIO, IngestSettings, int], Iterator[Record]]
"""A reader that starts at any line; it takes that line's number."""

# Formats in which a line is a record, so that a large file can be read in parts.
LINE_READERS: dict[str, LineReader] = {".jsonl": read_jsonl}


def reader_for(name: str) -> Reader | None:
    """The reader for a file of this name; None where no format has its suffix."""
    return READERS.get(_suffix_of(name))


def line_reader_for(name: str) -> LineReader | None:
    """The reader for parts of a file of this name; None where it cannot be cut after a line."""
    return LINE_READERS.get(_suffix_of(name))


def _suffix_of(name: str) -> str:
    lower = name.lower()
    return next((suffix for suffix in READERS if lower.endswith(suffix)), "")
