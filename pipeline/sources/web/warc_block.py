"""What follows the head of a record of a web archive, as a stream that ends with the record.

What belongs here: reading no further than the record says it goes, and remembering what else may
begin within it: then what it says was wrong. What does not: deciding that (warc).
"""

from io import RawIOBase
from typing import Any

from pipeline.sources.raw import Unreadable
from pipeline.sources.web.ahead import Ahead
from pipeline.sources.web.warc_head import Grammar

_CHUNK = 64 * 1024


class Block(RawIOBase):
    """So many of the next bytes, in which another record may seem to begin.

    At most about `limit` bytes from there on are held. If there are more, and it does begin by its
    head, the block ends there: whole archives within a record are seldom, wrong lengths are not.
    """

    def __init__(self, ahead: Ahead, size: int, grammar: Grammar, limit: int) -> None:
        self._ahead, self._grammar, self._limit = ahead, grammar, limit
        self.left = size
        self.short: Unreadable | None = None
        """Why it ends too early."""
        self.torn = False
        """And it does so since the stream is torn."""
        self._last = b""
        self._held = bytearray()

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any, /) -> int:
        """The next bytes. Raises `Unreadable` where they end too early."""
        if not self.left:
            return 0
        chunk = self._next(len(buffer))
        if self.short:
            raise self.short
        buffer[: len(chunk)] = chunk
        return len(chunk)

    def drain(self) -> None:
        """Take what is left."""
        while self.left and not self.short:
            self._next(_CHUNK)

    def found(self) -> bytes:
        """What came from where another record seems to begin; empty if none does."""
        return bytes(self._held)

    def last(self) -> bytes:
        """The last bytes that were taken, in which another record may have begun."""
        return self._last

    def _next(self, size: int) -> bytes:
        if self.short:
            return b""
        chunk = self._ahead.take(min(size, self.left))
        if not chunk:
            tear = self._ahead.tear()
            self.torn = tear is not None
            self.short = tear or Unreadable(
                f"the file ends {self.left} bytes before the record does"
            )
            self.short.goes_on = False  # not for those who read the block
        self.left -= len(chunk)
        self._watch(chunk)
        return b"" if self.short else chunk

    def _watch(self, chunk: bytes) -> None:
        again = self._grammar.again
        if not self._held:
            window = self._last + chunk
            if self._grammar.mark in window and (line := again.search(window)):
                self._held += window[line.start() + 1 :]
            self._last = window[-self._grammar.reach :]
            return
        self._held += chunk
        if len(self._held) <= self._limit:
            return
        if self._is_record():
            self.short = Unreadable("another record begins within it")
            return
        line = again.search(self._held, max(1, len(self._held) // 2))
        del self._held[: line.start() + 1 if line else len(self._held)]
        self._last = b""

    def _is_record(self) -> bool:
        """Whether what is held begins with a head that says what it is."""
        end = self._grammar.ends.search(self._held)
        head = self._grammar.head(bytes(self._held[: end.end()])) if end else None
        return head is not None and head.what != "" and head.length is not None
