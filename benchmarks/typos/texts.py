"""Clean texts by source and language, in documents of some kilobytes.

What belongs here: reading the shared evaluation data, and Python's own library as code.
What does not: putting slips in (noise).
"""

import html
import json
import re
import sysconfig
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.novels import SHARED, languages, pieces

_BYTES = 3000
_TAG = re.compile(r"<[^>]+>")
_DEBIAN = ("de", "en", "es", "fr", "it", "nl", "pt", "ru")
_UDHR = {
    "de": "deu_1996",
    "en": "eng",
    "es": "spa",
    "fr": "fra",
    "it": "ita",
    "nl": "nld",
    "pl": "pol",
    "pt": "por_PT",
    "ru": "rus",
    "uk": "ukr",
}
_TATOEBA = {
    "de": "deu",
    "es": "spa",
    "fr": "fra",
    "it": "ita",
    "nl": "nld",
    "pl": "pol",
    "pt": "por",
    "ru": "rus",
    "uk": "ukr",
}
_XQUAD = ("de", "en", "es", "ru")
# Languages without a word list.
_XQUAD_OTHERS = ("ar", "el", "hi", "ro", "th", "tr", "vi", "zh")


@dataclass(frozen=True)
class Source:
    """Texts in one language. kind: novels, manual, law, articles, sentences or code."""

    name: str
    language: str
    kind: str
    read: Callable[[], list[str]]


def sources() -> Iterator[Source]:
    """All that are there."""
    for language in languages():
        folder = {"en": "eltec-eng-10", "uk": "eltec-ukr"}[language]
        yield Source(folder, language, "novels", lambda of=language: pieces(of))  # type: ignore[misc]
    files = [
        *(("debian-install-guide", "manual", _manual, name) for name in _DEBIAN),
        *(("udhr", "law", _declaration, name) for name in _UDHR),
        *(("laser-tatoeba", "sentences", _sentences, name) for name in _TATOEBA),
        *(("xquad", "articles", _articles, name) for name in (*_XQUAD, *_XQUAD_OTHERS)),
    ]
    for name, kind, read, language in files:
        if (SHARED / name).is_dir():
            yield Source(name, language, kind, lambda of=language, how=read: _cut(how(of)))  # type: ignore[misc]
    yield Source("python-library", "en", "code", _code)


def _manual(language: str) -> str:
    path = SHARED / "debian-install-guide" / f"install.{language}.txt"
    return path.read_text("koi8-r" if language == "ru" else "utf-8")


def _declaration(language: str) -> str:
    page = (SHARED / "udhr" / "declaration" / f"{_UDHR[language]}.html").read_text("utf-8")
    return html.unescape(_TAG.sub("\n", page))


def _sentences(language: str) -> str:
    name = f"tatoeba.{_TATOEBA[language]}-eng.{_TATOEBA[language]}"
    return (SHARED / "laser-tatoeba/data/tatoeba/v1" / name).read_text("utf-8")


def _articles(language: str) -> str:
    data = json.loads((SHARED / "xquad" / f"xquad.{language}.json").read_text("utf-8"))["data"]
    return "\n\n".join(part["context"] for article in data for part in article["paragraphs"])


def _code() -> list[str]:
    """The modules of the Python that runs this, its tests aside."""
    library = Path(sysconfig.get_paths()["stdlib"])
    files = sorted(path for path in library.rglob("*.py") if "site-packages" not in path.parts)
    files = [path for path in files if not {"test", "tests"} & set(path.parts)]
    return [path.read_text("utf-8", errors="replace") for path in files]


def _cut(text: str) -> list[str]:
    """Documents of some kilobytes, at ends of lines."""
    documents, lines, size = [], [], 0
    for line in text.split("\n"):
        lines.append(line)
        size += len(line.encode()) + 1
        if size >= _BYTES:
            documents.append("\n".join(lines))
            lines, size = [], 0
    return [*documents, "\n".join(lines)]
