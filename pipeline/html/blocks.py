"""The text of a tree: a line for each block, a blank line between paragraphs.

What belongs here: where lines begin and end. What does not: which elements are in the tree.

It reads HTML, and the few TEI names that trafilatura gives blocks: head, quote, list, item, row,
cell, lb. Runs of blanks are one blank already; a line end in a text is meant.
"""

import re
from itertools import islice

from pipeline.html.markup import Tree

_PARAGRAPHS = {
    *("p", "h1", "h2", "h3", "h4", "h5", "h6", "head", "blockquote", "quote", "pre", "hr"),
    *("ul", "ol", "dl", "list", "table", "figure"),
}
_LINES = {
    *("address", "article", "aside", "body", "br", "caption", "center", "dd", "details", "div"),
    *("dt", "fieldset", "figcaption", "footer", "form", "header", "item", "lb", "legend", "li"),
    *("main", "nav", "option", "row", "section", "summary", "tbody", "tfoot", "thead", "tr"),
}
_ITEMS = {"li", "item", "dd", "dt"}
_CELLS = {"td", "th", "cell"}
_INLINE, _LINE, _PARAGRAPH = 0, 1, 2
_BLANKS = re.compile(" {2,}")
_AROUND_TABS = re.compile(" *\t *")


def text_of(tree: Tree) -> str:
    """The text of a tree. Cells of a row have a tab between them; lists have no markers."""
    lines = _Lines()
    _read(tree, lines, _PARAGRAPH, as_written=False)
    lines.end(_LINE)
    return "\n".join(lines.done)


class _Lines:
    """The lines so far, and the one that is being written."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self._now: list[str] = []
        self._apart = _LINE

    def add(self, text: str, *, as_written: bool = False) -> None:
        """Go on with the line. A line end in the text ends it, an empty line a paragraph."""
        for number, line in enumerate(text.split("\n")):
            if number:
                self.end(_LINE if line.strip() else _PARAGRAPH, as_written=as_written)
            self._now.append(line)

    def cell(self) -> None:
        """Be a tab away from what stands in the line."""
        if any(map(str.strip, self._now)):
            self._now.append("\t")

    def end(self, apart: int, *, as_written: bool = False) -> None:
        """End the line, and be so far apart from the next."""
        line = "".join(self._now)
        self._now = []
        if line.strip():
            if self.done and self._apart == _PARAGRAPH:
                self.done.append("")
            if not as_written:
                line = _AROUND_TABS.sub("\t", _BLANKS.sub(" ", line)).strip()
            self.done.append(line.rstrip())
            self._apart = apart
        else:
            self._apart = max(self._apart, apart)


def _read(element: Tree, lines: _Lines, widest: int, *, as_written: bool) -> None:
    """Write what is in an element. widest: how far apart its blocks may be at most."""
    apart = min(_apart(element), widest)
    was_written, as_written = as_written, as_written or _is_code(element)
    if apart:
        lines.end(apart, as_written=was_written)
    elif _apart(element):
        lines.add(" ")
    if element.tag in _CELLS:
        lines.cell()
        widest = min(widest, _LINE if _has_blocks(element) else _INLINE)
    elif element.tag in _ITEMS:
        widest = min(widest, _LINE)
    if element.text:
        lines.add(element.text, as_written=as_written)
    for child in element:
        _read(child, lines, widest, as_written=as_written)
        if child.tail:
            lines.add(child.tail, as_written=as_written)
    if apart:
        lines.end(apart, as_written=as_written)


def _apart(element: Tree) -> int:
    if element.tag in _PARAGRAPHS or _is_code(element):
        return _PARAGRAPH
    return _LINE if element.tag in _LINES else _INLINE


def _is_code(element: Tree) -> bool:
    """Whether its lines are as they were written; `<code>` within a line is no block."""
    if element.tag != "code":
        return bool(element.tag == "pre")
    return any("\n" in text for text in element.itertext())


def _has_blocks(cell: Tree) -> bool:
    """Whether there is more than one block in a cell, as where a table lays out a page."""
    return len(list(islice(cell.iter(*_PARAGRAPHS, *_LINES), 2))) == 2
