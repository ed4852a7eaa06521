"""mbox: mails one after the other, each after a line `From <whom> <date>`.

What belongs here: where a mail begins. What does not: what is in it (mail).
"""

import hashlib
import re
from collections.abc import Iterator
from io import BufferedReader
from typing import BinaryIO, cast

from pipeline import schema
from pipeline.sources.lines import TooLong
from pipeline.sources.mails.mail import records_of_mail
from pipeline.sources.raw import Part, PassedOver, RawFile, Unreadable
from pipeline.sources.record import NO_METADATA, Record, torn
from pipeline.sources.settings import IngestSettings
from pipeline.sources.stretch import part_of

_CHUNK = 256 * 1024
_LINE = 600  # bytes of a line between two mails, at most
_SEEN = 1200  # enough for that line and the beginning of the next
_BEFORE = 2  # bytes of a blank line before it
_MOST = 64 * 1024 * 1024
_BEGINS = re.compile(rb"\nFrom ")
BETWEEN = re.compile(
    rb"From [^\r\n]{0,500}?\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b[^\r\n]{1,40}?\d\d?:\d\d[^\r\n]{0,60}"
    rb"\r?\n"
)
"""The line before a mail, with its date."""
_HEADER = re.compile(rb"[!-9;-~]{1,100}[ \t]*:|>From ")
# A line of a mail that begins so was given a > (mboxrd).
_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)


def read_mbox(raw: RawFile, settings: IngestSettings) -> Iterator[Record | PassedOver]:
    """The mails of a file, or of a part of one, in order, numbered from 1; never more than one of
    them is held.
    """
    stream, number = raw.stream, 0
    if raw.part:
        stream, number = part_of(stream, raw.part), raw.part.first - 1
    try:
        for mail in mails(stream, settings.max_record_bytes):
            if _is_blank(mail):
                continue
            number += 1
            if isinstance(mail, bytes):
                yield from records_of_mail(number, mail, unquoted(mail), settings)
                continue
            reason = (
                f"mail {number} has {mail.size} bytes, more than "
                f"ingest.max_record_bytes = {settings.max_record_bytes}"
            )
            verdict = schema.OVERSIZE
            yield Record(number, mail.size, mail.digest, None, NO_METADATA, verdict, reason)
    except Unreadable as error:
        yield torn(number + 1, error.rest, error, error.after(f"mail {number}"))


def cut_mbox(file: BinaryIO, limit: int) -> Iterator[Part]:
    """Parts of whole mails, of about `limit` bytes."""
    start = at = 0
    number, first = 0, 1
    for mail in mails(cast(BufferedReader, file), _MOST):
        number += not _is_blank(mail)
        at += len(mail) if isinstance(mail, bytes) else mail.size
        if at - start >= limit:
            yield Part(start, at, at - start, first)
            start, first = at, number + 1
    if start < at:
        yield Part(start, at, at - start, first)


def _is_blank(mail: bytes | TooLong) -> bool:
    return isinstance(mail, bytes) and not mail.strip()


def unquoted(mail: bytes) -> bytes:
    """The mail itself: without the line before it, and without the `>` that it brought."""
    if between := BETWEEN.match(mail):
        mail = mail[between.end() :]
    return _QUOTED.sub(rb"\1", mail)


def mails(stream: BufferedReader, limit: int) -> Iterator[bytes | TooLong]:
    """Each mail with the line before it; what comes before the first such line is one as well.

    Raises `Unreadable` with what there was of the mail that is torn.
    """
    window, start, at = b"", 0, 0  # of the mail, and of what has not been looked at
    digest, size = None, 0  # of a mail that is too long to be held, as far as it is gone
    ended = False
    while not ended:
        try:
            chunk = stream.read1(max(_CHUNK, len(window) - start))
        except Unreadable as error:
            error.rest = b"" if digest else window[start:]
            raise
        window, at, start = window[start:] + chunk, at - start, 0
        ended = not chunk
        while True:
            found, at = _next(window, at, ended)
            if not found:
                break
            yield _mail(window[start:at], digest, size, limit)
            start, digest, size = at, None, 0
        if len(window) - start > limit:
            digest = digest or hashlib.sha256()
            digest.update(window[start:at])
            size += at - start
            start = at
    if start < len(window) or digest:
        yield _mail(window[start:], digest, size, limit)


def _mail(rest: bytes, digest: "hashlib._Hash | None", size: int, limit: int) -> bytes | TooLong:
    if digest is None and len(rest) <= limit:
        return rest
    digest = digest or hashlib.sha256()
    digest.update(rest)
    return TooLong(size + len(rest), digest.hexdigest())


def _next(window: bytes, at: int, ended: bool) -> tuple[bool, int]:
    """(whether a mail begins after `at`, where it does, or from where on that is not known yet)."""
    for found in _BEGINS.finditer(window, at):
        begin = found.start() + 1
        if not ended and len(window) - begin < _SEEN:
            return False, max(at, found.start() - _BEFORE)
        line = BETWEEN.match(window, begin, begin + _LINE)
        if line and (
            _HEADER.match(window, line.end()) or window[:begin].endswith((b"\n\n", b"\n\r\n"))
        ):
            return True, begin
    return False, max(at, len(window) - len(b"\nFrom ") - _BEFORE)
