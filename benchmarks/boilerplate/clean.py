"""Clean texts in which nothing is to be cut: novels, a law, articles, sentences, a manual,
licences.

What belongs here: reading the shared data as documents. What does not: cutting (harm).
"""

import html
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from benchmarks import novels
from benchmarks.novels import SHARED

SENTENCES = 20  # of a document
_BYTES = 3000  # of a document of the manual
_BODY = re.compile(r"<body>(.*)</body>", re.DOTALL)
_TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True)
class Source:
    """name: the folder. what: its documents, for people. read: all of them; none where the folder
    is not there.
    """

    name: str
    what: str
    read: Callable[[], list[str]]


def sources() -> Iterator[Source]:
    """All, whether they are there or not."""
    yield Source("novels", "novels, parts of 1 to 5 kB", _novels)
    yield Source("udhr", "the Declaration of Human Rights, a language each", _declarations)
    yield Source("xquad", "paragraphs of articles", _paragraphs)
    yield Source("laser-tatoeba", f"sentences, {SENTENCES} a document, one a line", _sentences)
    yield Source("debian-install-guide", "a manual, parts of 3 kB", _manual)
    yield Source("neardup", "licences and copyright notices, a package each", _licences)


def _novels() -> list[str]:
    return [text for language in novels.languages() for text in novels.pieces(language)]


def _declarations() -> list[str]:
    files = sorted((SHARED / "udhr" / "declaration").glob("*.html"))
    return [lines_of_page(path.read_text("utf-8")) for path in files]


def lines_of_page(page: str) -> str:
    """The texts of a page that has an element a line, one a line."""
    body = _BODY.search(page)
    lines = (
        html.unescape(_TAG.sub("", line)).strip() for line in (body or [page, page])[1].split("\n")
    )
    return "\n".join(line for line in lines if line)


def _paragraphs() -> list[str]:
    data = [
        json.loads(path.read_text("utf-8")) for path in sorted((SHARED / "xquad").glob("*.json"))
    ]
    return [
        paragraph["context"]
        for file in data
        for article in file["data"]
        for paragraph in article["paragraphs"]
    ]


def _sentences() -> list[str]:
    folder = SHARED / "laser-tatoeba/data/tatoeba/v1"
    found = []
    for path in sorted(folder.glob("tatoeba.*-eng.*")):
        # Every file of translations has its English beside it: one of those is enough.
        if path.suffix != ".eng" or path.name == "tatoeba.deu-eng.eng":
            lines = path.read_text("utf-8").split("\n")
            found += grouped(lines, lambda group: len(group) >= SENTENCES)
    return found


def _manual() -> list[str]:
    found = []
    for path in sorted((SHARED / "debian-install-guide").glob("install.*.txt")):
        text = path.read_text("koi8-r" if path.stem == "install.ru" else "utf-8")
        found += grouped(text.split("\n"), lambda group: len("\n".join(group).encode()) >= _BYTES)
    return found


def grouped(lines: Sequence[str], is_full: Callable[[Sequence[str]], bool]) -> list[str]:
    """Documents of as many lines as make one full."""
    documents, group = [], []
    for line in lines:
        group.append(line)
        if is_full(group):
            documents.append("\n".join(group))
            group = []
    if any(map(str.strip, group)):
        documents.append("\n".join(group))
    return documents


def _licences() -> list[str]:
    files = sorted((SHARED / "neardup" / "debian-copyright").glob("*.txt"))
    return [path.read_text("utf-8", errors="replace") for path in files]
