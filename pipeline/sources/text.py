"""Plain text, Markdown, HTML and XHTML: the whole file is one record, in any encoding."""

from collections.abc import Iterator

from pipeline.sources.raw import RawFile
from pipeline.sources.record import Record, of_bytes
from pipeline.sources.settings import IngestSettings
from pipeline.sources.whole import whole_file


def read_text(raw: RawFile, settings: IngestSettings) -> Iterator[Record]:
    """The one record of a text file."""
    found = whole_file(raw, settings)
    yield found if isinstance(found, Record) else of_bytes(1, found, settings)
