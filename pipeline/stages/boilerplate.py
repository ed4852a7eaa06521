"""What is not the author's text: forms, credits, buttons, by rules and by a model of lines.

What belongs here: the two strengths, and one edit for each run of lines that goes.
What does not: rules (rules/boilerplate, rulebook), what a match asks for (scopes), the model
(linemodel), blank lines left over (lines).
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline import rules
from pipeline.document import Edit
from pipeline.rules import ANY_LANGUAGE
from pipeline.stages import linemodel
from pipeline.stages.lines import cuts
from pipeline.stages.rulebook import Mark, rulebook
from pipeline.stages.scopes import cut_lines

STRENGTHS = ("off", "careful", "article")
# The rule of lines that the model cuts.
LINE_MODEL = "line-model"
_LEAST_LINES = 3


@dataclass(frozen=True)
class BoilerplateSettings:
    """What is cut.

    strength: `careful` cuts what rules name and hardly anybody would miss; `article`, for dumps of
    web pages, also asks a model of lines which of them belong to the main text; `off` cuts nothing.
    max_cut_share: a document that loses more than this share of its text is flagged
    (`heavily_cut`); an expectation warns where too many are.
    """

    strength: str = "careful"
    max_cut_share: float = 0.5

    def __post_init__(self) -> None:
        if self.strength not in STRENGTHS:
            raise ValueError(f"strength takes {', '.join(STRENGTHS)}, not {self.strength!r}")
        if not 0 <= self.max_cut_share <= 1:
            raise ValueError("max_cut_share must be between 0 and 1")

    def by_rules(self) -> "BoilerplateSettings":
        """The same without the model of lines."""
        return self if self.strength == "off" else replace(self, strength="careful")


@dataclass(frozen=True)
class Boilerplate:
    """Cuts by the rules for any language and for the text's own, and, as `article`, what a model of
    lines does not count to the main text.
    """

    settings: BoilerplateSettings
    name: str = "boilerplate"

    def screen(self, texts: pa.Array, languages: pa.Array) -> pa.Array:
        """Texts with a line that a rule for their language matches, one boolean each; with a model
        of lines all texts.
        """
        found = np.zeros(len(texts), np.bool_)
        if self.settings.strength == "article":
            found[:] = True
        elif self.settings.strength != "off":
            for language, rows in _by_language(languages).items():
                screened = rulebook(language).screen(texts.take(pa.array(rows)))
                found[rows] = pc.fill_null(screened, False)
        return pa.array(found)

    def propose(self, text: str, language: str) -> Iterator[Edit]:
        """One edit for each run of lines that one rule cuts, blank lines left over included."""
        for proposed in self.propose_all([text], [language]):
            yield from proposed

    def propose_all(
        self, texts: Sequence[str], languages: Sequence[str]
    ) -> Iterator[Iterator[Edit]]:
        """The same for each text. A pattern is made ready once for all of them, which takes longer
        than matching some lines.
        """
        lines = [text.split("\n") for text in texts]
        marks = _marks(lines, languages)
        gone = [cut_lines(*page) for page in zip(lines, marks, strict=True)]
        if self.settings.strength == "article":
            known = _known(gone, marks)
            kept = linemodel.kept(pa.array(texts, pa.string()), known, linemodel.line_model())
            pages = zip(lines, marks, map(_others, lines, kept), strict=True)
            gone = [cut_lines(*page) for page in pages]
        for text, own, page_marks, cut in zip(texts, lines, marks, gone, strict=True):
            yield self._edits(text, own, page_marks, cut)

    def known(self, texts: Sequence[str], languages: Sequence[str]) -> linemodel.Known:
        """What rules say of each line, for the model of lines to see or to be grown from."""
        lines = [text.split("\n") for text in texts]
        marks = _marks(lines, languages)
        return _known([cut_lines(*page) for page in zip(lines, marks, strict=True)], marks)

    def _edits(
        self, text: str, lines: Sequence[str], marks: Sequence[Mark], cut: list[str]
    ) -> Iterator[Edit]:
        told = {mark.at: mark.told for mark in marks if cut[mark.at] == mark.rule.name}
        for found in cuts(text, lines, cut):
            said = {
                name: what
                for at in range(found.last, found.first - 1, -1)
                for name, what in told.get(at, {}).items()
            }
            evidence = json.dumps(said, ensure_ascii=False) if said else ""
            yield Edit(self.name, found.mark, found.start, found.before, "", evidence)


def _known(cuts: Sequence[Sequence[str]], marks: Sequence[Sequence[Mark]]) -> linemodel.Known:
    """For each text, a number a line: 1 where rules cut it, 0.5 where they know it, else 0."""
    found = [np.array([bool(rule) for rule in cut], np.float32) for cut in cuts]
    for flags, page in zip(found, marks, strict=True):
        for mark in page:
            flags[mark.at] = max(flags[mark.at], 0.5)
    return found


def _others(lines: Sequence[str], kept: NDArray[np.bool_]) -> list[str]:
    """The rule for each line that is not kept. A text of a few lines is no page."""
    written = [bool(line.strip()) for line in lines]
    if sum(written) < _LEAST_LINES:
        return [""] * len(lines)
    return [
        LINE_MODEL if seen and not stays else "" for seen, stays in zip(written, kept, strict=True)
    ]


def _by_language(languages: pa.Array) -> dict[str, NDArray[np.int64]]:
    """The rows of each language that has rules; all others go with those for any language."""
    known = pa.array(rules.boilerplate_languages())
    languages = pc.if_else(pc.is_in(languages, value_set=known), languages, ANY_LANGUAGE)
    found = pc.fill_null(languages, ANY_LANGUAGE).to_numpy(zero_copy_only=False)
    return {language: np.flatnonzero(found == language) for language in np.unique(found)}


def _marks(lines: Sequence[Sequence[str]], languages: Sequence[str]) -> list[list[Mark]]:
    """For each text the lines that a rule for its language matches, with the rule."""
    found: list[list[Mark]] = [[] for _ in lines]
    for language, rows in _by_language(pa.array(languages, pa.string())).items():
        places = [(row, at) for row in rows.tolist() for at in range(len(lines[row]))]
        flat = pa.array([lines[row][at] for row, at in places], pa.string())
        for mark in rulebook(language).marks(flat):
            row, at = places[mark.at]
            found[row].append(mark._replace(at=at))
    return found
