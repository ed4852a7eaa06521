"""The dump that the benchmarks read: documents of novels, a known share of them damaged.

What belongs here: damage, and JSONL files of a given size. What does not: where texts come from
(novels), measuring.

A damaged document says so in its record: `{"text": …, "planted": "mojibake"}`. The field travels
through the pipeline as metadata, so that a benchmark can ask whether each was found.
"""

import json
import re
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

from benchmarks import novels

# In 1,000 documents. Lightly damaged, as a good crawl is.
SHARES = {"mojibake": 10, "typo": 10, "form": 20, "near": 10, "exact": 5}
FORM = "\n\nLeave a Reply\n\nYour email address will not be published. Required fields are marked *"
_REMEMBERED = 40  # undamaged documents, of which one comes again as a duplicate
_ONE_WORD_IN = 150  # that a near duplicate has changed
_FILES = 8  # at least: one file is one shard, and two workers need work
_FILE_BYTES = 16_000_000

# Bytes as Windows-1252 shows them; the five that it does not have as C1 controls.
_SHOWN = [bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(256)]
_LONGEST_MOJIBAKE = 400  # bytes of the paragraph that is damaged: each becomes up to three
_CAPITAL_I = re.compile(r"\bI(?=[a-z]{4,}\b)")


@dataclass
class Dump:
    """What was written. bytes: of the texts as UTF-8. planted: documents by kind of damage."""

    documents: int = 0
    bytes: int = 0
    words: int = 0
    planted: Counter[str] = field(default_factory=Counter)
    files: int = 0


def documents(*, damaged: bool = True) -> Iterator[tuple[str, str]]:
    """(text, what is wrong with it or nothing) without end, the languages taking turns.

    Damage that a document gives no place for (no capital I for a typo) waits for the next one.
    """
    streams = cycle([(language, novels.stream(language)) for language in novels.languages()])
    recent: deque[str] = deque(maxlen=_REMEMBERED)
    due = dict.fromkeys(SHARES, 0)
    waiting: list[str] = []
    while True:
        if damaged:
            waiting += _fallen_due(due)
        copy = next((kind for kind in waiting if kind in _COPIES), None)
        if copy and len(recent) == _REMEMBERED:
            waiting.remove(copy)
            yield _COPIES[copy](recent.popleft()), copy
            continue
        language, texts = next(streams)
        text = next(texts)
        for kind in waiting:
            if kind in _DAMAGE and (wrong := _DAMAGE[kind](text, language)):
                waiting.remove(kind)
                yield wrong, kind
                break
        else:
            recent.append(text)
            yield text, ""


def _fallen_due(due: dict[str, int]) -> list[str]:
    """The kinds of damage that one document more brings up to their share."""
    found = []
    for kind, share in SHARES.items():
        due[kind] += share
        if due[kind] >= 1000:
            due[kind] -= 1000
            found.append(kind)
    return found


def texts(megabytes: float, *, damaged: bool = True) -> list[str]:
    """The texts of the first documents, in memory."""
    found, size = [], 0
    for text, _ in documents(damaged=damaged):
        found.append(text)
        size += len(text.encode())
        if size >= megabytes * 1e6:
            return found
    return found


def write(
    folder: Path, megabytes: float, *, damaged: bool = True, file_bytes: float | None = None
) -> Dump:
    """Write the first documents, `megabytes` of text, as JSONL files. Holds one file at a time."""
    folder.mkdir(parents=True, exist_ok=True)
    total = megabytes * 1e6
    file_bytes = file_bytes or min(_FILE_BYTES, total / _FILES)
    dump, lines, size = Dump(), [], 0
    for text, kind in documents(damaged=damaged):
        record = {"text": text, "planted": kind} if kind else {"text": text}
        lines.append(json.dumps(record, ensure_ascii=False) + "\n")
        length = len(text.encode())
        size += length
        dump.documents += 1
        dump.bytes += length
        dump.words += len(text.split())
        dump.planted[kind] += bool(kind)
        ended = dump.bytes >= total
        if size >= file_bytes or ended:
            (folder / f"novels-{dump.files:04d}.jsonl").write_text("".join(lines), "utf-8")
            dump.files += 1
            lines, size = [], 0
        if ended:
            break
    del dump.planted[""]
    return dump


def _mojibake(text: str, _language: str) -> str | None:
    """One paragraph of UTF-8 read as Windows-1252."""
    lines = text.split("\n")
    for at, line in enumerate(lines):
        raw = line.encode()
        if not line.isascii() and len(raw) <= _LONGEST_MOJIBAKE:
            lines[at] = "".join(_SHOWN[byte] for byte in raw)
            damaged = "\n".join(lines)
            return damaged if len(damaged.encode()) <= novels.MOST else None
    return None


def _typo(text: str, language: str) -> str | None:
    """A small l for a capital I; only English has rules for it."""
    damaged = _CAPITAL_I.sub("l", text, count=1) if language == "en" else text
    return damaged if damaged != text else None


def _form(text: str, language: str) -> str | None:
    """A comment form at the end; its rules are those of English."""
    return text + FORM if language == "en" else None


def _nearly(text: str) -> str:
    """The same text with another word here and there."""
    words = text.split(" ")
    changed = max(1, len(words) // _ONE_WORD_IN)
    for at in range(1, changed + 1):
        words[at * len(words) // (changed + 1)] = "otherwise"
    return " ".join(words)


_DAMAGE: dict[str, Callable[[str, str], str | None]] = {
    "mojibake": _mojibake,
    "typo": _typo,
    "form": _form,
}
_COPIES: dict[str, Callable[[str], str]] = {"near": _nearly, "exact": str}
