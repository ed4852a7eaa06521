"""Novels as endless streams of documents of 1 to 5 kB, in the languages that are there.

What belongs here: reading the books, cutting them at the ends of sentences, and repeating them
with other words. What does not: damage, and how documents are written down (corpus).

The books are the shared evaluation data where it is there, else the example dump.
"""

import html
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parent.parent
SHARED = Path(os.environ.get("HYGIENE_SHARED", ROOT.parent / "shared")) / "data"
LEAST, MOST = 1000, 5000  # bytes of a document
_FOLDERS = {"en": "eltec-eng-10", "uk": "eltec-ukr"}
# A document ends with the sentence that reaches its size, drawn from here. What a sentence or other
# words add stays within MOST.
_SIZES = (1200, 3600)
_LONGEST_SENTENCE = 900
_SEED = 1
# Of all words, plain ones taken for it. A version of a text then shares a third of its word 5-grams
# (0.8 ** 5) with the text and a tenth with another version; near duplicates share far more.
_REPLACED = 0.2

_HEADER = re.compile(r"^.*?</teiHeader>", re.DOTALL)
_ASIDE = re.compile(r"<!--.*?-->|<\?.*?\?>|<note\b.*?</note>", re.DOTALL)
_BLOCK = re.compile(r"</?(?:p|l|head|div|quote|trailer|titlePage|front|body|back|text|TEI)\b[^>]*>")
_TAG = re.compile(r"<[^>]+>")
_MIXED = re.compile(r"[A-Za-z][\u0400-\u04ff]|[\u0400-\u04ff][A-Za-z]")
_FEW_MIXED = 0.0001  # for each character of a book
_SENTENCE = re.compile(r"(?<=[.!?…])\s+")


@dataclass(frozen=True)
class Piece:
    """A document as the book has it, and which of its space-separated tokens are plain words."""

    text: str
    tokens: tuple[str, ...]
    plain: np.ndarray


def origin() -> str:
    """Where the documents come from."""
    return ", ".join(path.name for path in _books().values()) or "examples/raw"


def languages() -> list[str]:
    """The languages of the documents, in the order in which they take turns."""
    return list(_books()) or ["en"]


def stream(language: str) -> Iterator[str]:
    """All documents in a language: as the books have them first, then again and again with other
    words of the same language in the place of some.
    """
    pieces = _pieces(language)
    yield from (piece.text for piece in pieces)
    words = np.array([piece.tokens[at] for piece in pieces for at in piece.plain], object)
    for turn in count(1):
        random = np.random.default_rng((_SEED, turn))
        for piece in pieces:
            share = _REPLACED * len(piece.tokens) / max(1, len(piece.plain))
            chosen = piece.plain[random.random(len(piece.plain)) < share]
            tokens = list(piece.tokens)
            for at, word in zip(
                chosen.tolist(), words[random.integers(len(words), size=len(chosen))], strict=True
            ):
                tokens[at] = word
            yield " ".join(tokens)


def pieces(language: str) -> list[str]:
    """The documents as all books have them, those with damage of their own too."""
    folder = _books().get(language)
    random = np.random.default_rng(_SEED)
    books = _read(folder) if folder else _examples()
    return [text for book in books for text in _cut(book, random)]


def _pieces(language: str) -> list[Piece]:
    """The documents of all books that are clean, once."""
    folder = _books().get(language)
    found = []
    random = np.random.default_rng(_SEED)
    for book in filter(_is_clean, _read(folder) if folder else _examples()):
        for text in _cut(book, random):
            tokens = tuple(text.split(" "))
            plain = [at for at, word in enumerate(tokens) if word.isalpha() and word.islower()]
            found.append(Piece(text, tokens, np.array(plain, np.int64)))
    return found


def _is_clean(book: list[str]) -> bool:
    """Whether hardly a word holds letters of two scripts: some Ukrainian books are set with the
    Latin i, and damage is to be there only where it was planted.
    """
    text = " ".join(book)
    return len(_MIXED.findall(text)) <= _FEW_MIXED * len(text)


def _books() -> dict[str, Path]:
    return {
        language: SHARED / name for language, name in _FOLDERS.items() if (SHARED / name).is_dir()
    }


def _read(folder: Path) -> Iterator[list[str]]:
    """The paragraphs of each book."""
    for path in sorted(folder.rglob("*.xml")):
        yield paragraphs(path.read_text("utf-8"))


def _examples() -> Iterator[list[str]]:
    """One book of the example dump's clean English texts: little, but always there."""
    files = [ROOT / "examples/raw/2026-11-21" / name for name in ("harbour.txt", "tides.txt")]
    parts = [part for path in files for part in path.read_text("utf-8").split("\n\n")]
    yield [" ".join(part.split()) for part in parts]


def paragraphs(tei: str) -> list[str]:
    """The paragraphs of a TEI book, without its header, notes, tags and entities."""
    body = _ASIDE.sub("", _HEADER.sub("", tei, count=1))
    parts = (_TAG.sub("", part) for part in _BLOCK.split(body))
    parts = (html.unescape(html.unescape(part)) for part in parts)  # some hold &amp;rdquo;
    return [" ".join(part.split()) for part in parts if part.strip()]


def _cut(book: list[str], random: np.random.Generator) -> Iterator[str]:
    """Documents of LEAST to MOST bytes; less than that at the end of a book is dropped."""
    text, size = "", 0
    wanted = random.integers(*_SIZES)
    for paragraph in book:
        gap = "\n\n"
        for sentence in _sentences(paragraph):
            text += (gap if text else "") + sentence
            size += len(sentence.encode()) + len(gap)
            gap = " "
            if size >= wanted:
                yield text
                text, size = "", 0
                wanted = random.integers(*_SIZES)
    if size > _SIZES[0]:
        yield text


def _sentences(paragraph: str) -> Iterator[str]:
    """The paragraph's sentences; those that are too long for a document in parts."""
    for sentence in _SENTENCE.split(paragraph):
        if len(sentence.encode()) <= _LONGEST_SENTENCE:
            yield sentence
            continue
        part = ""
        for word in sentence.split(" "):
            if part and len(f"{part} {word}".encode()) > _LONGEST_SENTENCE:
                yield part
                part = word
            else:
                part = f"{part} {word}" if part else word
        yield part
