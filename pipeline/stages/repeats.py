"""Lines that a site repeats in its documents: menus, notices, footers that no rule knows.

What belongs here: which of them go from one document, by where they stand in it. What does not:
learning them (steps.lines), lines that are always their author's (repeats.authors).

A line goes at the head and at the tail of a text: where nothing but such lines, blank ones and a
few short ones stand between it and the end. A sentence goes only from there, and only if half of
the site's documents have it: elsewhere it may be quoted. A short line goes from among paragraphs
too if half of the documents have it, and it is not one of a verse or a record. Where such lines are
most of a text they belong to it, and all stay.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.document import Edit
from pipeline.kernels.lines import lines_of
from pipeline.kernels.texts import texts_of
from pipeline.repeats.authors import ends_sentence, prose_in
from pipeline.repeats.learned import Learned, Repeated
from pipeline.repeats.settings import RepeatSettings
from pipeline.stages.lines import cuts

RULE = "repeated-line"
# Short lines of a document's own (title, date) that may stand between such a line and the end.
_MOST_BETWEEN = 6
# Of the site's documents, those that must have a sentence, or a line which stands among paragraphs.
_MOST = 0.5
# So many short lines without a blank one beside it make a line one of a verse or a list.
_VERSE = 4
_LONGEST_VERSE = 80
_LONGEST_TITLE = 120
# So many fields of a text's own make it a record, and another one its own too.
_FIELDS = 3
_FIELD = re.compile(r"[^\W\d_][\w -]{0,30}:\s+\S")

Found = Sequence[Repeated | None]
"""What is known of each line of a text."""


@dataclass(frozen=True)
class Repeats:
    """Cuts the lines that the text's site repeats. What it is told of a text is the site."""

    settings: RepeatSettings
    learned: Learned
    name: str = "repeats"

    def screen(self, texts: pa.Array, sites: pa.Array) -> NDArray[np.bool_]:
        """Texts with a line that their site repeats."""
        if not self.settings.cut:
            return np.zeros(len(texts), np.bool_)
        return self.learned.in_texts(texts, sites)

    def propose(self, text: str, language: str) -> Iterator[Edit]:
        """One edit for each line, blank lines left over included. language: the site."""
        for proposed in self.propose_all([text], [language]):
            yield from proposed

    def propose_all(
        self, texts: Sequence[str], languages: Sequence[str]
    ) -> Iterator[Iterator[Edit]]:
        """The same for each text."""
        hashed = lines_of(texts_of(pa.array(texts, pa.string())))
        every = hashed.hashes.tolist()
        for number, (text, site) in enumerate(zip(texts, languages, strict=True)):
            known = self.learned.sites.get(site, {})
            own = every[hashed.firsts[number] : hashed.firsts[number + 1]]
            yield self._edits(text, [known.get(line) for line in own])

    def _edits(self, text: str, found: Found) -> Iterator[Edit]:
        lines = text.split("\n")
        marks = [""] * len(lines)
        for at in _lines_to_cut(lines, found, self.settings.max_share):
            marks[at] = str(at)
        for start, before, mark, *_ in cuts(text, lines, marks):
            repeated = found[int(mark)]
            yield Edit(self.name, RULE, start, before, "", repeated.evidence if repeated else "")


def _lines_to_cut(lines: Sequence[str], found: Found, max_share: float) -> list[int]:
    """The numbers of the lines that go."""
    bare = [line.strip() for line in lines]
    prose = prose_in(bare)
    if _belong(bare, prose, found, max_share):
        return []
    outside = _head(bare, _without_title(bare, prose, found), found)
    outside |= {len(bare) - 1 - at for at in _head(bare[::-1], prose[::-1], found[::-1])}
    return [
        at
        for at, line in enumerate(found)
        if line
        and (line.share >= _MOST or not prose[at])
        and (at in outside or (line.share >= _MOST and not prose[at]))
        and not _among_its_like(at, bare, prose, found)
    ]


def _belong(bare: Sequence[str], prose: Sequence[bool], found: Found, max_share: float) -> bool:
    """Whether the repeated lines are most of the text: of its prose; of all where it has none."""
    counted = prose if any(prose) else [True] * len(bare)
    sizes = [len(line) * counts for line, counts in zip(bare, counted, strict=True)]
    repeated = sum(size for size, line in zip(sizes, found, strict=True) if line)
    return repeated > max_share * sum(sizes)


def _without_title(bare: Sequence[str], prose: Sequence[bool], found: Found) -> list[bool]:
    """Which lines are prose, but for the first of the text's own if it could be its title."""
    first = next((at for at, line in enumerate(bare) if line and not found[at]), 0)
    is_title = len(bare[first]) <= _LONGEST_TITLE and not ends_sentence(bare[first])
    return [reads and not (is_title and at == first) for at, reads in enumerate(prose)]


def _head(bare: Sequence[str], prose: Sequence[bool], found: Found) -> set[int]:
    """The numbers of the repeated lines above the text's own."""
    head: set[int] = set()
    between = 0
    for at, line in enumerate(bare):
        if found[at]:
            head.add(at)
        elif line:
            between += 1
            if prose[at] or between > _MOST_BETWEEN:
                break
    return head


def _among_its_like(at: int, bare: Sequence[str], prose: Sequence[bool], found: Found) -> bool:
    """Whether a short line is one of a verse, or a field of a record."""
    if prose[at]:
        return False
    if _FIELD.match(bare[at]):
        fields = (line for line, known in zip(bare, found, strict=True) if not known)
        return sum(bool(_FIELD.match(line)) for line in fields) >= _FIELDS
    return _in_verse(at, bare, found)


def _in_verse(at: int, bare: Sequence[str], found: Found) -> bool:
    """Whether the line stands among short lines of the text's own, no blank one between."""
    beside = 0
    for step in (1, -1):
        there = at + step
        while 0 <= there < len(bare) and _is_verse(bare[there]) and not found[there]:
            beside += 1
            there += step
    return beside >= _VERSE


def _is_verse(line: str) -> bool:
    return " " in line and len(line) <= _LONGEST_VERSE
