"""What all archives have in common: members' names, and streams that end in a person's words.

What belongs here: names that repeat or lead out of the archive, streams that fail.
What does not: any one kind of archive (zipped, tarred).
"""

import re
from collections.abc import Callable
from io import RawIOBase
from typing import Any, Protocol

from pipeline.sources.raw import Unreadable, Unsafe, shown

# From the root of a file system, of a Windows drive, or upwards.
_ROOTED = re.compile(r"[/\\]|[A-Za-z]:")
_LEADS_OUT = re.compile(r"[/\\]|[A-Za-z]:|(.*[/\\])?\.\.([/\\]|$)", re.DOTALL)


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes:
        """Up to so many bytes."""
        ...


class Broken(RawIOBase):
    """A stream that cannot be read at all."""

    def __init__(self, error: Unreadable) -> None:
        self._error = error

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, _buffer: Any, /) -> int:
        """Raises the error."""
        raise self._error


class Guarded(RawIOBase):
    """A library's stream, whose errors become `Unreadable`: each time the same, after what came
    before.

    errors: what it raises. counted: told how many bytes came out, each time; may raise as well.
    """

    def __init__(
        self,
        file: _Readable,
        what: str,
        errors: tuple[type[Exception], ...],
        counted: Callable[[int], None] | None = None,
    ) -> None:
        self._file, self._what, self._errors, self._counted = file, what, errors, counted
        self._size = 0
        self.failed: Unreadable | None = None

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any, /) -> int:
        """The next bytes. Raises `Unreadable`."""
        if self.failed:
            raise self.failed
        try:
            chunk = self._file.read(len(buffer))
            self._size += len(chunk)
            if self._counted:
                self._counted(len(chunk))
        except self._errors as error:
            said = str(error).splitlines()[0] if str(error) else type(error).__name__
            self.failed = Unreadable(f"{self._what} is torn after {self._size} bytes: {said}")
        except Unreadable as error:
            error.goes_on = False
            self.failed = error
        if self.failed:
            raise self.failed
        buffer[: len(chunk)] = chunk
        return len(chunk)


class Exactly:
    """So many bytes of a stream, from where it is. Raises `EOFError` where it ends before."""

    def __init__(self, stream: _Readable, size: int) -> None:
        self._stream = stream
        self._left = size

    def read(self, size: int, /) -> bytes:
        """The next bytes."""
        wanted = min(size, self._left)
        chunk = self._stream.read(wanted)
        self._left -= len(chunk)
        if wanted and not chunk:
            raise EOFError(f"the archive ends {self._left} bytes too early")
        return chunk


class Names:
    """The names of an archive's members, no two alike."""

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def of(self, name: str) -> str:
        """The name, as text; with a number where it has come before."""
        text = shown(name)
        free, times = text, 1
        while free in self._seen:
            times += 1
            free = f"{text} ({times})"
        self._seen.add(free)
        return free


def unsafe_name(name: str) -> Unsafe | None:
    """The error of a member whose name leads out of its archive."""
    return Unsafe("its name leads out of the archive") if leads_out(name) else None


def leads_out(path: str) -> bool:
    """Whether a path within an archive leads out of it."""
    return _LEADS_OUT.match(path) is not None


def resolved(link: str, target: str) -> str:
    """Where a link of an archive leads, from the archive's root; `..` where that is outside."""
    if _ROOTED.match(target):
        return target
    parts = link.split("/")[:-1]
    for part in target.split("/"):
        if part != "..":
            parts.append(part)
        elif parts:
            parts.pop()
        else:
            return ".."
    return "/".join(parts)
