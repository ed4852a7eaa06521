"""Web archives: WARC, WET and WAT, and ARC, record by record, past damage too.

What belongs here: going from record to record, and finding the next one after damage. What does
not: how a head is written (warc_head), what becomes of a record (warc_record).

A record says how long it is. That is believed as long as what follows is the next record, or the
end; else the next record is looked for, in what was taken for this one as well. One record that is
damaged costs one record; bytes that belong to none are one that says so.
"""

import hashlib
from collections.abc import Callable, Iterator
from typing import NamedTuple

from pipeline import schema
from pipeline.sources.raw import PassedOver, RawFile, Unreadable
from pipeline.sources.record import NO_METADATA, Record, metadata_of, of_bytes, torn
from pipeline.sources.settings import IngestSettings
from pipeline.sources.stretch import part_of
from pipeline.sources.web.ahead import Ahead
from pipeline.sources.web.warc_block import Block
from pipeline.sources.web.warc_head import FILE_HEAD, HEAD_BYTES, Grammar, Head
from pipeline.sources.web.warc_record import found_in

_LOOK = 64 * 1024
_FIRST_LOOK = 4096
# Line feeds between records, of which there should be four.
_GAP = 64
_FEEDS = b"\r\n"
_LEAST_PATIENCE = 64 * 1024
# So much of a record that stands within another tells where it begins.
_LIKENESS = 100


def reader_of_archives(
    grammar: Grammar,
) -> Callable[[RawFile, IngestSettings], Iterator[Record | PassedOver]]:
    """The reader of archives that are written so: a record for each text, in order; what is no
    text is passed over. Records are numbered from 1, those that are passed over too.
    """

    def read(raw: RawFile, settings: IngestSettings) -> Iterator[Record | PassedOver]:
        return _Archive(grammar, raw, settings).items()

    return read


class _Lost(NamedTuple):
    """Bytes that belong to no record, and the first tear among them."""

    size: int
    digest: str
    tear: Unreadable | None


