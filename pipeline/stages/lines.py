"""Cutting lines out of a text cleanly, whatever says which.

What belongs here: blank lines that a cut leaves over, where a cut begins and ends. What does not:
which lines are cut (boilerplate, repeats).
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple


class Cut(NamedTuple):
    """start: where in the text. before: what is cut. first, last: its lines."""

    start: int
    before: str
    mark: str
    first: int
    last: int


def cuts(text: str, lines: Sequence[str], marks: Sequence[str]) -> Iterator[Cut]:
    """Each run of lines with one mark, with the blank lines left over.

    lines: the text parted at its line feeds. marks: one a line, empty for a line that stays.
    """
    if not any(marks):
        return
    cut = list(marks)
    cut_blanks(lines, cut)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    end = len(text)
    # A cut that reaches the end takes the line feed before it too.
    reaches = len(cut)
    while reaches and cut[reaches - 1]:
        reaches -= 1
    shift = 1 if 0 < reaches < len(cut) else 0
    for first, last, mark in runs(cut):
        start, stop = starts[first], starts[last + 1]
        if first >= reaches:
            start, stop = start - shift, stop - shift
        yield Cut(start, text[start : min(stop, end)], mark, first, last)


def cut_blanks(lines: Sequence[str], cut: list[str]) -> None:
    """Give blank lines that a cut leaves over the cut's mark: after a cut where a blank line or
    the start stands before it, and before a cut that reaches the end.
    """
    open_before = True  # nothing, or a blank line, stands before
    mark = ""
    for at, line in enumerate(lines):
        if cut[at]:
            mark = cut[at]
        elif line.strip():
            mark, open_before = "", False
        elif mark and open_before:
            cut[at] = mark
        else:
            mark, open_before = "", True
    mark = cut[-1]
    for at in range(len(lines) - 1, -1, -1):
        if cut[at]:
            mark = cut[at]
        elif mark and not lines[at].strip():
            cut[at] = mark
        else:
            break


def runs(cut: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """(first line, last line, mark) of each run of lines with one mark."""
    first = 0
    for at in range(1, len(cut) + 1):
        if at == len(cut) or cut[at] != cut[first]:
            if cut[first]:
                yield first, at - 1, cut[first]
            first = at
