"""Where a web archive can be cut: between records, by the lengths that they give.

What belongs here: going through an archive that is sound, without reading what is in it. What does
not: what the records hold, and archives that are damaged, which are read in one piece (warc).
"""

from collections.abc import Callable, Iterator
from typing import BinaryIO

from pipeline.sources.archives.members import Unfollowed
from pipeline.sources.raw import Part
from pipeline.sources.web.warc_head import HEAD_BYTES, Grammar

_LOOK = 8192
_FEEDS = b"\r\n"


class Walk:
    """Follows the records of an archive through pieces of any size."""

    def __init__(self, grammar: Grammar) -> None:
        self._grammar = grammar
        self._head = bytearray()
        self._left = 0  # bytes of the record, its head aside
        self._number = 0

    def feed(self, piece: bytes) -> None:
        """The next bytes. Raises `Unfollowed` where no record begins after a record."""
        at = 0
        while at < len(piece):
            if self._left:
                past = min(self._left, len(piece) - at)
                self._left -= past
            elif not self._head and piece[at] in _FEEDS:
                past = 1
            else:
                past = self._more_of_a_head(piece[at : at + _LOOK])
            at += past

    def begins(self) -> int | None:
        """The number of the record that begins here; None within one."""
        return None if self._left or self._head else self._number + 1

    def _more_of_a_head(self, piece: bytes) -> int:
        """How many of the bytes belong to the head."""
        before = len(self._head)
        self._head += piece
        size = _end_of(self._head, self._grammar)
        if size is None:
            return len(piece)
        self._left = _length_of(bytes(self._head[:size]), self._grammar)
        self._number += 1
        self._head.clear()
        return size - before


def cut_archives(grammar: Grammar) -> Callable[[BinaryIO, int], Iterator[Part]]:
    """The cutter of archives that are written so; it yields no part of one that is damaged."""

    def cut(file: BinaryIO, limit: int) -> Iterator[Part]:
        try:
            yield from list(_parts(file, limit, grammar))
        except Unfollowed:
            return

    return cut


def _parts(file: BinaryIO, limit: int, grammar: Grammar) -> Iterator[Part]:
    start = at = 0
    first = number = 1
    end = file.seek(0, 2)
    while (begin := _past_feeds(file, at)) < end:
        if begin - start >= limit:
            yield Part(start, begin, begin - start, first)
            start, first = begin, number
        head, size = b"", None
        while size is None:
            more = file.read(_LOOK)
            head += more
            size = _end_of(head, grammar)
            if size is None and not more:
                raise Unfollowed
        at = begin + size + _length_of(head[:size], grammar)
        number += 1
    yield Part(start, end, end - start, first)


def _past_feeds(file: BinaryIO, at: int) -> int:
    """Stand at the first byte from `at` on that is no line feed."""
    file.seek(at)
    while look := file.read(4):
        feeds = len(look) - len(look.lstrip(_FEEDS))
        at += feeds
        if feeds < len(look):
            break
    return file.seek(at)


def _end_of(head: bytes | bytearray, grammar: Grammar) -> int | None:
    found = grammar.ends.search(head)
    if found is None and len(head) > HEAD_BYTES:
        raise Unfollowed
    return found.end() if found else None


def _length_of(head: bytes, grammar: Grammar) -> int:
    if not grammar.begins.match(head):
        raise Unfollowed
    length = grammar.head(head).length
    if length is None:
        raise Unfollowed
    return length
