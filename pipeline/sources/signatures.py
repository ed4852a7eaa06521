"""What the first bytes of a file say about its format.

What belongs here: one small test a format; it holds only where there can be no doubt.
What does not: what follows from it (formats).
"""

import json
import re
import tarfile
from collections.abc import Callable
from functools import cache

import orjson
import pyarrow
import pyarrow.ipc

from pipeline.sources.mails.mbox import BETWEEN
from pipeline.sources.objects.jsonfile import list_around
from pipeline.sources.objects.wide import wide_encoding
from pipeline.sources.settings import IngestSettings

Looks = Callable[[bytes, IngestSettings], bool]
_BZIP2 = re.compile(rb"BZh[1-9](1AY&SY|\x17rE8P\x90)")
_ZSTD = re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18")
_TAR_BLOCK = 512
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_MAX_BINARY_SHARE = 0.02
_JSON_LIST = re.compile(rb"\s*\[\s*\{\s*(\"([^\"\\]|\\.){0,1000}\"\s*:|\}\s*[,\]])")
_JSON_LINES = re.compile(rb"\s*\{[ \t]*\r?\n\s*\"([^\"\\]|\\.){0,1000}\"\s*:")
# Documents made of text that is not theirs to be read: PDF, PostScript, RTF.
_NO_TEXT = (b"%PDF-", b"%!PS", b"{\\rtf")
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
_MAIL_FIELD = re.compile(rb"^([A-Za-z][A-Za-z0-9-]{1,50}):", re.MULTILINE)
_MAIL_HEADER = re.compile(rb"(?:[A-Za-z][A-Za-z0-9-]{1,50}:.*\n(?:[ \t].*\n)*+){3,}+")
_FIELDS_OF_A_MAIL = 3
_MACHINES_FIELDS = {b"message-id", b"received", b"mime-version", b"return-path", b"delivered-to"}
_MAIL_FIELDS = _MACHINES_FIELDS | {b"from", b"to", b"date", b"subject", b"content-type"}
_VTT = re.compile(rb"(?:\xef\xbb\xbf)?WEBVTT(?:[ \t].*)?(?:\r?\n|\Z)")
_SRT = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*\d{1,6}[ \t]*(?:\r\n?|\n)"
    rb"\d{1,3}:\d\d:\d\d[,.]\d{1,3} *--> *\d{1,3}:\d\d:\d\d[,.]\d"
)
_ZIP_HEADER = 30
_EPUB = re.compile(rb"mimetype.{0,200}?\s{0,9}application/epub\+zip", re.DOTALL)


def begins(*marks: bytes) -> Looks:
    """Whether a file begins with one of these."""

    def looks(head: bytes, settings: IngestSettings) -> bool:
        del settings
        return head.startswith(marks)

    return looks


def never(head: bytes, settings: IngestSettings) -> bool:
    """For formats that have no signature."""
    del head, settings
    return False


def bzip2(head: bytes, settings: IngestSettings) -> bool:
    """A block, or the end of an empty file, after the mark."""
    del settings
    return _BZIP2.match(head) is not None


def zstd(head: bytes, settings: IngestSettings) -> bool:
    """A frame, or one that is to be skipped."""
    del settings
    return _ZSTD.match(head) is not None


def tar(head: bytes, settings: IngestSettings) -> bool:
    """A header whose checksum is right, of any age of tar."""
    del settings
    if len(head) < _TAR_BLOCK:
        return False
    try:
        tarfile.TarInfo.frombuf(head[:_TAR_BLOCK], "utf-8", "surrogateescape")
    except tarfile.TarError:
        return False
    return True


def epub(head: bytes, settings: IngestSettings) -> bool:
    """A zip archive whose first member says so (OCF 3.3, 4.3), or that soon has the member which
    nothing else has.
    """
    del settings
    known = _EPUB.match(head, _ZIP_HEADER) or b"META-INF/container.xml" in head
    return head.startswith(b"PK\3\4") and bool(known)


def arrow(head: bytes, settings: IngestSettings) -> bool:
    """A file or Feather by its mark; a stream by its first message, which must be a schema."""
    del settings
    if head.startswith((b"ARROW1\0\0", b"FEA1")):
        return True
    if not head.startswith(b"\xff\xff\xff\xff"):
        return False
    try:
        pyarrow.ipc.read_schema(pyarrow.py_buffer(head))
    except (pyarrow.ArrowException, OSError):
        return False
    return True


def jsonl(head: bytes, settings: IngestSettings) -> bool:
    """A first line that is an object with a text."""
    line, *rest = head.removeprefix(b"\xef\xbb\xbf").lstrip().split(b"\n", 1)
    if not line.startswith(b"{") or not (rest or line.rstrip().endswith(b"}")):
        return False
    try:
        item = orjson.loads(line)
    except orjson.JSONDecodeError:
        return False
    return isinstance(item, dict) and settings.text_field in item


def json_file(head: bytes, settings: IngestSettings) -> bool:
    """A list that begins with an object; an object on several lines, or around a list of objects,
    in which the text's field can be seen. In UTF-16 or UTF-32 also an object a line.
    """
    text = head.removeprefix(b"\xef\xbb\xbf")
    if wide := wide_encoding(head):
        text = head.decode(wide.encoding, "ignore").removeprefix("\ufeff").encode("utf-8", "ignore")
        if jsonl(text, settings):
            return True
    if _JSON_LIST.match(text):
        return True
    if not text.lstrip().startswith(b"{") or not _names(settings.text_field).search(text):
        return False
    if _JSON_LINES.match(text):
        return True
    line, _, rest = text.lstrip().partition(b"\n")
    if rest.strip() and _is_json(line):
        return False  # an object a line, more likely
    return list_around(text, settings.text_field) is not None


def mbox(head: bytes, settings: IngestSettings) -> bool:
    """A line `From <whom> <date>`, and a field of a header after it."""
    del settings
    between = BETWEEN.match(head)
    return between is not None and _MAIL_FIELD.match(head, between.end()) is not None


def mail(head: bytes, settings: IngestSettings) -> bool:
    """A header: three fields that a mail has, of which one is none that people write by hand."""
    del settings
    header = _MAIL_HEADER.match(head)
    names = {name.lower() for name in _MAIL_FIELD.findall(header[0])} if header else set()
    return len(names & _MAIL_FIELDS) >= _FIELDS_OF_A_MAIL and bool(names & _MACHINES_FIELDS)


def vtt(head: bytes, settings: IngestSettings) -> bool:
    """Its own first line."""
    del settings
    return _VTT.match(head) is not None


def srt(head: bytes, settings: IngestSettings) -> bool:
    """A first cue with its number."""
    del settings
    return _SRT.match(head) is not None


def _is_json(line: bytes) -> bool:
    try:
        orjson.loads(line)
    except orjson.JSONDecodeError:
        return False
    return True


@cache
def _names(field: str) -> re.Pattern[bytes]:
    return re.compile(re.escape(json.dumps(field, ensure_ascii=False).encode()) + rb"\s*:")


def is_text(head: bytes) -> bool:
    """Whether there are hardly any control bytes, or a mark of an encoding that is full of them."""
    if head.startswith(_NO_TEXT):
        return False
    if head.startswith(_WIDE_MARKS):
        return True
    return len(_BINARY.findall(head)) <= _MAX_BINARY_SHARE * len(head)
