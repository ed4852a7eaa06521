"""The helper process: pages in, texts out, one at a time (`python -m pipeline.html.helper`).

What belongs here: what must not happen to a worker: a page that takes too long, needs too much
memory, or crashes a library. What does not: the other side of the pipe (client).

It ends when its parent does: then its input ends, and if it is in the middle of a page, within
half a second.
"""

import json
import logging
import os
import resource
import signal
import sys
import threading
import time
import warnings
from collections.abc import Sequence
from pathlib import Path

from pipeline.html.extract import Article, extract, extractor
from pipeline.html.frames import read_frame, write_frame
from pipeline.html.markup import FAULTS

READY = b"ready"
# What a library may raise on a page. Whatever else there is ends the process, and is seen so.
_FAULTS = (
    *FAULTS,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    MemoryError,
    RuntimeError,
    TypeError,
    ValueError,
)
_MEMORY = 4 * 1024**3
# Once it has needed this much, the process gives it back by ending: caches, and holes in the heap.
_GROWN = 512 * 1024**2
_STATM = Path("/proc/self/statm")
# Python's own limit is 1,000; parsers follow 2,048 elements, and libraries call themselves twice.
_CALLS = 10_000
_WATCH_SECONDS = 0.5


def main(arguments: Sequence[str]) -> int:
    """Answer page after page. arguments: the extractor, the seconds that one page may take."""
    name, seconds = arguments
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent says when to end
    _watch(os.getppid())
    pages, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    logging.disable()
    warnings.simplefilter("ignore")
    sys.setrecursionlimit(_CALLS)
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    limit = _MEMORY if most == resource.RLIM_INFINITY else min(_MEMORY, most)
    resource.setrlimit(resource.RLIMIT_AS, (limit, most))
    article = extractor(name)
    write_frame(answers, READY)
    while (page := read_frame(pages)) is not None:
        # Computing time, not the clock's: a busy machine rejects no more than an idle one. The
        # signal ends the process, wherever it is.
        signal.setitimer(signal.ITIMER_PROF, float(seconds))
        answer = _answer(page.decode(), article)
        signal.setitimer(signal.ITIMER_PROF, 0)
        last = _memory() > _GROWN
        write_frame(answers, json.dumps([*answer, last]).encode())
        if last:
            break
    return 0


def _answer(page: str, article: Article) -> tuple[str, dict[str, str], str]:
    """(text, facts, error); an error is empty, or all there is."""
    try:
        found = extract(page, article)
    except _FAULTS as error:
        return "", {}, f"{type(error).__name__}: {error}"
    return found.text, dict(found.facts), ""


def _memory() -> int:
    """The memory that this process has now, in bytes; where no file says it, the most it has had.

    On Linux that most is no answer: it begins with what the parent had.
    """
    try:
        pages = int(_STATM.read_text().split()[1])
    except OSError:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024
    return pages * resource.getpagesize()


def _watch(parent: int) -> None:
    def look() -> None:
        while os.getppid() == parent:
            time.sleep(_WATCH_SECONDS)
        os._exit(1)

    threading.Thread(target=look, daemon=True, name="parent-watch").start()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
