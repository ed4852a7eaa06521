"""Files in object stores and on the web: the only door to fsspec.

What belongs here: which stores there are, listing them, opening their files, and putting what goes
wrong there into words. What does not: places on this machine (places), what URLs may be given for
(dumps).

Nothing here knows passwords or keys: each store's own client finds them in the usual environment.
"""

import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from errno import EACCES, EIO, ENOENT
from io import BufferedReader
from pathlib import Path
from typing import Any, NamedTuple, TypeVar
from urllib.parse import quote, unquote

import fsspec

from pipeline.sources.places import NO_DELIVERY, Arrival, DumpError, Found, Identified, is_delivery
from pipeline.sources.raw import buffered

# Schemes of URLs, and the extra that brings the store's client.
EXTRAS = {
    "s3": "s3",
    "s3a": "s3",
    "gs": "gcs",
    "gcs": "gcs",
    "abfs": "azure",
    "abfss": "azure",
    "az": "azure",
    "hf": "hf",
    "http": "http",
    "https": "http",
}
_WEB = ("http", "https")
# What the stores' clients raise besides OSError, by the module that says so; one that was not
# imported raised nothing.
_CLIENT_ERRORS = (
    ("aiohttp", "ClientError"),
    ("azure.core.exceptions", "AzureError"),
    ("botocore.exceptions", "BotoCoreError"),
    ("botocore.exceptions", "ClientError"),
    ("gcsfs.retry", "HttpError"),
    ("google.auth.exceptions", "GoogleAuthError"),
    ("httpx", "HTTPError"),
    ("httpx2", "HTTPError"),
    ("huggingface_hub.errors", "HFValidationError"),
)
# As much is fetched ahead in one request, and held: a worker reads one file at a time.
_AHEAD = 8 * 1024 * 1024
# Seconds before another try where a connection broke; what a server refuses it refuses at once.
_PAUSES = (1, 4)
# HTTP's statuses from the first to the second say that the question is wrong, others may pass.
_BAD_REQUEST, _BUSY = 400, 429
_QUERY = re.compile(r"(://[^\s?'\"]*)\?[^\s'\"]*")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
NOT_DELIVERED = "not delivered: "
"""How the reason begins where a store failed."""

T = TypeVar("T")


class Url(NamedTuple):
    """A URL in parts; only those of the web have a query, in others `?` and `#` are letters."""

    scheme: str
    host: str
    path: str
    query: str


def is_url(words: str) -> bool:
    """Whether it names a scheme; then it is no path of this machine."""
    return bool(_SCHEME.match(words))


def parts_of(url: str) -> Url:
    """The URL in parts."""
    scheme, _, rest = url.partition("://")
    scheme = scheme.lower()
    query = ""
    if scheme in _WEB:
        rest = rest.partition("#")[0]
        rest, _, query = rest.partition("?")
    host, slash, path = rest.partition("/")
    return Url(scheme, host, slash + path, query)


def is_web(url: str) -> bool:
    """Whether it leads to a web server: that has files, but no folders that can be listed."""
    return parts_of(url).scheme in _WEB


def check(url: str) -> None:
    """Raises `DumpError` for a URL that leads nowhere, or holds what must not be shown."""
    parts = parts_of(url)
    if parts.scheme not in EXTRAS:
        known = ", ".join(f"{name}://" for name in ("s3", "gs", "abfs", "hf", "https"))
        raise DumpError(f"{parts.scheme}:// is not known; {known} and paths of this machine are")
    user, at, _ = parts.host.rpartition("@")
    if at and (":" in user or EXTRAS[parts.scheme] != "azure"):
        raise DumpError(
            f"a {parts.scheme}:// URL has a name or a password before its @; leave it out: keys "
            "come from the environment only (docs/places.md), so that nothing can show them"
        )
    if not parts.host or "::" in url:
        raise DumpError(f"{shown(url)} does not name a file or a folder")


def shown(url: str) -> str:
    """The URL as people may see it: without its query, which may be a key."""
    parts = parts_of(url)
    return f"{parts.scheme}://{parts.host}{parts.path}"


