"""EPUB: each chapter of a book a record, in the order in which it is read.

What belongs here: which members of the archive are chapters, what the book says about itself. What
does not: archives (zipped), pages (the stage `html` reads them), the book's XML (html.markup).
"""

import posixpath
import zipfile
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field, replace
from urllib.parse import unquote

from pipeline import schema
from pipeline.html.markup import DefinesEntities, Element, NotXml, xml_elements
from pipeline.sources.archives.zipped import ERRORS, member_stream, opened
from pipeline.sources.archives.zipped_torn import read_torn_zip
from pipeline.sources.limits import TooMuch
from pipeline.sources.raw import PassedOver, RawFile, Unreadable, Unsafe, buffered, seekable
from pipeline.sources.record import Record, metadata_of, rejected
from pipeline.sources.settings import IngestSettings
from pipeline.sources.text import read_text

_CONTAINER, _ENCRYPTION = "META-INF/container.xml", "META-INF/encryption.xml"
# The largest list of chapters that is read: that of the Bible, verse by verse, has 3 MB.
_MAX_XML_BYTES = 16 * 1024 * 1024
_PAGES = (".xhtml", ".html", ".htm", ".xml")
_PAGE_TYPES = (
    "application/xhtml+xml",
    "text/html",
    "application/x-dtbook+xml",
    "text/x-oeb1-document",
)
_KINDS = {
    "image in a book": (".jpg", ".jpeg", ".png", ".gif", ".svg", ".webp", ".bmp", ".tif", ".tiff"),
    "font in a book": (".ttf", ".otf", ".woff", ".woff2"),
    "style sheet in a book": (".css", ".xpgt"),
    "audio or video in a book": (".mp3", ".m4a", ".mp4", ".m4v", ".ogg", ".opus", ".webm", ".smil"),
    "script in a book": (".js",),
    "page outside the reading order of a book": (".xhtml", ".html", ".htm"),
    "data about a book": (".opf", ".ncx", ".xml", ".plist", ".pls", "mimetype"),
}
_OTHER = "other file in a book"


class _NoPackage(Exception):
    """The list of chapters cannot be read; the message says why."""

    def __init__(self, reason: str, verdict: str = schema.UNREADABLE) -> None:
        super().__init__(reason)
        self.verdict = verdict


@dataclass
class _Book:
    """What a book is made of. chapters: the members to be read, in order."""

    chapters: list[str] = field(default_factory=list)
    facts: dict[str, str] = field(default_factory=dict)


def read_epub(raw: RawFile, settings: IngestSettings) -> Iterator[Record | RawFile | PassedOver]:
    """The chapters of a book, numbered from 1; what else is in it is passed over, kind by kind.

    Without a list of chapters its pages are read in the order of the archive.
    """
    with seekable(raw) as file:
        try:
            archive = opened(file)
        except ERRORS as error:
            yield from read_torn_zip(raw, file, str(error))
            return
        members = {
            each.filename: each for each in archive.infolist() if not each.filename.endswith("/")
        }
        try:
            for _ in members:
                raw.limits.member()
        except TooMuch as error:
            raise Unsafe(f"the EPUB {error}") from error
        try:
            book = _book(archive, members, raw)
        except _NoPackage as error:
            reason = f"the book's list of chapters cannot be read: {error}; its pages are read in "
            yield rejected(0, b"", error.verdict, f"{reason}the order of the archive")
            pages = [name for name in members if name.lower().endswith(_PAGES)]
            book = _Book([name for name in pages if not name.startswith("META-INF/")])
        locked = yield from _locked(archive, members, raw)
        for number, name in enumerate(book.chapters, 1):
            metadata = metadata_of({**book.facts, "chapter": name})
            if name in locked:
                reason = f"chapter {name!r} is encrypted (DRM): it can be read by its shop's reader"
                yield rejected(number, b"", schema.UNREADABLE, reason, metadata)
            elif name not in members:
                reason = f"chapter {name!r} is in the book's list, but not in the archive"
                yield rejected(number, b"", schema.UNREADABLE, reason, metadata)
            else:
                chapter = raw.member(name, member_stream(archive, members[name], raw.limits))
                for record in read_text(chapter, settings):
                    yield replace(record, number=number, metadata=metadata)
        yield from _passed_over(members, set(book.chapters))


