"""Plain text, Markdown, HTML and XHTML: the whole file is one record, in any encoding."""

from collections.abc import Iterator

from pipeline.sources.raw import RawFile
from pipeline.sources.record import Record, of_bytes
from pipeline.sources.settings import IngestSettings
from pipeline.sources.whole import unread, whole


def read_text(raw: RawFile, settings: IngestSettings) -> Iterator[Record]:
    """The one record of a text file."""
    found = whole(raw.stream, settings.max_record_bytes)
    if found.error and found.raw and not found.error.within:  # something else follows the text
        yield of_bytes(1, found.raw, settings)
        raise found.error
    yield of_bytes(1, found.raw, settings) if found.good else unread(found, settings)