def name_of(url: str) -> str:
    """The last name in the URL: what its file is called."""
    parts = parts_of(url)
    name = (parts.host + parts.path).rstrip("/").rpartition("/")[2]
    return unquote(name) if parts.scheme in _WEB else name


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
        """See `Place.files`."""
        for path, about in self._listed():
            if is_delivery(path):
                yield Found(path.encode(), "", _identity(about), int(about["size"] or 0))

    def open(self, path: bytes) -> BufferedReader:
        """See `Place.open`."""
        with _put_into_words():
            system, root = _system(self.url)
        return _opened(system, f"{root}/{path.decode()}")

    def holds(self, _folder: Path, /) -> bool:
        """See `Place.holds`."""
        return False

    def arrivals(self) -> Iterator[Arrival]:
        """All that is in the folder, also what is no delivery."""
        for path, about in self._listed():
            facts = (int(about["size"] or 0), _identity(about) or str(_when(about)))
            yield Arrival(path, facts, _when(about))

    def _listed(self) -> Iterator[tuple[str, Any]]:
        """(path below the folder, what the store says about it) of all files."""
        with _put_into_words(f"{self.name} cannot be listed"):
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
    with _put_into_words(f"{shown(url)} cannot be looked at"):
        system, path = _system(url.rstrip("/"))
        system.invalidate_cache()
        try:
            return bool(system.info(path)["type"] == "directory")
        except FileNotFoundError:
            raise DumpError(f"{shown(url)} does not exist, or is empty") from None


def is_there(url: str) -> bool:
    """Whether the URL names a file or a folder, letter for letter. Raises `DumpError`."""
    with _put_into_words(f"{shown(url)} cannot be looked at"):
        system, path = _system(url.rstrip("/"))
        system.invalidate_cache()
        return bool(system.exists(path))


def names_in(url: str) -> list[tuple[str, bool]]:
    """(name, whether it is a folder) of what lies right in a folder, hidden names left out.
    Raises `DumpError`, also where there is no such folder.
    """
    with _put_into_words(f"{shown(url)} cannot be listed"):
        system, root = _system(url.rstrip("/"))
        system.invalidate_cache()
        entries = list(_down(system, root, 1))
        found = [(_below(about["name"], root), about["type"] == "directory") for about in entries]
    return sorted((name, inside) for name, inside in found if not name.startswith(NO_DELIVERY))


def open_url(url: str) -> BufferedReader:
    """The file that a URL names. Raises `OSError`."""
    with _put_into_words():
        system, path = _system(url)
    return _opened(system, path)


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
        if scheme in _WEB:
            # As given, since signatures in queries do not survive being quoted anew.
            return fsspec.filesystem(scheme, encoded=True), quote(
                url.partition("#")[0], safe="%/:?[]@!$&'()*+,;=~-._"
            )
        system, path = fsspec.url_to_fs(url)
    except ImportError:
        extra = EXTRAS[scheme]
        raise DumpError(f'{scheme}:// needs `pip install "corpus-hygiene[{extra}]"`') from None
    return system, path.rstrip("/")


def _identity(about: Any) -> str | None:
    """A checksum of the content, where the store made it of the content itself.

    Azure's MD5 is the sender's word, and a web server's ETag may be made of a time: neither counts.
    """
    lfs = about.get("lfs") or {}
    if sha256 := lfs.get("sha256"):
        return str(sha256)
    for kind, key in (("git", "blob_id"), ("md5", "md5Hash")):
        if value := about.get(key):
            return f"{kind}:{value}"
    if "StorageClass" in about and (etag := about.get("ETag")):  # S3
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


