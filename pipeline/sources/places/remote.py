"""Files in object stores and on the web: the only door to fsspec.

What belongs here: listing the stores, and opening their files. What does not: places on this
machine (places), what a user's words mean (dumps), what goes wrong on the way (fetching).

Nothing here knows passwords or keys: each store's own client finds them in the usual environment.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from errno import EIO
from io import BufferedReader
from pathlib import Path
from typing import Any
from urllib.parse import quote

import fsspec

from pipeline.sources.places.fetching import PAUSES, Fetched, patiently, put_into_words
from pipeline.sources.places.place import NO_DELIVERY, Arrival, DumpError, Found, is_delivery
from pipeline.sources.places.urls import EXTRAS, is_web, parts_of, shown
from pipeline.sources.raw import buffered

# As much is fetched ahead in one request, and held: a worker reads one file at a time.
_AHEAD = 8 * 1024 * 1024


@dataclass(frozen=True)
class Remote:
    """A folder of a store. Names that start with a dot or an underscore are no delivery.

    url: without a slash at its end. depth: as of `places.Folder`.
    """

    url: str
    depth: int | None = None

    @property
    def name(self) -> str:
        """See `Place.name`."""
        return shown(self.url)

    def files(self) -> Iterator[Found]:
        """See `Place.files`; also raises `DumpError` where there are none: stores list a folder
        that is not there as an empty one.
        """
        delivered = [(path, about) for path, about in self._listed() if is_delivery(path)]
        if not delivered:
            raise DumpError(f"{self.name} does not exist, or holds no files to read")
        for path, about in delivered:
            identity = _identity(self.url, about)
            yield Found(path.encode(), "", identity, int(about["size"] or 0))

    def open(self, path: bytes) -> BufferedReader:
        """See `Place.open`."""
        with put_into_words():
            system, root = _system(self.url)
        return _opened(self.url, system, f"{root}/{path.decode()}")

    def holds(self, _folder: Path, /) -> bool:
        """See `Place.holds`."""
        return False

    def arrivals(self) -> Iterator[Arrival]:
        """All that is in the folder, also what is no delivery."""
        for path, about in self._listed():
            facts = (int(about["size"] or 0), _identity(self.url, about) or str(_when(about)))
            yield Arrival(path, facts, _when(about))

    def _listed(self) -> Iterator[tuple[str, Any]]:
        """(path below the folder, what the store says about it) of all files."""
        with put_into_words(f"{self.name} cannot be listed"):
            system, root = _system(self.url)
            system.invalidate_cache()
            if self.depth is None:
                entries = system.find(root, detail=True).values()
            else:
                entries = list(_down(system, root, self.depth))
            found = [(_below(about["name"], root), about) for about in entries]
        for path, about in found:
            marks_a_folder = path.endswith("/") and not about["size"]
            if path and not marks_a_folder and about["type"] == "file":
                yield path, about


def folder(url: str) -> Remote:
    """The folder that a URL names."""
    return Remote(url.rstrip("/"))


def is_folder(url: str) -> bool:
    """Whether it is a folder, not a file. Raises `DumpError` where there is neither, or it cannot
    be told.
    """
    with put_into_words(f"{shown(url)} cannot be looked at"):
        system, path = _system(url.rstrip("/"))
        system.invalidate_cache()
        try:
            return bool(system.info(path)["type"] == "directory")
        except FileNotFoundError:
            raise DumpError(f"{shown(url)} does not exist, or is empty") from None


def is_there(url: str) -> bool:
    """Whether the URL names a file or a folder, letter for letter. Raises `DumpError`."""
    with put_into_words(f"{shown(url)} cannot be looked at"):
        system, path = _system(url.rstrip("/"))
        system.invalidate_cache()
        return bool(system.exists(path))


def names_in(url: str) -> list[tuple[str, bool]]:
    """(name, whether it is a folder) of what lies right in a folder, hidden names left out.
    Raises `DumpError`, also where there is no such folder.
    """
    with put_into_words(f"{shown(url)} cannot be listed"):
        system, root = _system(url.rstrip("/"))
        system.invalidate_cache()
        entries = list(_down(system, root, 1))
        found = [(_below(about["name"], root), about["type"] == "directory") for about in entries]
    return sorted((name, inside) for name, inside in found if not name.startswith(NO_DELIVERY))


def open_url(url: str) -> BufferedReader:
    """The file that a URL names. Raises `OSError`."""
    with put_into_words():
        system, path = _system(url)
    return _opened(url, system, path)


def _down(system: Any, folder: str, depth: int) -> Iterator[Any]:
    """Files at most so many folders deep; where that is one, the folders in it too."""
    for about in system.ls(folder, detail=True):
        name = _below(about["name"], folder)
        if not name:
            continue  # the folder itself, where a store lists its mark
        if about["type"] == "directory" and depth > 1:
            if not name.startswith(NO_DELIVERY):
                yield from _down(system, about["name"], depth - 1)
        else:
            yield about


def _below(name: str, root: str) -> str:
    """The name as a path below the folder that lists it; empty for the folder itself."""
    if name != root and not name.startswith(f"{root}/"):
        raise OSError(EIO, f"the store lists {name} below {root}; give it as the store spells it")
    return name[len(root) + 1 :]


def _system(url: str) -> tuple[Any, str]:
    """The file system for a URL, and the file's or folder's path there.

    Raises `DumpError` where the store's client is not installed.
    """
    scheme = parts_of(url).scheme
    try:
        if is_web(url):
            # As given, since signatures in queries do not survive being quoted anew.
            return fsspec.filesystem(scheme, encoded=True), quote(
                url.partition("#")[0], safe="%/:?[]@!$&'()*+,;=~-._"
            )
        system, path = fsspec.url_to_fs(url)
    except ImportError:
        extra = EXTRAS[scheme]
        raise DumpError(f'{scheme}:// needs `pip install "corpus-hygiene[{extra}]"`') from None
    return system, path.rstrip("/")


def _identity(url: str, about: Any) -> str | None:
    """A checksum of the content, where the store made it of the content itself.

    Azure's MD5 is the sender's word, and a web server's ETag may be made of a time: neither counts.
    """
    lfs = about.get("lfs") or {}
    if sha256 := lfs.get("sha256"):
        return str(sha256)
    for kind, key in (("git", "blob_id"), ("md5", "md5Hash")):
        if value := about.get(key):
            return f"{kind}:{value}"
    if EXTRAS[parts_of(url).scheme] == "s3" and (etag := about.get("ETag")):
        return f"etag:{etag.strip(chr(34))}"
    return None


def _when(about: Any) -> float:
    """When the file came, in seconds since 1970; 0 where the store does not say."""
    for key in ("LastModified", "updated", "mtime", "last_modified"):
        if when := about.get(key):
            if isinstance(when, str):
                when = datetime.fromisoformat(when)
            return float(when.timestamp()) if isinstance(when, datetime) else float(when)
    return 0.0


def _opened(url: str, system: Any, path: str) -> BufferedReader:
    if is_web(url):
        return buffered(patiently(lambda: _from_the_web(system, path), PAUSES))
    with put_into_words():  # the stores' own clients try again by themselves
        file = system.open(path, "rb", block_size=_AHEAD, cache_type="readahead")
        identity = _identity(url, getattr(file, "details", {}))
        return buffered(Fetched(file, file.size, identity, seekable=True))


def _from_the_web(system: Any, path: str) -> Fetched:
    file = system.open(path, "rb", block_size=_AHEAD, cache_type="readahead")
    size = file.size
    if size is None:
        return Fetched(file, None, None, seekable=False)
    if size > _AHEAD and not _has_ranges(file):
        file.close()
        return Fetched(system.open(path, "rb", block_size=0), size, None, seekable=False)
    return Fetched(file, size, None, seekable=True)


def _has_ranges(file: Any) -> bool:
    """Whether a web server gives parts of a file; by trying, since many do not say so."""
    try:
        file.seek(file.size - 1)
        return len(file.read(1)) == 1
    except ValueError:
        return False
    finally:
        file.seek(0)
