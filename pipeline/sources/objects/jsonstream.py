"""JSON values one after the other in a stream of bytes, of which only one is held.

What belongs here: going from value to value, past damage too. What does not: what a value says
(jsonobject), which values are records (jsonfile).
"""

import hashlib
import re
from collections.abc import Iterator
from io import BufferedReader
from typing import NamedTuple

import numpy as np

from pipeline.kernels.jsonvalues import DONE, MORE, progress, value_end, whole_objects
from pipeline.sources.raw import Unreadable

_CHUNK = 256 * 1024
_BLANKS = b" \t\r\n"
_BLANK = re.compile(rb"[ \t\r\n]+")
# Where a damaged value may end, and another one begins.
_FINDS_BACK = re.compile(rb"[}\],\n](?=[\s,\x1e]{0,64}\{\s{0,64}[\"}])")
# What is no value at all ends where an object may begin.
_OBJECT = re.compile(rb"(?=\{\s{0,64}[\"}])")
_OVERLAP = 256

MOST = 64 * 1024 * 1024
"""Bytes of a value that are held, where no setting has a part in where values end."""


class Value(NamedTuple):
    """A value's bytes, or its size and SHA-256 where it is too long to be held.

    start: its first byte in the file. wrong: the first byte that no JSON has there; None where
    the value is whole. resumed: reading went on at an object after it. ended: the stream ends in
    it.
    """

    raw: bytes | None
    size: int
    digest: str
    start: int
    wrong: int | None = None
    resumed: bool = False
    ended: bool = False


class JsonStream:
    """A stream of bytes, read value by value.

    limit: bytes of a value that are held. start: the place of the first byte in the file.
    """

    def __init__(self, stream: BufferedReader, limit: int = MOST, start: int = 0) -> None:
        self._stream = stream
        self._limit = limit
        self._base = start  # of the window in the file
        self._at = 0  # in the window
        self._so_far = progress()
        self._set(b"")

    def byte(self) -> bytes:
        """The next byte that is not blank, not taken; empty at the end."""
        while True:
            byte = self._window[self._at : self._at + 1]
            if byte and byte not in _BLANKS:
                return byte
            if found := _BLANK.match(self._window, self._at):
                self._at = found.end()
                continue
            if not self._more(self._at):
                return b""

    def skip(self) -> None:
        """Take that byte."""
        self._at += 1

    def looking_at(self, pattern: re.Pattern[bytes]) -> bool:
        """Whether what comes next, of which at least 1,024 bytes are looked at, begins so."""
        while len(self._window) - self._at < 1024:
            if not self._more(self._at):
                break
        return pattern.match(self._window, self._at) is not None

    def objects(self) -> Iterator[Value]:
        """The objects that follow each other from here on, as far as that is easily seen.

        What comes then may be an object, too.
        """
        for start, end in whole_objects(self._bytes, self._at).tolist():
            if end - start > self._limit:
                return
            self._at = end
            yield Value(self._window[start:end], end - start, "", self._base + start)

    def value(self) -> Value:
        """The value that begins here; what is damaged goes to where another may begin.

        Raises `Unreadable` with what there is of the value.
        """
        self._so_far.restart()
        result, end = value_end(self._bytes, self._at, self._so_far)
        if result == DONE and end - self._at <= self._limit:
            start, self._at = self._at, end
            return Value(self._window[start:end], end - start, "", self._base + start)
        return self._long_value(result, end)

    def _long_value(self, result: int, at: int) -> Value:
        """A value that is not whole in the window, too long or damaged."""
        so_far = self._so_far
        held = _Held(self._limit, self._base + self._at)
        while result == MORE:
            so_far.moved(self._at)
            held.drop = held.drop or len(self._window) - self._at > self._limit
            if held.drop:
                held.take(self._window[self._at :])
                so_far.moved(len(self._window) - self._at)
                self._at = len(self._window)
            at = len(self._window) - self._at
            if not self._more_of(held):
                self._at = len(self._window)
                return held.value(self._window, ended=True)
            result, at = value_end(self._bytes, at, so_far)
        if result == DONE:
            return self._taken(held, at)
        return self._found_back(held, at, so_far.last_string)

    def _found_back(self, held: "_Held", wrong: int, last_string: int) -> Value:
        """The damaged value, up to where another begins."""
        place = self._base + wrong
        while len(self._window) - wrong < _OVERLAP:
            wrong, last_string = wrong - self._at, last_string - self._at
            if not self._more_of(held):
                break
        if wrong == self._at and not held.drop:  # it is none from the start
            pattern, at = _OBJECT, wrong + 1
        elif _OBJECT.match(
            self._window, wrong
        ):  # in place of a field: the one before is not closed
            return self._taken(held, wrong, wrong=place, resumed=True)
        else:
            pattern, at = _FINDS_BACK, max(self._at, min(last_string, wrong))
        while not (found := pattern.search(self._window, at)):
            at = max(len(self._window) - _OVERLAP, at) - self._at
            held.drop = held.drop or len(self._window) - self._at > self._limit
            if held.drop:
                kept = max(self._at, len(self._window) - _OVERLAP)
                held.take(self._window[self._at : kept])
                self._at, at = kept, 0
            if not self._more_of(held):
                self._at = len(self._window)
                return held.value(self._window, wrong=place, ended=True)
        return self._taken(held, found.end(), wrong=place, resumed=True)

    def _taken(
        self, held: "_Held", end: int, *, wrong: int | None = None, resumed: bool = False
    ) -> Value:
        start, self._at = self._at, end
        return held.value(self._window[start:end], wrong=wrong, resumed=resumed)

    def _more_of(self, held: "_Held") -> bool:
        """Read on within a value, whose place in the window is then its beginning."""
        try:
            return self._more(self._at)
        except Unreadable as error:
            error.rest = b"" if held.drop else self._window[self._at :]
            raise

    def _more(self, kept: int) -> bool:
        """Read on; the window then begins at what was its byte `kept`."""
        chunk = self._stream.read1(max(_CHUNK, len(self._window) - kept))
        self._base += kept
        self._at -= kept
        self._set(self._window[kept:] + chunk)
        return bool(chunk)

    def _set(self, window: bytes) -> None:
        self._window = window
        self._bytes = np.frombuffer(window, np.uint8)


class _Held:
    """What is known of the value that is being read."""

    def __init__(self, limit: int, start: int) -> None:
        self._limit, self._start = limit, start
        self.drop = False  # it is too long to be held
        self._size = 0
        self._digest = hashlib.sha256()

    def take(self, piece: bytes) -> None:
        """Bytes that are counted, and not held."""
        self._size += len(piece)
        self._digest.update(piece)

    def value(
        self, rest: bytes, *, wrong: int | None = None, resumed: bool = False, ended: bool = False
    ) -> Value:
        """The value, of which these are the last bytes."""
        if not self.drop and len(rest) <= self._limit:
            return Value(rest, len(rest), "", self._start, wrong, resumed, ended)
        self.take(rest)
        digest = self._digest.hexdigest()
        return Value(None, self._size, digest, self._start, wrong, resumed, ended)
