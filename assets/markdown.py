"""Markdown that Dagster's pages show: tables of plain texts and of texts from anywhere.

What belongs here: turning values into cells that cannot break the table or act as markup.
What does not: which values are shown (metadata, checks).
"""

import re
from collections.abc import Iterable, Sequence

from pipeline.report.summary import shorten
from pipeline.report.visible import visible

# Dagster keeps metadata for ever and shows it to everybody: samples stay short.
LONGEST = 60
NOTHING = "*nothing*"

# What means something within a line of Markdown, and & itself. As an entity it means nothing, not
# even to the table, where a backslash would have to be escaped before a stroke but not elsewhere.
_ENTITIES = str.maketrans({char: f"&#{ord(char)};" for char in "\\`*_~[]<>|&"})
# Blanks that a page would not show.
_BLANKS = re.compile(r"^ +| +$| {2,}")
# Pages turn addresses into links even where their punctuation is escaped; a crawled address is not
# ours to offer, and a word joiner inside, which has no width, makes it none.
_LINK = re.compile(r"://|www\.|@", re.IGNORECASE)
_WORD_JOINER = "\u2060"


def table(headers: Sequence[str], rows: Iterable[Sequence[str | int]]) -> str:
    """A table of cells that are Markdown already (see `cell`), or numbers."""
    lines = [headers, ["---"] * len(headers), *([_show(value) for value in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def cell(text: str, longest: int = LONGEST) -> str:
    """Any text as a cell that shows it and does nothing else: at most `longest` characters, on one
    line, lost blanks and characters without a picture made visible.
    """
    seen = shorten(visible(text, keep=""), longest)
    seen = _BLANKS.sub(lambda blanks: "␣" * len(blanks[0]), seen)
    seen = _LINK.sub(lambda part: f"{part[0][0]}{_WORD_JOINER}{part[0][1:]}", seen)
    return seen.translate(_ENTITIES) or NOTHING


def _show(value: str | int) -> str:
    return value if isinstance(value, str) else f"{value:,}"
