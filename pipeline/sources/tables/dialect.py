"""How a table in text form is written: what parts its fields, what quotes them.

What belongs here: finding that out from the first bytes, and taking a row apart by it.
What does not: going from row to row (rowstream), which column is the text (csvfile).
"""

import re
from functools import cached_property

import numpy as np

from pipeline.kernels.tablerows import FULL, NONE, WRONG, Marks, rows_of
from pipeline.sources.raw import HEAD_BYTES

_DELIMITERS = (",", "\t", ";", "|")
_QUOTES = (('"', ""), ('"', "\\"), ("", ""), ("'", ""))
# What is unlikely has to explain more than this share of rows beyond what is likely, and more than
# one damaged row.
_MARGIN = 0.1
_ROWS = 1.5
# Excel's own word, in a line before the header.
_SEPARATOR = re.compile(rb"\"?sep=([,;|\t])\"?\r?\n", re.IGNORECASE)
_SAMPLE_ROWS = 1000


class Dialect:
    """What parts fields, what quotes them, and what makes a quote within them none; either of the
    last two may be empty. feed: what ends a row, a line feed or (old Macs) a carriage return.
    """

    def __init__(self, delimiter: str, quote: str, escape: str, feed: str) -> None:
        self.delimiter, self.quote, self.escape, self.feed = delimiter, quote, escape, feed
        self.line_end = feed.encode()
        self.marks = Marks(*(ord(each or chr(NONE)) for each in (delimiter, quote, escape, feed)))

    def __str__(self) -> str:
        return f"fields parted by {self.delimiter!r}, quoted by {self.quote or 'nothing'!r}"

    def fields(self, row: str) -> list[str]:
        """The fields of a row, whose line end is not looked at. They are those that
        `kernels.tablerows` counts.
        """
        row = row.removesuffix(self.feed)
        row = row if self.feed == "\r" else row.removesuffix("\r")
        if not self.quote or self.quote not in row:
            return row.split(self.delimiter)
        found = self._field.findall(row + self.delimiter)
        return [self._plain(quoted) if quoted else plain for quoted, plain in found]

    def _plain(self, field: str) -> str:
        if self.escape and self.escape in field:
            return self._escaped.sub(r"\1", field)
        return field.replace(self.quote * 2, self.quote) if self.quote in field else field

    @cached_property
    def _field(self) -> re.Pattern[str]:
        """A field and the delimiter after it: what is in its quotes, or all of one without."""
        quote, escape, delimiter = map(re.escape, (self.quote, self.escape, self.delimiter))
        escaped = f"|{escape}." if escape else ""
        return re.compile(
            f"(?: *{quote}((?:[^{quote}{escape}]++|{quote}{quote}{escaped})*+){quote}"
            f"|([^{delimiter}]*+)){delimiter}",
            re.DOTALL,
        )

    @cached_property
    def _escaped(self) -> re.Pattern[str]:
        quote, escape = re.escape(self.quote), re.escape(self.escape)
        return re.compile(f"(?:{escape}|{quote}(?={quote}))([{quote}{escape}])")


def dialect_of(head: bytes) -> tuple[Dialect, int]:
    """(the dialect of a file that begins so, how many bytes come before its first row).

    Of all combinations it is that by which most rows have as many fields as the first one.
    """
    feed = "\r" if b"\r" in head and b"\n" not in head else "\n"
    delimiters: tuple[str, ...] = _DELIMITERS
    before = 0
    if named := _SEPARATOR.match(head):
        delimiters, before = (named[1].decode(),), named.end()
    sample = head[before:]
    if len(head) < HEAD_BYTES:
        sample += feed.encode()
    known = np.frombuffer(sample, np.uint8)
    best, most = Dialect(delimiters[0], '"', "", feed), (False, -2.0)
    for delimiter in delimiters:
        for quote, escape in _QUOTES:
            dialect = Dialect(delimiter, quote, escape, feed)
            explained = _explained(known, sample, dialect)
            if explained > most:
                best, most = dialect, explained
    return best, before


def _explained(known: np.ndarray, sample: bytes, dialect: Dialect) -> tuple[bool, float]:
    """(whether the first row has several fields, the share of other rows that have as many)."""
    counts: list[int] = []
    at = damaged = 0
    while len(counts) + damaged < _SAMPLE_ROWS:
        rows = rows_of(known, at, dialect.marks, most=_SAMPLE_ROWS)
        counts += [fields for fields in rows.fields.tolist() if fields]
        if rows.result == WRONG:
            damaged += 1
            at = sample.find(dialect.feed.encode(), rows.place) + 1
            if at:
                continue
        if rows.result != FULL:
            break
        at = rows.place
    if not counts:
        return False, -1.0
    columns, *others = counts
    tried = max(1, len(others) + damaged)
    share = sum(fields == columns for fields in others) / tried if others or damaged else 1.0
    if dialect.quote == "'":  # the header has them as well, or they are apostrophes
        return columns > 1, share + _MARGIN if sample.startswith(b"'") else -1.0
    if not dialect.quote:  # as it should be with tabs
        share -= _MARGIN + (0.0 if dialect.delimiter == "\t" else _ROWS / tried)
    return columns > 1, share
