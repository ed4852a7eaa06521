"""The head of a record of a web archive: WARC 0.17 to 1.1 (ISO 28500), ARC 1 and 2.

What belongs here: how such a head begins and ends, and what it says. What does not: going from
record to record (warc), what becomes of a record (warc_record).

Read here and not by a library: warcio stops at the first record whose length is wrong, FastWARC
passes over what it cannot read without a word, and neither says how many bytes that were. A head is
a few lines of text.
"""

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from pipeline.sources.fields import fields_of, text_of

HEAD_BYTES = 256 * 1024
"""A longer head is none."""
FILE_HEAD = "filedesc"
"""What the first record of an ARC file is: about the file."""


class Head(NamedTuple):
    """What a record says about itself.

    what: `response`, `request` … length: of what follows, in bytes; None where it is no number.
    said: the length as it stands there. fields: by their names in small letters, as in WARC.
    """

    what: str
    length: int | None
    said: str
    fields: Mapping[str, str]


class Grammar(NamedTuple):
    """How the records of one kind of archive are written.

    begins: matches where a record begins. again: the same after a line feed; a match has at most
    `reach` bytes and begins with `mark`. ends: matches at the end of a head. head: reads one.
    gaps: what may follow a record, the rule first.
    """

    name: str
    begins: re.Pattern[bytes]
    again: re.Pattern[bytes]
    mark: bytes
    reach: int
    ends: re.Pattern[bytes]
    head: Callable[[bytes], Head]
    gaps: tuple[bytes, ...]


def _warc(head: bytes) -> Head:
    fields = fields_of(head.split(b"\n", 1)[1])
    said = fields.get("content-length", "")
    return Head(fields.get("warc-type", "").lower(), _number(said), said, fields)


def _arc(head: bytes) -> Head:
    """URL, address, date, type, in ARC 2 some more, and the length; the URL may hold blanks."""
    found = _ARC_LINE.match(head)
    if found is None:
        return Head("", None, "", {})
    url, date, kind, said = map(text_of, found.groups())
    fields = {"warc-target-uri": url, "warc-date": _iso(date), "content-type": kind}
    what = FILE_HEAD if url.startswith("filedesc:") else "response"
    return Head(what, _number(said), said, fields)


def _number(said: str) -> int | None:
    return int(said) if said.isascii() and said.isdigit() and len(said) < 19 else None


def _iso(date: str) -> str:
    """A date of 14 digits as WARC writes it."""
    found = re.match(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)", date)
    return "{}-{}-{}T{}:{}:{}Z".format(*found.groups()) if found else date


_ARC = rb"[a-z][a-z0-9+.-]{1,20}:[^\r\n]{0,4000} [0-9a-fA-F.:]{2,45} \d{12,18} [^\r\n]{0,500}\r?\n"
_ARC_LINE = re.compile(
    rb"([^\r\n]*) [0-9a-fA-F.:]{2,45} (\d{12,18}) ([^\r\n ]*) (?:[^\r\n]* )?([^\r\n ]*)\r?\n"
)
WARC = Grammar(
    "WARC",
    re.compile(rb"WARC/[01]\.\d\d?[ \t]*\r?\n"),
    re.compile(rb"\nWARC/[01]\.\d\d?[ \t]*\r?\n"),
    b"\nWARC/",
    64,
    re.compile(rb"\n\r?\n"),
    _warc,
    (b"\r\n\r\n", b"\n\n"),
)
ARC = Grammar(
    "ARC",
    re.compile(_ARC),
    re.compile(rb"\n" + _ARC),
    b"\n",
    5000,
    re.compile(rb"\n"),
    _arc,
    (b"\n",),
)
