"""A stream read forwards, with a look at what comes next.

What belongs here: looking before taking, and where a tear stands among the bytes. What does not:
what the bytes mean (warc_block, http).
"""

from io import BufferedReader, RawIOBase
from typing import Any

from pipeline.sources.raw import Unreadable

_CHUNK = 64 * 1024


class Ahead:
    """A stream of which more is known than was taken. It never raises: it ends before a tear."""

    def __init__(self, stream: BufferedReader) -> None:
        self._stream = stream
        self._held, self._from = b"", 0  # what was read, and how much of it is taken
        self._tear: Unreadable | None = None
        self._ended = False
        self.at = 0
        """How many bytes are taken."""

    def look(self, size: int) -> bytes:
        """The next bytes, fewer than so many only before the end or a tear."""
        while len(self._held) - self._from < size and self._more():
            pass
        return self._held[self._from : self._from + size]

    def take(self, size: int) -> bytes:
        """Some of the next bytes, at most so many and all that were looked at; none at the end and
        before a tear.
        """
        if self._from == len(self._held):
            self._more()
        taken = self._held[self._from : self._from + size]
        self._from += len(taken)
        self.at += len(taken)
        return taken

    def give_back(self, taken: bytes) -> None:
        """Bytes that were taken come next again."""
        self._held, self._from = taken + self._held[self._from :], 0
        self.at -= len(taken)

    def tear(self) -> Unreadable | None:
        """The tear that stands before the next byte, if one does; then it lies behind."""
        if self.look(1) or self._tear is None:
            return None
        error, self._tear = self._tear, None
        self._ended = not error.goes_on
        return error

    def _more(self) -> bool:
        if self._ended or self._tear:
            return False
        try:
            chunk = self._stream.read1(_CHUNK)
        except Unreadable as error:
            self._tear = error
            return False
        self._ended = not chunk
        self._held, self._from = self._held[self._from :] + chunk, 0
        return not self._ended


class Rest(RawIOBase):
    """What is left of a stream of which the beginning was looked at."""

    def __init__(self, ahead: Ahead) -> None:
        self._ahead = ahead
        self._torn: Unreadable | None = None

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any, /) -> int:
        """The next bytes. Raises `Unreadable` where the stream is torn, each time the same."""
        chunk = self._ahead.take(len(buffer)) if self._torn is None else b""
        if not chunk:
            self._torn = self._torn or self._ahead.tear()
            if self._torn:
                raise self._torn
        buffer[: len(chunk)] = chunk
        return len(chunk)
