"""Mails: the text of the one record that a message is, its header as metadata.

What belongs here: which parts of a message are its text, and getting their bytes. What does not:
finding messages in a file (mbox), fields of the header (mailheader).

The text is that of all parts in text/plain, a blank line between them, those of forwarded messages
included. Where there is none, it is the part in text/html, which the stage `html` then reads.
Everything else is passed over.
"""

import email
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.errors import MessageError
from email.message import Message

from pipeline import schema
from pipeline.decode import Declared, Decoded, Undecodable, decode
from pipeline.sources.mails.mailheader import fields_of
from pipeline.sources.raw import PassedOver, RawFile
from pipeline.sources.record import Record, digest_of, metadata_of, rejected
from pipeline.sources.settings import REPLACE, IngestSettings
from pipeline.sources.whole import whole_file

# What Python's library was seen to raise, or may, on messages that are none.
_FAULTS = (
    MessageError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    AssertionError,
    RecursionError,
    OverflowError,
)
# Python's library makes an object of each line and of each part, and goes through the parameters of
# a field again and again.
_MAX_LINES = 2_000_000
_MAX_PARTS = 100_000
_MAX_FIELD = 16 * 1024
_KINDS = {"application", "audio", "font", "image", "message", "model", "text", "video"}
# As the stage `html` knows a page.
_PAGE = re.compile(
    r"[\ufeff\s]*(?:(?:<\?[^>]*>|<!--.*?-->)\s*)*<(?:!doctype\s+html|html|head|body)[\s/>]",
    re.IGNORECASE | re.DOTALL,
)


@dataclass
class _Body:
    """What is in a message. plain, html: the bytes of each such part, and the charset it names."""

    plain: list[tuple[bytes, str | None]] = field(default_factory=list)
    html: list[tuple[bytes, str | None]] = field(default_factory=list)
    others: list[PassedOver] = field(default_factory=list)


def read_mail(raw: RawFile, settings: IngestSettings) -> Iterator[Record | PassedOver]:
    """The one record of a file that holds one message."""
    found = whole_file(raw, settings)
    if isinstance(found, Record):
        yield found
    else:
        yield from records_of_mail(1, found, found, settings)


def records_of_mail(
    number: int, raw: bytes, mail: bytes, settings: IngestSettings
) -> Iterator[Record | PassedOver]:
    """The record of a message, and its parts that are no text.

    raw: as it stands in the file; mail: the message itself.
    """
    if too_much := _too_much(mail):
        yield rejected(number, raw, schema.UNSAFE, f"mail {number} {too_much}")
        return
    body = _Body()
    try:
        message = email.message_from_bytes(mail)
        header = list(message.raw_items())
        metadata = metadata_of(fields_of(header))
        _gather(message, body)
    except _FAULTS as error:
        reason = f"mail {number} cannot be read: {type(error).__name__}: {error}"
        yield rejected(number, raw, schema.MALFORMED, reason)
        return
    if not header:
        reason = f"mail {number} has no header (From, Date, Subject …): it is no mail"
        yield rejected(number, raw, schema.MALFORMED, reason)
        return
    yield _record(number, raw, body, metadata, settings)
    yield from body.others


def _too_much(mail: bytes) -> str:
    """Why a message would take too much memory; empty where it would not."""
    lines = mail.count(b"\n") + mail.count(b"\r") - mail.count(b"\r\n")
    if lines > _MAX_LINES:
        return f"has {lines} lines, more than {_MAX_LINES} that are read"
    parts = mail.count(b"\n--")
    if parts > _MAX_PARTS:
        return f"has {parts} lines that may part it, more than {_MAX_PARTS} that are read"
    return ""


def _gather(part: "Message[str, str]", body: _Body) -> None:
    """What is in a part, and in those within it. Raises `ValueError`, and others of `_FAULTS`."""
    for name, value in part.raw_items():
        if len(value) > _MAX_FIELD and name.lower().startswith("content-"):
            raise ValueError(f"its {name[:40]} has {len(value)} bytes")
    kind, subtype = part.get_content_maintype(), part.get_content_subtype()
    payload = part.get_payload()
    if isinstance(payload, list) and (kind == "multipart" or subtype == "rfc822"):
        for inner in payload:
            if isinstance(inner, Message):
                _gather(inner, body)
        return
    if isinstance(payload, list):  # message/delivery-status
        body.others.append(PassedOver("mail attachment message", 1, 0))
        return
    bytes_ = part.get_payload(decode=True)
    if not isinstance(bytes_, bytes):
        raise TypeError("a part without bytes")
    attached = part.get_content_disposition() == "attachment"
    found = (bytes_, part.get_content_charset())
    if kind == "multipart" or (kind == "text" and subtype == "plain"):
        body.plain.append(found)  # one that names no boundary is what it says
    elif kind == "text" and subtype == "html" and not attached:
        body.html.append(found)
    else:
        known = kind if kind in _KINDS else "other"
        body.others.append(PassedOver(f"mail attachment {known}", 1, len(bytes_)))


def _record(
    number: int, raw: bytes, body: _Body, metadata: str, settings: IngestSettings
) -> Record:
    plain = [each for each in body.plain if each[0].strip()]
    if plain:
        body.others += [PassedOver("html version of a mail", 1, len(each)) for each, _ in body.html]
    chosen = plain or body.html or body.plain
    if not chosen:
        kinds = ", ".join(sorted({each.kind.rpartition(" ")[2] for each in body.others}))
        reason = f"mail {number} has no text, only {kinds or 'a header'}"
        return rejected(number, raw, schema.MALFORMED, reason, metadata)
    try:
        decoded = [_decoded(bytes_, charset, settings) for bytes_, charset in chosen]
    except Undecodable as error:
        reason = f"mail {number}: its text {error}"
        return rejected(number, raw, schema.UNDECODABLE, reason, metadata)
    text = _joined(decoded)
    if chosen is body.html and not _PAGE.match(text.meant):
        text = text.with_text(f"<body>{text.meant}")
    return Record(number, len(raw), digest_of(raw), text, metadata)


def _decoded(raw: bytes, charset: str | None, settings: IngestSettings) -> Decoded:
    declared = [Declared("MIME", charset)] if charset else []
    return decode(raw, declared=declared, replace=settings.on_undecodable == REPLACE)


def _joined(parts: list[Decoded]) -> Decoded:
    """Several texts as one; how it was decoded is told of the one that is least certain."""
    if len(parts) == 1:
        return parts[0]
    least = min(parts, key=lambda part: part.confidence)
    return least.with_text("\n\n".join(part.meant.strip("\r\n") for part in parts))
