"""What a mail's header says about it.

What belongs here: fields as text (RFC 5322), whatever their bytes are in (RFC 2047, or against all
rules), dates. What does not: the mail's text (mail).
"""

import binascii
import re
from collections.abc import Iterable, Mapping
from email.utils import parsedate_to_datetime

from pipeline.decode import Undecodable, decode

# Its field in the metadata, by the field's name in the header.
_FIELDS = {
    "from": "from",
    "to": "to",
    "subject": "subject",
    "date": "date",
    "message-id": "message-id",
    "content-language": "language",
}
_FOLD = re.compile(rb"\r?\n(?=[ \t])")
_WORD = re.compile(rb"=\?([!-)+->@-~]+)(?:\*[^?\s]*)?\?([bBqQ])\?([^?\r\n]*)\?=")
_MAX_DATE = 200
_HEX = re.compile(rb"=([0-9A-Fa-f]{2})")


def fields_of(header: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    """The fields that become metadata; of one that repeats, the first. Dates are in ISO form where
    they are any.

    header: (name, value) of each field, bytes that are no ASCII as surrogates.
    """
    found: dict[str, str] = {}
    for name, value in header:
        field = _FIELDS.get(name.strip().lower())
        if field and field not in found:
            text = text_of(value.encode("ascii", "surrogateescape"))
            found[field] = _iso(text) if field == "date" else text
    return found


def text_of(value: bytes) -> str:
    """The text of a field."""
    value = _FOLD.sub(b"", value).strip()
    made: list[str] = []
    at, before = 0, ("", b"")  # the charset and the bytes of the words that end here
    for word in _WORD.finditer(value):
        between = value[at : word.start()]
        known = (word[1].decode("ascii").lower(), _unpacked(word))
        if at and not between.strip() and known[0] == before[0]:
            before = (before[0], before[1] + known[1])  # characters may be cut between words
        else:
            made.append(_said(*before))
            made.append("" if at and not between.strip() else _said("", between))
            before = known
        at = word.end()
    made += [_said(*before), _said("", value[at:])]
    return "".join(made)


def _unpacked(word: re.Match[bytes]) -> bytes:
    """The bytes that an encoded word stands for; itself where it is damaged."""
    if word[2] in b"qQ":
        return _HEX.sub(lambda found: bytes([int(found[1], 16)]), word[3].replace(b"_", b" "))
    try:
        return binascii.a2b_base64(word[3] + b"=" * (-len(word[3]) % 4))
    except binascii.Error:
        return word[0]


def _said(charset: str, raw: bytes) -> str:
    for encoding in (charset, "utf-8"):
        try:
            if encoding:
                return raw.decode(encoding)
        except (LookupError, UnicodeError):
            continue
    try:
        return decode(raw).text
    except Undecodable:
        return raw.decode("latin-1")


def _iso(date: str) -> str:
    if len(date) > _MAX_DATE:
        return date
    try:
        return parsedate_to_datetime(date).isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        return date