class _File(Identified):
    """A file of a store as a raw stream. Its errors are `OSError`s in words; where a connection
    breaks it tries again; and it does not end before the size that the store gave.
    """

    def __init__(self, file: Any, size: int | None, seekable: bool) -> None:
        self._file, self._size, self._seekable = file, size, seekable
        self._at = 0
        self.identity = _identity(getattr(file, "details", {}))

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return self._seekable

    def readinto(self, buffer: Any, /) -> int:
        wanted = len(buffer)
        read = _patiently(lambda: self._file.read(wanted), _PAUSES if self._seekable else ())
        if wanted and not read and self._size is not None and self._at < self._size:
            raise OSError(EIO, f"{NOT_DELIVERED}it ends after {self._at} of {self._size} bytes")
        buffer[: len(read)] = read
        self._at += len(read)
        return len(read)

    def seek(self, offset: int, whence: int = 0, /) -> int:
        if not self._seekable:
            return super().seek(offset, whence)
        self._at = int(self._file.seek(offset, whence))
        return self._at

    def tell(self) -> int:
        return self._at

    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()


def _opened(system: Any, path: str) -> BufferedReader:
    if path.startswith(_WEB):  # the stores' own clients try again by themselves
        return _patiently(lambda: _opened_once(system, path), _PAUSES)
    return _patiently(lambda: _opened_once(system, path), ())


def _opened_once(system: Any, path: str) -> BufferedReader:
    file = system.open(path, "rb", block_size=_AHEAD, cache_type="readahead")
    size = file.size
    if size is None:
        return buffered(_File(file, None, seekable=False))
    if size > _AHEAD and path.startswith(_WEB) and not _has_ranges(file):
        file.close()
        return buffered(_File(system.open(path, "rb", block_size=0), size, seekable=False))
    return buffered(_File(file, size, seekable=True))


def _patiently(act: Callable[[], T], pauses: Sequence[float]) -> T:
    """What comes of the act, which is tried again after each pause unless it was refused. Raises
    `OSError`.
    """
    for pause in pauses:
        try:
            return act()
        except _errors() as error:
            if _is_refusal(error):
                break
            time.sleep(pause)
    with _put_into_words():
        return act()


def _is_refusal(error: BaseException) -> bool:
    """Whether the next try would be answered the same."""
    if isinstance(error, FileNotFoundError) and error.__cause__:
        return _is_refusal(error.__cause__)
    status = getattr(error, "status", 0)
    return isinstance(error, FileNotFoundError | PermissionError) or _BAD_REQUEST <= status < _BUSY


def _has_ranges(file: Any) -> bool:
    """Whether a web server gives parts of a file; by trying, since many do not say so."""
    try:
        file.seek(file.size - 1)
        return len(file.read(1)) == 1
    except ValueError:
        return False
    finally:
        file.seek(0)


def _errors() -> tuple[type[Exception], ...]:
    """What fsspec and the clients in use raise."""
    found: list[type[Exception]] = [OSError]
    for module, name in _CLIENT_ERRORS:
        kind = getattr(sys.modules.get(module), name, None)
        if isinstance(kind, type) and issubclass(kind, Exception):
            found.append(kind)
    return tuple(found)


@contextmanager
def _put_into_words(what: str = "") -> Iterator[None]:
    """What goes wrong as a `DumpError` that begins with what could not be done; without, as an
    `OSError`.
    """
    try:
        yield
    except _errors() as error:
        if what:
            raise DumpError(f"{what}: {_words(error)}") from error
        raise OSError(_number(error), NOT_DELIVERED + _words(error)) from error


def _number(error: Exception) -> int:
    if isinstance(error, FileNotFoundError):
        return ENOENT
    return EACCES if isinstance(error, PermissionError) else EIO


def _words(error: BaseException) -> str:
    """What went wrong, on one line, without what may be a key."""
    if isinstance(error, FileNotFoundError):
        # fsspec calls whatever a web server does not give a file that is not there.
        if error.__cause__ and parts_of(str(error)).scheme in _WEB:
            return _words(error.__cause__)
        return _clean(error) if "exist" in str(error) else "there is no such file"
    if status := getattr(error, "status", None):
        return f"the server answered {status} {getattr(error, 'message', '')}".rstrip()
    return _clean(error)


def _clean(error: BaseException) -> str:
    plain = type(error).__module__ == "builtins" and isinstance(error, OSError) and error.strerror
    words = plain or str(error)
    line = " ".join(words.split()) or type(error).__name__
    return _QUERY.sub(r"\1", line)
