"""Parts of a file that is made of groups: row groups, batches, members.

What belongs here: putting groups together until a part is large enough. What does not: how large
they are (parquet, arrowfile, zipped).
"""

from collections.abc import Iterable, Iterator

from pipeline.sources.raw import Part


def parts_of(groups: Iterable[tuple[int, int]], limit: int) -> Iterator[Part]:
    """Parts of whole groups, each of about `limit` bytes.

    groups: (bytes, records) of each, in order.
    """
    start = stop = size = records = 0
    first = 1
    for new, more in groups:
        if size and size + new > limit:
            yield Part(start, stop, size, first)
            start, size, first = stop, 0, first + records
            records = 0
        stop, size, records = stop + 1, size + new, records + more
    yield Part(start, stop, size, first)
