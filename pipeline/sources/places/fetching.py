"""Fetching from a store or a web server: patience, and words for what goes wrong.

What belongs here: errors of the stores' clients as errors of ours, trying again, a file as a
stream that has both. What does not: which stores there are, listing, opening (remote).
"""

import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from errno import EACCES, EBUSY, EIO, ENOENT
from typing import Any, TypeVar

from pipeline.sources.places.place import DumpError, Identified
from pipeline.sources.places.urls import is_url, is_web

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
# Seconds before another try where a connection broke; what a server refuses it refuses at once.
PAUSES = (1, 4)
# HTTP's statuses from the first to the second say that the question is wrong, others may pass.
_BAD_REQUEST, _BUSY = 400, 429
_QUERY = re.compile(r"(://[^\s?'\"]*)\?[^\s'\"]*")
NOT_DELIVERED = "not delivered: "
"""How the reason begins where a store failed."""

T = TypeVar("T")


class Fetched(Identified):
    """A file of a store as a raw stream. Its errors are `OSError`s in words; where a connection
    breaks it tries again; and it does not end before the size that the store gave.
    """

    def __init__(
        self, file: Any, size: int | None, identity: str | None, *, seekable: bool
    ) -> None:
        """Size: as the store gave it, where it did. identity: see `Identified`."""
        self._file, self._size, self._seekable = file, size, seekable
        self._at = 0
        self.identity = identity

    def readable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """Whether it can be read back and forth."""
        return self._seekable

    def readinto(self, buffer: Any, /) -> int:
        """As of `RawIOBase`. Raises `OSError`."""
        wanted = len(buffer)
        read = patiently(lambda: self._read(wanted), PAUSES if self._seekable else ())
        if wanted and not read and self._size is not None and self._at < self._size:
            raise OSError(EIO, f"{NOT_DELIVERED}it ends after {self._at} of {self._size} bytes")
        buffer[: len(read)] = read
        self._at += len(read)
        return len(read)

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """As of `RawIOBase`."""
        if not self._seekable:
            return super().seek(offset, whence)
        self._at = int(self._file.seek(offset, whence))
        return self._at

    def tell(self) -> int:
        """As of `RawIOBase`."""
        return self._at

    def close(self) -> None:
        """As of `RawIOBase`."""
        if not self.closed:
            self._file.close()
        super().close()

    def _read(self, size: int) -> bytes:
        try:
            return bytes(self._file.read(size))
        except ValueError as error:  # fsspec, of a web server that gives no parts any more
            raise OSError(EIO, str(error)) from error


def patiently(act: Callable[[], T], pauses: Sequence[float]) -> T:
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
    with put_into_words():
        return act()


def _is_refusal(error: BaseException) -> bool:
    """Whether the next try would be answered the same."""
    if isinstance(error, FileNotFoundError) and error.__cause__:
        return _is_refusal(error.__cause__)
    status = getattr(error, "status", 0)
    return isinstance(error, FileNotFoundError | PermissionError) or _BAD_REQUEST <= status < _BUSY


def _errors() -> tuple[type[Exception], ...]:
    """What fsspec and the clients in use raise."""
    found: list[type[Exception]] = [OSError]
    for module, name in _CLIENT_ERRORS:
        kind = getattr(sys.modules.get(module), name, None)
        if isinstance(kind, type) and issubclass(kind, Exception):
            found.append(kind)
    return tuple(found)


@contextmanager
def put_into_words(what: str = "") -> Iterator[None]:
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
        if error.__cause__ and is_url(str(error)) and is_web(str(error)):
            return _words(error.__cause__)
        return _clean(error) if "exist" in str(error) else "there is no such file"
    if getattr(error, "errno", None) == EBUSY:  # of s3fs, by the checksum
        return "it has changed since the dump was listed; run it again"
    if status := getattr(error, "status", None):
        return f"the server answered {status} {getattr(error, 'message', '')}".rstrip()
    return _clean(error)


def _clean(error: BaseException) -> str:
    plain = type(error).__module__ == "builtins" and isinstance(error, OSError) and error.strerror
    words = plain or str(error)
    line = " ".join(words.split()) or type(error).__name__
    return _QUERY.sub(r"\1", line)
