"""Rows of a table in text form, of which only a few are held, past damage too.

What belongs here: going from row to row, and finding back in where a quote is not closed. What does
not: what a row says (dialect, csvfile).

Where rows end follows from the bytes and the dialect alone, no setting has a part in it: so a file
is cut where it is read.
"""

import hashlib
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from pipeline.kernels.tablerows import MORE, QUOTED, WRONG, rows_of
from pipeline.sources.raw import Unreadable
from pipeline.sources.tables.dialect import Dialect

_CHUNK = 256 * 1024
MOST = 64 * 1024 * 1024
"""Bytes of a row that are held; of a longer one only size and hash are known."""
# A row that reading can go on at has at most so many bytes.
_PLAUSIBLE = 64 * 1024
# So many in a row are no accident within a field that is as long as `MOST`.
_SURE = 3
_NOT_CLOSED, _FOLLOWS = "a quote is not closed", "something follows a closing quote"


class Row(NamedTuple):
    """A row's bytes with its line end; None where it is too long to be held.

    fields: how many it has. wrong: what is wrong with it where it is damaged; empty where it is
    not. digest: of one that is not held.
    """

    raw: bytes | None
    size: int
    start: int
    fields: int
    wrong: str = ""
    digest: str = ""


class Run(NamedTuple):
    """Rows that follow each other, none of them damaged.

    start: of the first one in the stream. ends: of each, from there on. fields: of each; 0 for a
    blank one, which is none.
    """

    window: bytes
    start: int
    ends: np.ndarray
    fields: np.ndarray


