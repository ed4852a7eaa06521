"""The documents that the benchmarks read: novels cut into documents of 1 to 5 kB.

From the shared evaluation data where it is there, else from the example dump, repeated with
numbered words so that no two documents are the same.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
SHARED = Path(os.environ.get("HYGIENE_SHARED", ROOT.parent / "shared")) / "data"
_NOVELS = ("eltec-eng-10", "eltec-ukr")
_TAG = re.compile(r"<[^>]+>")
_DOCUMENT_CHARS = 3000


def documents(count: int) -> tuple[str, list[str]]:
    """(where they come from, at most `count` documents), evenly from all languages."""
    folders = [SHARED / name for name in _NOVELS if (SHARED / name).is_dir()]
    if not folders:
        return "examples/raw", _from_examples(count)
    streams = [_pieces(folder) for folder in folders]
    found: list[str] = []
    while streams and len(found) < count:
        for stream in list(streams):
            piece = next(stream, None)
            if piece is None:
                streams.remove(stream)
            else:
                found.append(piece)
    return ", ".join(folder.name for folder in folders), found[:count]


def _pieces(folder: Path) -> Iterator[str]:
    """Sentences of the folder's books, put together to paragraphs and documents."""
    for book in sorted(path for path in folder.rglob("*") if path.suffix in (".xml", ".txt")):
        piece = ""
        text = _TAG.sub("", book.read_text("utf-8", "replace"))
        for sentence in re.split(r"(?<=[.!?…])\s+|\n\s*\n", text):
            piece += " ".join(sentence.split()) + ("\n\n" if len(piece) % 7 == 0 else " ")
            if len(piece) >= _DOCUMENT_CHARS:
                yield piece.strip()
                piece = ""


def _from_examples(count: int) -> list[str]:
    texts = [path.read_text() for path in sorted((ROOT / "examples/raw/2026-11-21").glob("*.txt"))]
    return [re.sub(r"\b(\w{6,})\b", rf"\1{n}", texts[n % len(texts)]) for n in range(count)]
