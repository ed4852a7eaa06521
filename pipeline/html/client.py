"""A worker's side of its helper process: ask it for the text of a page, start it anew if it dies.

What belongs here: starting, asking, ending, and whose fault it was. What does not: HTML (helper).
"""

import json
import os
import signal
import subprocess
import sys
import threading
import weakref
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import IO, Any, NamedTuple, cast

from pipeline.html.frames import read_frame, write_frame
from pipeline.html.settings import HtmlSettings

_MODULE = "pipeline.html.helper"
_ROOT = str(Path(__file__).parents[2])
_TRIES = 2
# A helper that is stopped, or that swaps, uses no computing time: then the clock counts.
_CLOCK = 10
_START_SECONDS = 120.0


class TooSlow(RuntimeError):
    """A page took longer than it may."""


class Deadly(RuntimeError):
    """A page ended the process that read it, and another one too."""


class Failed(RuntimeError):
    """A library raised an error on a page."""


class HelperError(OSError):
    """The helper cannot be started at all."""


class Found(NamedTuple):
    """The text of a page and what it says about itself; both may be empty."""

    text: str
    facts: dict[str, str]


@lru_cache(maxsize=1)
def helper_for(settings: HtmlSettings) -> "Helper":
    """The helper of this process, kept from one batch to the next."""
    return Helper(settings)


class Helper:
    """A process that reads pages, started at the first one.

    command: what is run, for tests.
    """

    def __init__(self, settings: HtmlSettings, command: Sequence[str] = ()) -> None:
        module = (sys.executable, "-P", "-m", _MODULE)
        self._command = [*(command or module), settings.extractor, str(settings.seconds)]
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None
        self._end: Any = None
        self._lock = threading.Lock()

    def read(self, page: str) -> Found:
        """The text of a page and what it says about itself.

        Raises `TooSlow`, `Failed`, `Deadly`, each of them about this page alone, and `HelperError`.
        """
        with self._lock:
            for _ in range(_TRIES):
                answer, status = self._ask(page.encode())
                if answer is not None:
                    text, facts, error, last = json.loads(answer)
                    if last:
                        self.end()
                    if error:
                        raise Failed(error)
                    return Found(text, facts)
            raise Deadly(
                f"the process that read it ended {_TRIES} times ({_named(status)}); it may need "
                "more memory than there is"
            )

    def end(self) -> None:
        """End the process; the next page starts another."""
        if self._end is not None:
            self._end()
        self._process = self._end = None

    def _ask(self, page: bytes) -> tuple[bytes | None, int]:
        """The answer; None and the exit status where the process ended. Raises `TooSlow`."""
        process = self._running()
        answer = None
        try:
            with _Limit(process, self._settings.seconds * _CLOCK) as limit:
                with suppress(BrokenPipeError):
                    write_frame(_pipe(process.stdin), page)
                answer = read_frame(_pipe(process.stdout))
        finally:
            if answer is None or limit.passed:
                self.end()
        if answer is None and (limit.passed or process.returncode == -signal.SIGPROF):
            raise TooSlow(f"took longer than html.seconds = {self._settings.seconds:g}")
        return answer, process.returncode or 0

    def _running(self) -> "subprocess.Popen[bytes]":
        if self._process is not None:
            return self._process
        environment = os.environ | {
            "PYTHONPATH": os.pathsep.join([_ROOT, *filter(None, sys.path)]),
            # Nothing may depend on the order of a set, or on where the machine stands.
            "PYTHONHASHSEED": "0",
            "TZ": "UTC",
        }
        pipe = subprocess.PIPE
        process = subprocess.Popen(self._command, stdin=pipe, stdout=pipe, env=environment)
        self._end = weakref.finalize(self, _end, process)
        with _Limit(process, _START_SECONDS):
            ready = read_frame(_pipe(process.stdout))
        if ready is None:
            self.end()
            raise HelperError(
                "the process that reads web pages could not be started "
                f"({_named(process.returncode)})"
            )
        self._process = process
        return process


class _Limit:
    """Kills a process unless what is done with it is done in time."""

    def __init__(self, process: "subprocess.Popen[bytes]", seconds: float) -> None:
        self.passed = False
        self._process = process
        self._timer = threading.Timer(seconds, self._kill)
        self._timer.daemon = True

    def __enter__(self) -> "_Limit":
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def _kill(self) -> None:
        self.passed = True
        self._process.kill()


def _end(process: "subprocess.Popen[bytes]") -> None:
    for pipe in (process.stdin, process.stdout):
        with suppress(BrokenPipeError):  # what was not yet written
            _pipe(pipe).close()
    process.kill()
    process.wait()


def _pipe(pipe: IO[bytes] | None) -> Any:
    return cast(Any, pipe)


def _named(status: int) -> str:
    with suppress(ValueError):
        return signal.Signals(-status).name
    return f"exit status {status}"
