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
    ".jsonl": read_jsonl,
    ".jsonl.gz": read_jsonl_gz,
    ".jsonl.zst": read_jsonl_zst,
    ".parquet": read_parquet,
}


def reader_for(name: str) -> Reader | None:
    """The reader for a file of this name; None where no format has its suffix."""
    lower = name.lower()
    for suffix, reader in READERS.items():
        if lower.endswith(suffix):
            return reader
    return None
