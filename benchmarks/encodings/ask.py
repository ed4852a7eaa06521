"""Three detectors, asked the same: ours, chardet alone, charset-normalizer alone.

What belongs here: how each is called as its documentation says, and how long it takes. What does
not: what is asked (texts).
"""

import time
from collections.abc import Callable
from typing import NamedTuple

import chardet
import charset_normalizer

from pipeline.decode import Undecodable, decode
from pipeline.document import apply


class Answer(NamedTuple):
    """text: None where it is refused. seconds: of this process's own time."""

    text: str | None
    seconds: float


def _ours(raw: bytes) -> str | None:
    try:
        found = decode(raw)
    except Undecodable:
        return None
    return apply(found.text, found.edits)[0]


def _chardet(raw: bytes) -> str | None:
    return _read(raw, chardet.detect(raw)["encoding"])


def _charset_normalizer(raw: bytes) -> str | None:
    best = charset_normalizer.from_bytes(raw).best()
    return _read(raw, best.encoding if best else None)


def _read(raw: bytes, encoding: str | None) -> str | None:
    if encoding is None:
        return None
    try:
        return raw.decode(encoding).removeprefix("\ufeff")
    except (LookupError, UnicodeDecodeError):
        return None


DETECTORS: dict[str, Callable[[bytes], str | None]] = {
    "ours": _ours,
    "chardet": _chardet,
    "charset-normalizer": _charset_normalizer,
}


def ask(name: str, raw: bytes) -> Answer:
    """What that detector makes of the bytes."""
    started = time.process_time()
    text = DETECTORS[name](raw)
    return Answer(text, time.process_time() - started)