class _Archive:
    """An archive that is being read."""

    def __init__(self, grammar: Grammar, raw: RawFile, settings: IngestSettings) -> None:
        self._grammar = grammar
        self._raw, self._settings = raw, settings
        self._ahead = Ahead(part_of(raw.stream, raw.part) if raw.part else raw.stream)
        self._patience = settings.max_record_bytes  # before what is in a record is taken for others
        self._tear: Unreadable | None = None  # one that was passed, and is yet to be told

    def items(self) -> Iterator[Record | PassedOver]:
        """What is in it."""
        number = self._raw.first - 1
        while True:
            error = self._at_a_record()
            if error is None and not self._ahead.look(1):
                return
            number += 1
            start = self._ahead.at
            head = self._head() if error is None else error
            if isinstance(head, Unreadable):
                yield self._gap(number, start, head)
            else:
                yield self._record(number, start, head)

    def _at_a_record(self) -> Unreadable | None:
        """Pass over line feeds. The error where a tear stands here, or bytes that are no record."""
        if tear := self._tear:
            self._tear = None
            return tear
        while feeds := self._feeds(self._ahead.look(_GAP)):
            self._ahead.take(feeds)
        if tear := self._ahead.tear():
            return tear
        start = self._ahead.look(self._grammar.reach)
        if not start or self._grammar.begins.match(start):
            return None
        return Unreadable(f"no {self._grammar.name} record begins here, but {start[:20]!r}")

    @staticmethod
    def _feeds(look: bytes) -> int:
        """How many of the bytes, from the first on, are line feeds."""
        return len(look) - len(look.lstrip(_FEEDS))

    def _head(self) -> Head | Unreadable:
        """The head of the record that begins here."""
        for size in (_FIRST_LOOK, HEAD_BYTES):
            look = self._ahead.look(size)
            end = self._grammar.ends.search(look)
            if end or len(look) < size:
                break
        if end is None:
            if len(look) == HEAD_BYTES:
                return Unreadable(f"its head has no end within {HEAD_BYTES} bytes")
            self._ahead.take(len(look))
            return self._ahead.tear() or Unreadable("the file ends within its head")
        head = self._grammar.head(look[: end.end()])
        if head.length is None and head.what != FILE_HEAD:
            return Unreadable(f"its length is {head.said[:40]!r}")
        self._ahead.take(end.end())
        return head

    def _record(self, number: int, start: int, head: Head) -> Record | PassedOver:
        limit = self._settings.max_record_bytes
        block = Block(self._ahead, head.length or 0, self._grammar, self._patience)
        found = found_in(head, block, self._raw.limits, self._settings)
        block.drain()
        if head.length is None:  # the head of an ARC file, written before it was known
            self._skip()
            return PassedOver(found.passed)
        wrong = self._wrong(block, head)
        if wrong is None and found.passed:
            return PassedOver(found.passed, 1, head.length)
        error = wrong or found.error
        metadata = metadata_of(found.metadata)
        body = found.body
        if error:
            if wrong:
                self._skip()
            reason = f"record {number}, at byte {start}, cannot be read whole: {error}"
            if body and body.digest:
                return Record(number, body.size, body.digest, None, metadata, error.verdict, reason)
            own = body.raw if body else b""
            if wrong and not block.torn and (other := block.found()):
                own = own.partition(other[:_LIKENESS])[0].rstrip(_FEEDS)
            return torn(number, own, error, reason, metadata)
        assert body is not None  # noqa: S101  # it is there where nothing is passed over
        if body.size > limit:
            reason = f"{body.size} bytes, more than ingest.max_record_bytes = {limit}"
            return Record(number, body.size, body.digest, None, metadata, schema.OVERSIZE, reason)
        return of_bytes(number, body.raw, self._settings, metadata, found.declared)

    def _wrong(self, block: Block, head: Head) -> Unreadable | None:
        """Why the record that was read cannot be what it says it is; None if it can."""
        grammar, found = self._grammar, block.found()
        if block.short and (block.torn or not found):
            return block.short
        look = self._ahead.look(_GAP + grammar.reach)
        feeds = self._feeds(look)
        gap, rest = look[:feeds], look[feeds:]
        good = gap.startswith(grammar.gaps)
        if rest and not found:
            if grammar.begins.match(rest) or good:
                return None
            size = len(grammar.gaps[0])
            if grammar.begins.match(look, size):  # it is the gap that is damaged
                self._ahead.take(size)
                return None
        elif block.short:
            pass
        elif rest and gap in grammar.gaps and grammar.begins.match(rest):
            return None
        elif not rest:
            self._ahead.take(feeds)
            tear = self._ahead.tear()
            if tear and tear.within:
                return tear
            self._tear = tear
            if tear or good or not found:
                return None
            self._ahead.give_back(gap)
        self._patience = max(_LEAST_PATIENCE, self._patience // 2)  # so much is read twice
        self._ahead.give_back(found or block.last())
        self._skip(behind_a_tear=bool(found))
        return Unreadable(
            f"its length of {head.length} bytes is wrong: what follows them is no record"
        )

    def _gap(self, number: int, start: int, error: Unreadable) -> Record:
        """The record that stands for what belongs to none."""
        lost = self._skip(behind_a_tear=error.goes_on)
        size = self._ahead.at - start
        reason = f"{size} bytes from byte {start} on cannot be read: {error}"
        if lost.tear:
            reason += f"; {lost.tear}"
        return Record(number, size, lost.digest, None, NO_METADATA, error.verdict, reason)

    def _skip(self, *, behind_a_tear: bool = True) -> _Lost:
        """Stand at the next record, or at the end; behind a tear one may begin right here."""
        grammar, tear = self._grammar, None
        size, digest, fresh = 0, hashlib.sha256(), behind_a_tear
        while True:
            look = self._ahead.look(_LOOK)
            if fresh and grammar.begins.match(look):
                break
            line = grammar.again.search(look)
            short = len(look) < _LOOK
            past = line.start() + 1 if line else len(look) - (0 if short else grammar.reach)
            digest.update(self._ahead.take(past))
            size += past
            fresh = False
            if line:
                break
            if short:
                new = self._ahead.tear()
                if new is None:
                    break
                tear, fresh = tear or new, True
        return _Lost(size, digest.hexdigest(), tear)
