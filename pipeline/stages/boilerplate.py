"""What is not the author's text: forms, credits, buttons, found by the rule files.

What belongs here: finding the lines that rules name and cutting them cleanly.
What does not: the rules themselves (rules/boilerplate/*.toml).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import pyarrow as pa
import pyarrow.compute as pc

from pipeline import rules
from pipeline.document import Edit
from pipeline.rules import ANY_LANGUAGE, BoilerplateRule


@dataclass(frozen=True)
class BoilerplateSettings:
    """What is cut.

    cut: whether boilerplate is cut.
    """

    cut: bool = True


# Boilerplate is short; a longer line is prose whatever its words.
_MAX_LINE = 300
# What follows a tail marker (or stands above a head marker) goes with it only if it looks like a
# form or a list of links: few lines, little text, no sentence.
_MAX_FORM_LINES = 12
_MAX_FORM_CHARS = 400
_SENTENCE = re.compile(r".{80,}[.!?…][\"'”’»)]?$")
_BLANKS = " \t"
# Lines that are looked at together.
_LINES = 100_000

Mark = tuple[int, BoilerplateRule]
"""A line's number, and a rule that matches it."""


@dataclass(frozen=True)
class Boilerplate:
    """Cuts by the rules for any language and for the text's own."""

    settings: BoilerplateSettings
    name: str = "boilerplate"

    def screen(self, texts: pa.Array) -> pa.Array:
        """Texts with a line that any rule of any language matches."""
        if not self.settings.cut:
            return pa.repeat(False, len(texts))
        lines = "|".join(f"(?:{rule.re2})" for rule in rules.boilerplate())
        return pc.match_substring_regex(texts, rf"(?m:^[{_BLANKS}]*(?:{lines})[{_BLANKS}]*$)")

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
        for text, own, marks in zip(texts, lines, _marks(lines, languages), strict=True):
            yield self._edits(text, own, _cut_lines(own, marks))

    def _edits(self, text: str, lines: Sequence[str], cut: list[str]) -> Iterator[Edit]:
        if not any(cut):
            return
        _cut_blanks(lines, cut)
        starts = [0]
        for line in lines:
            starts.append(starts[-1] + len(line) + 1)
        end = len(text)
        # A cut that reaches the end takes the line feed before it too.
        reaches = len(cut)
        while reaches and cut[reaches - 1]:
            reaches -= 1
        shift = 1 if 0 < reaches < len(cut) else 0
        for first, last, rule in _runs(cut):
            start, stop = starts[first], starts[last + 1]
            if first >= reaches:
                start, stop = start - shift, stop - shift
            yield Edit(self.name, rule, start, text[start : min(stop, end)], "")


def _marks(lines: Sequence[Sequence[str]], languages: Sequence[str]) -> list[list[Mark]]:
    """For each text the lines that a rule for its language matches, with the rule."""
    found: list[list[Mark]] = [[] for _ in lines]
    known = [rule for rule in rules.boilerplate() if rule.language in (ANY_LANGUAGE, *languages)]
    candidates = (
        (text, at, bare)
        for text, own in enumerate(lines)
        for at, line in enumerate(own)
        if len(line) <= _MAX_LINE and (bare := line.strip(_BLANKS))
    )
    while some := list(islice(candidates, _LINES)):
        array = pa.array([bare for _, _, bare in some], pa.string())
        for rule in known:
            for hit in pc.indices_nonzero(rule.matches(array)).to_pylist():
                text, at, _ = some[hit]
                if rule.language in (ANY_LANGUAGE, languages[text]):
                    found[text].append((at, rule))
    return found


def _cut_lines(lines: Sequence[str], marks: Sequence[Mark]) -> list[str]:
    """For each line the name of the rule that cuts it, or an empty text."""
    cut = [""] * len(lines)
    marked: dict[str, list[tuple[int, str]]] = {"line": [], "head": [], "tail": []}
    for at, rule in marks:
        marked[rule.scope].append((at, rule.name))
    for at, name in marked["line"]:
        cut[at] = cut[at] or name
    # From the end inwards: what an inner form leaves over no longer speaks against an outer one.
    for at, name in sorted(marked["tail"], reverse=True):
        if not cut[at] and _is_form(lines[at + 1 :], cut[at + 1 :]):
            cut[at:] = [name] * (len(cut) - at)
    for at, name in sorted(marked["head"]):
        if not cut[at] and _is_form(lines[:at], cut[:at]):
            cut[: at + 1] = [name] * (at + 1)
    return cut


def _is_form(lines: Sequence[str], cut: Sequence[str]) -> bool:
    """Whether the lines that no rule cuts look like a form or links rather than prose."""
    rest = [line for line, rule in zip(lines, cut, strict=True) if not rule and line.strip()]
    return (
        len(rest) <= _MAX_FORM_LINES
        and sum(map(len, rest)) <= _MAX_FORM_CHARS
        and not any(_SENTENCE.match(line) for line in rest)
    )


def _cut_blanks(lines: Sequence[str], cut: list[str]) -> None:
    """Give blank lines that a cut leaves over to the cut's rule: after a cut where a blank line or
    the start stands before it, and before a cut that reaches the end.
    """
    open_before = True  # nothing, or a blank line, stands before
    rule = ""
    for at, line in enumerate(lines):
        if cut[at]:
            rule = cut[at]
        elif line.strip():
            rule, open_before = "", False
        elif rule and open_before:
            cut[at] = rule
        else:
            rule, open_before = "", True
    rule = cut[-1]
    for at in range(len(lines) - 1, -1, -1):
        if cut[at]:
            rule = cut[at]
        elif rule and not lines[at].strip():
            cut[at] = rule
        else:
            break


def _runs(cut: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """(first line, last line, rule) of each run of lines cut by one rule."""
    first = 0
    for at in range(1, len(cut) + 1):
        if at == len(cut) or cut[at] != cut[first]:
            if cut[first]:
                yield first, at - 1, cut[first]
            first = at