class RowStream:
    """A stream of bytes, read row by row.

    read: gives the next bytes, about so many. start: the place of the first one in the file.
    columns: how many fields a row should have; None for as many as the first one.
    """

    def __init__(
        self,
        read: Callable[[int], bytes],
        dialect: Dialect,
        start: int = 0,
        columns: int | None = None,
        most: int = MOST,
    ) -> None:
        self._read = read
        self._dialect = dialect
        self._columns = columns
        self._most = most
        self._feed = dialect.feed.encode()
        self._base = start  # of the window in the file
        self._at = 0  # of the next row in the window
        self._ended = False
        self._size = 0  # of the window, before a line end that the last row lacks
        self._set(b"")

    def rows(self) -> Iterator[Row]:
        """Each row that is not blank. Raises `Unreadable` with what there is of the next one."""
        for run in self.runs():
            if isinstance(run, Row):
                yield run
                continue
            at = 0
            for end, fields in zip(run.ends.tolist(), run.fields.tolist(), strict=True):
                if fields:
                    raw = run.window[at:end]
                    yield Row(raw, end - at, run.start + at, fields)
                at = end

    def runs(self) -> Iterator[Run | Row]:
        """The same, as many at once as can be; what is damaged or too long one by one."""
        while True:
            found = rows_of(self._bytes, self._at, self._dialect.marks)
            short = self._short(found.ends)
            if short:
                yield self._run(found.ends[:short], found.fields[:short])
            if short < len(found.ends):
                yield self._too_long()
            elif found.result == WRONG:
                late = found.place - self._at >= self._most
                yield self._too_long() if late else self._damaged(found.place)
            elif found.result == MORE:
                if self._size - self._at > self._most:
                    yield self._too_long()
                elif self._ended:
                    if self._at < self._size:
                        yield self._damaged()
                        continue
                    return
                else:
                    self._more()

    def _short(self, ends: np.ndarray) -> int:
        """How many of the next rows come before the first one that is too long."""
        if self._size - self._at <= self._most:
            return len(ends)
        long = np.diff(np.minimum(ends, self._size), prepend=self._at) > self._most
        return int(long.argmax()) if long.any() else len(ends)

    def _run(self, ends: np.ndarray, fields: np.ndarray) -> Run:
        start, self._at = self._at, int(ends[-1])
        if self._columns is None and fields.any():
            self._columns = int(fields[fields > 0][0])
        ends = np.minimum(ends, self._size) - start
        return Run(self._window[start : self._at], self._base + start, ends, fields)

    def _damaged(self, follows: int | None = None) -> Row:
        """What is damaged, from the row's start to where another row seems to begin.

        follows: the byte that follows a closing quote; None where a quote is not closed.
        """
        start = self._base + self._at
        wrong = None if follows is None else self._base + follows
        held = _Held(start)
        end = self._next(held, self._at)
        on = self._base + end
        # The row is judged by its own bytes: a part of the file that ends with it has no others.
        if wrong is None or wrong >= on:
            return self._taken(held, end, _said(_NOT_CLOSED, start, on))
        return self._taken(held, end, _said(_FOLLOWS, wrong, on))

    def _next(self, held: "_Held", at: int) -> int:
        """Where another row seems to begin, in a line after this byte of a damaged one."""
        while True:
            feed = self._window.find(self._feed, at)
            if feed < 0 and self._ended:
                return self._size
            if feed < 0 or (not self._ended and len(self._window) - feed <= _PLAUSIBLE):
                at = (len(self._window) if feed < 0 else feed) - self._at
                if at > self._most:
                    self._pass(held, self._at + at)
                    at = 0
                self._more_of(held)
                continue
            at = feed + 1
            if at >= self._size or self._plausible(at):
                return min(at, self._size)

    def _plausible(self, at: int, wanted: int = 1) -> bool:
        """Whether so many rows begin here that are as they should be, of those that are there."""
        window = self._bytes[at : at + wanted * _PLAUSIBLE]
        found = rows_of(window, 0, self._dialect.marks, most=wanted)
        last = self._ended and found.result == MORE and at + found.place >= self._size
        fields = found.fields.tolist()
        return len(fields) >= (1 if last else wanted) and set(fields) == {self._columns}

    def _too_long(self) -> Row:
        """A row without end: of an unclosed quote, or a large field.

        Which of them is told by as many bytes as are held, however many more there are.
        """
        limit = self._at + self._most
        found = rows_of(self._bytes[:limit], self._at, self._dialect.marks, most=1)
        if found.inside == QUOTED:
            at = self._window.find(self._feed, self._at) + 1
            while 0 < at < limit - _SURE * _PLAUSIBLE:
                if self._plausible(at, _SURE):
                    return self._damaged()
                at = self._window.find(self._feed, at) + 1
        held = _Held(self._base + self._at)
        self._pass(held, found.place)
        while True:
            found = rows_of(self._bytes, self._at, self._dialect.marks, found.inside, 1)
            if len(found.ends):
                return self._taken(held, min(int(found.ends[0]), self._size))
            if found.result == WRONG:
                wrong = self._base + found.place
                end = self._next(held, found.place)
                return self._taken(held, end, _said(_FOLLOWS, wrong, self._base + end))
            if self._ended:
                return self._taken(held, self._size, "it does not end")
            self._pass(held, found.place)
            self._more_of(held)

    def _pass(self, held: "_Held", place: int) -> None:
        """Hold no bytes of a row before this place in the window."""
        start, self._at = self._at, min(place, self._size)
        held.take(self._window[start : self._at])

    def _taken(self, held: "_Held", end: int, wrong: str = "") -> Row:
        rest, self._at = self._window[self._at : end], end
        return held.row(rest, wrong, self._most)

    def _more_of(self, held: "_Held") -> None:
        """Read on within a row, whose place in the window is then its beginning."""
        try:
            self._more()
        except Unreadable as error:
            if held.size:
                error.rest = b""
            raise

    def _more(self) -> None:
        """Read on; the window then begins with the next row."""
        rest = self._window[self._at :]
        try:
            chunk = self._read(max(_CHUNK, len(rest)))
        except Unreadable as error:
            error.rest = rest
            raise
        self._base += self._at
        self._at = 0
        self._ended = not chunk
        self._set(rest + chunk)

    def _set(self, window: bytes) -> None:
        self._size = len(window)
        if self._ended and not window.endswith(self._feed):
            window += self._feed
        self._window = window
        self._bytes = np.frombuffer(window, np.uint8)


class _Held:
    """What is known of a row that is read in pieces."""

    def __init__(self, start: int) -> None:
        self._start = start
        self.size = 0
        self._digest = hashlib.sha256()

    def take(self, piece: bytes) -> None:
        """Bytes that are counted, and not held."""
        self.size += len(piece)
        self._digest.update(piece)

    def row(self, rest: bytes, wrong: str, most: int) -> Row:
        """The row, of which these are the last bytes."""
        if not self.size and len(rest) <= most:
            return Row(rest, len(rest), self._start, 0, wrong)
        self.take(rest)
        return Row(None, self.size, self._start, 0, wrong, self._digest.hexdigest())


def _said(what: str, wrong: int, on: int) -> str:
    return f"{what} (byte {wrong} of the file); read on at byte {on}"
