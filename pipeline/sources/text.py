"""Plain text, Markdown, HTML and XHTML: the whole file is one record, in any encoding."""

from collections.abc import Iterator

from pipeline import schema
from pipeline.sources.raw import RawFile
from pipeline.sources.record import NO_METADATA, Record, of_bytes, torn
from pipeline.sources.settings import IngestSettings
from pipeline.sources.whole import whole


def read_text(raw: RawFile, settings: IngestSettings) -> Iterator[Record]:
    """The one record of a text file; of a larger one no more than the limit is held.

    Of one that is torn, what was read before the tear is kept in the rejected record.
    """
    text = whole(raw.stream, settings.max_record_bytes)
    if text.error:
        yield torn(1, text.raw, text.error)
    elif text.size > settings.max_record_bytes:
        reason = (
            f"{text.size} bytes, more than ingest.max_record_bytes = {settings.max_record_bytes}"
        )
        yield Record(1, text.size, text.digest, None, NO_METADATA, schema.OVERSIZE, reason)
    else:
        yield of_bytes(1, text.raw, settings)
