"""The boilerplate rules for one language, ready to be held against many lines at once.

What belongs here: finding the lines that rules match. What does not: what becomes of them (scopes).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from pipeline import rules
from pipeline.rules import ANY_LANGUAGE, BoilerplateRule, folded, whole_line

BLANKS = " \t"
# Boilerplate is short; a longer line is prose whatever its words.
MAX_LINE = 300  # code points
_MAX_BYTES = 4 * MAX_LINE


class Mark(NamedTuple):
    """A line that a rule matches. told: what it says about the document."""

    at: int
    rule: BoilerplateRule
    told: Mapping[str, str]


@dataclass(frozen=True)
class Rulebook:
    """The rules for any language and for one."""

    rules: tuple[BoilerplateRule, ...]

    def screen(self, texts: pa.Array) -> pa.Array:
        """Booleans, one a text: false only where no line is matched."""
        found = pa.array([False] * len(texts), pa.bool_())
        for gate in self._gates:
            pattern = rf"(?m:^[{BLANKS}]*(?:{gate})[{BLANKS}]*$)"
            found = pc.or_(found, pc.match_substring_regex(texts, pattern))
        split = pc.split_pattern(texts, "\n")
        flat, of = split.flatten(), pc.list_parent_indices(split)
        short = pc.less_equal(pc.binary_length(flat), self._longest)
        hits = pc.is_in(folded(flat.filter(short)), value_set=self._literals)
        rows = pc.unique(of.filter(short).filter(hits))
        return pc.or_(
            found, pc.is_in(pa.array(range(len(texts))), value_set=pc.cast(rows, pa.int64()))
        )

    def marks(self, lines: pa.Array) -> Iterator[Mark]:
        """Each line that a rule matches, rule by rule."""
        short = pc.indices_nonzero(pc.less_equal(pc.binary_length(lines), _MAX_BYTES))
        bare = pc.utf8_trim(lines.take(short), BLANKS)
        fits = pc.less_equal(pc.utf8_length(bare), MAX_LINE)
        bare, short = bare.filter(fits), short.filter(fits)
        names = folded(bare)
        for hit in pc.indices_nonzero(pc.is_in(names, value_set=self._literals)).to_pylist():
            for rule in self._by_literal[names[hit].as_py()]:
                yield Mark(short[hit].as_py(), rule, {})
        suspect = pa.array([False] * len(bare), pa.bool_())
        for gate in self._gates:
            suspect = pc.or_(suspect, pc.match_substring_regex(bare, whole_line(gate)))
        bare, short = bare.filter(suspect), short.filter(suspect)
        for rule in self.rules:
            if rule.re2:
                yield from _matched(rule, bare, short)

    @cached_property
    def _literals(self) -> pa.Array:
        return pa.array(list(self._by_literal), pa.string())

    @cached_property
    def _by_literal(self) -> dict[str, list[BoilerplateRule]]:
        found: dict[str, list[BoilerplateRule]] = {}
        for rule in self.rules:
            for literal in rule.literals:
                found.setdefault(literal, []).append(rule)
        return found

    @cached_property
    def _longest(self) -> int:
        """Bytes of a line that may hold a literal, with room for marks and capitals."""
        return 2 * max((len(way.encode()) for way in self._literals.to_pylist()), default=0) + 20

    @cached_property
    def _gates(self) -> list[str]:
        """Few patterns that match whatever a rule's pattern matches in a line, and more.

        Patterns that name a whole class of letters, or begin with one, are joined apart: together
        with all others they take RE2 so many states that it forgets and starts anew (measured: a
        quarter of the speed).
        """
        loose = [rule.gate for rule in self.rules if rule.re2]
        wide = [pattern for pattern in loose if r"\p{" in pattern or pattern.startswith("[")]
        return _joined([each for each in loose if each not in wide]) + _joined(wide)


def _matched(rule: BoilerplateRule, lines: pa.Array, places: pa.Array) -> Iterator[Mark]:
    """The lines that one rule's pattern matches. Making its exact pattern ready takes longer than
    most of its work, so the gate is asked first.
    """
    near = pc.match_substring_regex(lines, whole_line(rule.gate))
    if not pc.any(near).as_py():
        return
    lines, places = lines.filter(near), places.filter(near)
    hits = pc.indices_nonzero(pc.match_substring_regex(lines, whole_line(rule.re2)))
    told = rule.tells(lines.take(hits)) if len(hits) else []
    for at, said in zip(places.take(hits).to_pylist(), told, strict=True):
        yield Mark(at, rule, said)


def _joined(patterns: list[str]) -> list[str]:
    """The patterns in as few as RE2 has room for."""
    if not patterns:
        return []
    joined = "|".join(f"(?:{pattern})" for pattern in patterns)
    try:
        pc.match_substring_regex(pa.array([""]), rf"(?m:^[{BLANKS}]*(?:{joined})[{BLANKS}]*$)")
    except pa.ArrowInvalid:
        if len(patterns) == 1:
            raise
        half = len(patterns) // 2
        return _joined(patterns[:half]) + _joined(patterns[half:])
    return [joined]


@cache
def rulebook(language: str) -> Rulebook:
    """The rules for texts in a language; for one without any, those for any language."""
    names = dict.fromkeys((ANY_LANGUAGE, language))
    return Rulebook(tuple(rule for name in names for rule in rules.boilerplate(name)))
