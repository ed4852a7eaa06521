"""What becomes of a record of a web archive: text, or one of few kinds that are passed over.

What belongs here: which records are wanted, and their metadata. What does not: going from record to
record (warc), HTTP (http).

Wanted are pages and texts that a server gave (status 2xx), `resource` records, and the texts of WET
files (`conversion`). All else is counted by kind.
"""

from collections.abc import Mapping
from io import RawIOBase
from typing import Any, NamedTuple

from pipeline.decode import Declared
from pipeline.sources.fields import charset, media_type
from pipeline.sources.limits import Limits
from pipeline.sources.raw import Unreadable, buffered
from pipeline.sources.settings import IngestSettings
from pipeline.sources.signatures import is_text
from pipeline.sources.web.ahead import Ahead, Rest
from pipeline.sources.web.http import response_of
from pipeline.sources.web.warc_block import Block
from pipeline.sources.web.warc_head import FILE_HEAD, Head
from pipeline.sources.whole import Whole, whole

_HTTP = b"HTTP/"
_OF_THE_CRAWLER = "metadata:"  # wget's log and command line, as `resource`
_LOOK = 4096
_OTHER_TYPES = ("warcinfo", "request", "metadata", "revisit", "continuation")
_TEXTS = ("application/xhtml+xml", "application/xml", "application/vnd.wap.xhtml+xml")
# Text by their type, but not to be read.
_CODE = {
    "text/css": "style sheet",
    "text/javascript": "script",
    "text/ecmascript": "script",
    "text/dns": "DNS",
    "application/javascript": "script",
    "application/x-javascript": "script",
    "application/ecmascript": "script",
    "application/json": "JSON",
    "application/ld+json": "JSON",
    "application/pdf": "PDF",
    "application/rss+xml": "feed",
    "application/atom+xml": "feed",
}
_FAMILIES = ("image", "audio", "video", "font", "application")
# Types that say nothing.
_NONE_SAID = ("", "unk", "unknown", "no-type", "application/unknown", "unknown/unknown")


class Found(NamedTuple):
    """A record, before it is known whether it ends where it should.

    passed: its kind, where it is passed over; body is None then, and only then. error: why it can
    be no document.
    """

    passed: str = ""
    body: Whole | None = None
    metadata: Mapping[str, Any] = {}
    declared: tuple[Declared, ...] = ()
    error: Unreadable | None = None


def found_in(head: Head, block: Block, limits: Limits, settings: IngestSettings) -> Found:
    """What a record holds; its block may be read to any point."""
    if head.what == FILE_HEAD:
        return Found("ARC file head")
    if head.what not in ("response", "resource", "conversion"):
        return Found(f"WARC {head.what if head.what in _OTHER_TYPES else 'record of another type'}")
    if head.fields.get("warc-target-uri", "").strip("<").startswith(_OF_THE_CRAWLER):
        return Found("WARC metadata")
    ahead = Ahead(buffered(block))
    said = head.fields.get("content-type", "")
    if head.what != "response" or not ahead.look(len(_HTTP)).startswith(_HTTP):
        if media_type(said) == "application/http":
            return _headless(head, ahead, settings)
        return _taken(head, said, Rest(ahead), ahead.look(_LOOK), None, settings)
    response = response_of(ahead, limits)
    if response is None:
        return _headless(head, ahead, settings)
    if response.status // 100 != 2:
        return Found(f"HTTP {min(response.status // 100, 6)}xx response")
    body = Ahead(buffered(response.body))
    said, start = response.fields.get("content-type", ""), body.look(_LOOK)
    if response.unknown:
        return _packed(head, said, response.unknown, body)
    return _taken(head, said, Rest(body), start, response.status, settings)


def _taken(
    head: Head,
    said: str,
    body: RawIOBase,
    start: bytes,
    status: int | None,
    settings: IngestSettings,
) -> Found:
    """The body, if it is a text by what is said of it, or else by its first bytes."""
    kind = media_type(said)
    if not _is_wanted(kind, start):
        return Found(f"{_family(kind)} {head.what}")
    content = whole(body, settings.max_record_bytes)
    name = charset(said)
    return Found(
        body=content,
        metadata=_metadata(head, kind, status),
        declared=(Declared("HTTP", name),) if name else (),
        error=content.error or _cut_off(head),
    )


def _is_wanted(kind: str, start: bytes) -> bool:
    if kind in _NONE_SAID:
        return is_text(start)
    return (kind.startswith("text/") or kind in _TEXTS) and kind not in _CODE


def _family(kind: str) -> str:
    """One of few names for all the content types that servers make up."""
    if kind in _CODE:
        return _CODE[kind]
    if kind in _NONE_SAID:
        return "binary"
    family = kind.partition("/")[0]
    return family if family in _FAMILIES else "other"


def _packed(head: Head, said: str, coding: str, body: Ahead) -> Found:
    """A response of which nothing can be read but its head."""
    kind = media_type(said)
    if kind not in _NONE_SAID and not _is_wanted(kind, b""):
        return Found(f"{_family(kind)} {head.what}")
    content = whole(Rest(body), 0)
    error = Unreadable(f"the response is packed by {coding[:40]!r}, which is not known here")
    return Found(body=content, metadata=_metadata(head, kind, None), error=error)


def _headless(head: Head, ahead: Ahead, settings: IngestSettings) -> Found:
    """A response whose first line is none."""
    start = ahead.look(40)
    content = whole(Rest(ahead), settings.max_record_bytes)
    error = content.error or Unreadable(f"the HTTP response has no head: it begins with {start!r}")
    return Found(body=content, metadata=_metadata(head, "", None), error=error)


def _cut_off(head: Head) -> Unreadable | None:
    """The error of a record that its own head says is not all there."""
    if why := head.fields.get("warc-truncated"):
        return Unreadable(f"the crawler cut it off (WARC-Truncated: {why[:40]})")
    if segment := head.fields.get("warc-segment-number"):
        return Unreadable(f"it is no more than segment {segment[:20]} of a record")
    return None


def _metadata(head: Head, kind: str, status: int | None) -> dict[str, Any]:
    """What a document's readers may ask for; fields that are not there are left out."""
    fields = head.fields
    told: dict[str, Any] = {
        "url": fields.get("warc-target-uri", "").strip("<> "),
        "date": fields.get("warc-date"),
        "content_type": kind,
        "status": status,
        "warc_record_id": fields.get("warc-record-id", "").strip("<> "),
        "payload_digest": fields.get("warc-payload-digest"),
        "identified_languages": fields.get("warc-identified-content-language"),
    }
    return {name: value for name, value in told.items() if value}
