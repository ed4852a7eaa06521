"""The parts in which a large delivered file is read.

What belongs here: which cutter a file gets, that of what is packed in it included.
What does not: how any one format is cut.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO, cast

from pipeline.sources.formats import Format, format_of
from pipeline.sources.raw import Part, RawFile, Unreadable
from pipeline.sources.settings import IngestSettings


def parts(raw: RawFile, settings: IngestSettings) -> Iterator[Part]:
    """Parts of about `shard_bytes`; none, or one, where the file is to be read whole."""
    found = format_of(raw.name, raw.head(), settings)
    file = cast(BinaryIO, raw.stream)
    if found and found.cut:
        yield from found.cut(file, settings.shard_bytes)
    elif found and found.cut_packed:
        inner = _inside(raw, found, settings)
        if inner and inner.follow:
            file.seek(0)
            limits = replace(raw.limits, unpacked=0)
            yield from found.cut_packed(file, settings.shard_bytes, inner.follow(), limits)


def _inside(raw: RawFile, packed: Format, settings: IngestSettings) -> Format | None:
    """The format of the one thing that is in the file; None where it may not be opened."""
    for inner in packed.read(raw, settings):
        if isinstance(inner, RawFile) and inner.depth <= settings.max_depth:
            try:
                return format_of(inner.name, inner.head(), settings)
            except Unreadable:
                break
    return None