def _book(archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], raw: RawFile) -> _Book:
    """The book by its own package file. Raises `_NoPackage`."""
    roots = [
        each.attributes["full-path"]
        for each in _xml(archive, members, _CONTAINER, raw)
        if each.name == "rootfile" and "full-path" in each.attributes
    ]
    if not roots:
        raise _NoPackage(f"{_CONTAINER} names none")
    package = _xml(archive, members, roots[0], raw)
    items: dict[str, tuple[str, str]] = {}
    book = _Book()
    creators = []
    for each in package:
        if each.name == "item":
            href, kind = each.attributes.get("href", ""), each.attributes.get("media-type", "")
            items[each.attributes.get("id", "")] = (_path(roots[0], href), kind.lower())
        elif each.name == "creator" and each.text.strip():
            creators.append(each.text.strip())
        elif each.name in ("title", "language") and each.text.strip():
            book.facts.setdefault(each.name, each.text.strip())
    if creators:
        book.facts["author"] = ", ".join(creators)
    for each in package:
        if each.name == "itemref":
            path, kind = items.get(each.attributes.get("idref", ""), ("", ""))
            if path not in ("", *book.chapters[-1:]) and _is_page(path, kind):
                book.chapters.append(path)
    book.chapters = list(dict.fromkeys(book.chapters))
    if not book.chapters:
        raise _NoPackage(f"{roots[0]} names none")
    return book


def _xml(
    archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], name: str, raw: RawFile
) -> list[Element]:
    """The elements of a member. Raises `_NoPackage`."""
    if name not in members:
        raise _NoPackage(f"there is no {name}")
    try:
        with buffered(member_stream(archive, members[name], raw.limits)) as file:
            text = file.read(_MAX_XML_BYTES + 1)
        if len(text) > _MAX_XML_BYTES:
            raise _NoPackage(f"{name} has more than {_MAX_XML_BYTES} bytes", schema.UNSAFE)
        return xml_elements(text)
    except Unreadable as error:
        raise _NoPackage(f"{name}: {error}", error.verdict) from error
    except DefinesEntities as error:
        raise _NoPackage(f"{name}: {error}", schema.UNSAFE) from error
    except NotXml as error:
        raise _NoPackage(f"{name}: {error}") from error


def _locked(
    archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], raw: RawFile
) -> Generator[Record, None, set[str]]:
    """The members that are encrypted (returned); a record where that cannot be known."""
    if _ENCRYPTION not in members:
        return set()
    try:
        elements = _xml(archive, members, _ENCRYPTION, raw)
    except _NoPackage as error:
        yield rejected(0, b"", error.verdict, f"what is encrypted cannot be read: {error}")
        return set()
    uris = [each.attributes.get("URI", "") for each in elements if each.name == "CipherReference"]
    return {_path("", uri) for uri in uris}


def _path(beside: str, href: str) -> str:
    """The member that a link in the member `beside` leads to."""
    target = unquote(href.partition("#")[0]).lstrip("/")
    return posixpath.normpath(posixpath.join(posixpath.dirname(beside), target)) if target else ""


def _is_page(path: str, kind: str) -> bool:
    return kind in _PAGE_TYPES or (
        not kind.startswith(("image/", "audio/", "video/")) and path.lower().endswith(_PAGES)
    )


def _passed_over(members: dict[str, zipfile.ZipInfo], read: set[str]) -> Iterator[PassedOver]:
    for name, member in members.items():
        if name not in read:
            lower = name.lower()
            kinds = (kind for kind, suffixes in _KINDS.items() if lower.endswith(suffixes))
            yield PassedOver(next(kinds, _OTHER), 1, member.file_size)
