"""Rules as data: the only reader of the files in `rules/`.

What belongs here: the shape of a rule, reading rule files, and the check that each rule brings its
proof. What does not: matching texts against rules (stages).

Patterns of boilerplate are RE2, which takes time linear in the text; those of contexts are Python's
and see some dozens of characters. So no rule can hang.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

ANY_LANGUAGE = "any"
SCOPES = ("line", "top", "end", "head", "tail", "block")
# What a cut line may tell about its document: names of groups in a pattern.
TOLD = ("author", "published")
STRENGTHS = ("safe", "ocr")
# Stands in a context rule for a place where a sentence begins.
SENTENCE_START = "<start>"


class RuleError(ValueError):
    """A rule file is wrong; the message names file and rule."""


@dataclass(frozen=True, slots=True)
class BoilerplateRule:
    """A line that is not the author's text.

    scope: `line` cuts the line wherever it stands, `top` only above the first paragraph, `end` only
    below the last, `head` everything down to it, `tail` everything from it on, `block` only among
    other short lines (stages/boilerplate.py).
    phrases: lines as they are shown, in any case and with marks around them; `{}` stands for 1 to
    80 characters, `{n}` for a number.
    pattern: RE2, matched against the whole line without the blanks around it; a group named as in
    `TOLD` is kept as metadata.
    hits, keeps: lines that it must and must not match; each phrase is a hit.
    """

    name: str
    language: str
    scope: str
    phrases: tuple[str, ...]
    pattern: str
    source: str
    hits: tuple[str, ...]
    keeps: tuple[str, ...]

    @property
    def re2(self) -> str:
        """The pattern, and the phrases that have holes, as one pattern; empty without either."""
        holed = [_holed(phrase) for phrase in self.phrases if _HOLE.search(phrase)]
        parts = [self.pattern] if self.pattern else []
        if holed:
            parts.append(f"(?i:{_BEFORE}(?:{'|'.join(holed)}){_AFTER})")
        return "|".join(parts)

    @property
    def gate(self) -> str:
        """A pattern that matches whatever `re2` matches in a line, and more, in less time: without
        counting, which takes RE2 a state for each count, and kept to one line, so that a search
        through a text does not run on to its end.
        """
        return _COUNTED.sub("*", self.re2).replace("[^", r"[^\n")

    @property
    def literals(self) -> list[str]:
        """The phrases without holes as `folded` leaves such lines, in every spelling."""
        plain = [" ".join(phrase.split()) for phrase in self.phrases if not _HOLE.search(phrase)]
        lines = folded(pa.array(plain, pa.string())).to_pylist()
        return sorted({way for line in lines for way in _spellings(line)})

    def matches(self, lines: pa.Array) -> pa.Array:
        """Booleans, one a line (without the blanks around it)."""
        found = pc.is_in(folded(lines), value_set=pa.array(self.literals, pa.string()))
        if self.re2:
            found = pc.or_(found, pc.match_substring_regex(lines, whole_line(self.re2)))
        return found

    def tells(self, lines: pa.Array) -> list[dict[str, str]]:
        """What each line says about its document: values by their names in `TOLD`."""
        if not any(f"(?P<{name}>" in self.pattern for name in TOLD):
            return [{}] * len(lines)
        found = pc.extract_regex(lines, whole_line(self.pattern)).to_pylist()
        return [
            {name: said for name in TOLD if each and (said := each.get(name, "").strip())}
            for each in found
        ]


# Marks that stand around a phrase: arrows, bullets, bars, asterisks.
_BEFORE_MARKS = " \t\u00a0\u200b\u3000[]()【】■◆●※«»‹›<>←→↑↓▲▼▶►•·|*#✓✔✕✖☰×+-–—_/"
_AFTER_MARKS = _BEFORE_MARKS + ":：…"
_BEFORE, _AFTER = (f"[{re.escape(marks)}]*" for marks in (_BEFORE_MARKS, _AFTER_MARKS))
_COUNTED = re.compile(r"\{\d+(?:,\d*)?\}")
_HOLE = re.compile(r"(\{n?\})")
_HOLES = {"{}": ".{1,80}", "{n}": r"\d[\d.,  ]*[KkMm]?"}


def folded(lines: pa.Array) -> pa.Array:
    """The lines in small letters, without the marks around them."""
    bare = pc.utf8_ltrim(pc.utf8_rtrim(lines, _AFTER_MARKS), _BEFORE_MARKS)
    return pc.utf8_lower(bare)


def _spellings(line: str) -> Iterator[str]:
    """A folded phrase with its full stop or without, with either apostrophe, and with what becomes
    of letters (ς, ı) whose capitals have another small letter.
    """
    for ended in {line, line.rstrip(".。।")}:
        for way in {ended, ended.replace("ς", "σ"), ended.replace("ı", "i")}:
            yield from {way.replace("’", "'"), way.replace("'", "’")}


def _holed(phrase: str) -> str:
    """The phrase as RE2, its full stop if it has one or not."""
    found = "".join(_HOLES.get(part) or _literal(part) for part in _HOLE.split(phrase.strip()))
    return found.removesuffix(r"\.") + r"\.?" if found.endswith(r"\.") else found


def _literal(words: str) -> str:
    quoted = re.sub(r"[^\w\s]", lambda found: "\\" * found[0].isascii() + found[0], words)
    return re.sub(r"\\'|’", "['’]", re.sub(r"\s+", "[ \t\u00a0]+", quoted))


@dataclass(frozen=True, slots=True)
class ConfusionRule:
    """Letters that are easily taken for others.

    strength: the level of `typos.strength` from which on the rule is used.
    cost: powers of ten by which the meant word must be used more often for this rule.
    pairs: what stands there, and what was meant.
    hits: slips and what they mean; keeps: words that stay as they are.
    """

    name: str
    language: str
    strength: str
    cost: float
    pairs: tuple[tuple[str, str], ...]
    source: str
    hits: tuple[tuple[str, str], ...]
    keeps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ContextRule:
    """A word that is a slip only between certain others.

    wrong, right: the word as it stands, and as it was meant.
    before, after: Python patterns that must match what stands right before and right after it
    (`before` to its end, `after` from its start, within the paragraph and `CONTEXT` characters).
    hits: texts and what becomes of them; keeps: texts that stay.
    """

    name: str
    language: str
    wrong: str
    right: str
    before: str
    after: str
    source: str
    hits: tuple[tuple[str, str], ...]
    keeps: tuple[str, ...]


def whole_line(pattern: str) -> str:
    """The pattern, made to match a whole line only."""
    return rf"\A(?:{pattern})\z"


def boilerplate_languages() -> list[str]:
    """The languages that have boilerplate rules, `any` among them."""
    return [file.name.removesuffix(".toml") for file in _rule_files("boilerplate")]


@cache
def boilerplate(language: str) -> tuple[BoilerplateRule, ...]:
    """The boilerplate rules of one language, in the order of its file; none where it has no file.

    Raises `RuleError`.
    """
    rules = []
    for _, place, entry in _entries("boilerplate", language):
        phrases = tuple(entry.pop("phrases", ()))
        entry.setdefault("pattern", "")
        rule = BoilerplateRule(
            language=language,
            phrases=phrases,
            hits=tuple(entry.pop("hits", ())),
            keeps=tuple(entry.pop("keeps", ())),
            **_texts(entry, place, ("name", "scope", "pattern", "source")),
        )
        if rule.scope not in SCOPES:
            raise RuleError(f"{place}: scope {rule.scope!r} is none of {', '.join(SCOPES)}")
        if not (rule.phrases or rule.pattern):
            raise RuleError(f"{place}: phrases or a pattern are missing")
        if wrong := [phrase for phrase in phrases if not any(map(str.isalnum, phrase))]:
            raise RuleError(f"{place}: {wrong[0]!r} is nothing but marks, which do not count")
        _prove((*rule.phrases, *rule.hits), rule.keeps, place)
        try:
            pc.match_substring_regex(pa.array([""]), rule.gate)
        except pa.ArrowInvalid as error:
            raise RuleError(f"{place}: pattern is not RE2: {error}") from error
        rules.append(rule)
    return tuple(rules)


@cache
def confusions() -> tuple[ConfusionRule, ...]:
    """All confusion rules, by language and then in the order of their files.

    Raises `RuleError`.
    """
    rules = []
    for language, place, entry in _entries("confusions"):
        cost, pairs = entry.pop("cost", None), entry.pop("pairs", ())
        if not isinstance(cost, int | float):
            raise RuleError(f"{place}: cost takes a number, not {cost!r}")
        rule = ConfusionRule(
            language=language,
            cost=float(cost),
            pairs=tuple(_pair(pair, place) for pair in pairs),
            hits=tuple(entry.pop("hits", {}).items()),
            keeps=tuple(entry.pop("keeps", ())),
            **_texts(entry, place, ("name", "strength", "source")),
        )
        if rule.strength not in STRENGTHS:
            wanted = " or ".join(map(repr, STRENGTHS))
            raise RuleError(f"{place}: strength takes {wanted}, not {rule.strength!r}")
        if not rule.pairs:
            raise RuleError(f"{place}: pairs missing")
        _prove(rule.hits, rule.keeps, place)
        rules.append(rule)
    return tuple(rules)


@cache
def contexts() -> tuple[ContextRule, ...]:
    """All context rules, by language and then in the order of their files.

    Raises `RuleError`.
    """
    rules = []
    for language, place, entry in _entries("contexts"):
        rule = ContextRule(
            language=language,
            hits=tuple(entry.pop("hits", {}).items()),
            keeps=tuple(entry.pop("keeps", ())),
            **_texts(entry, place, ("name", "wrong", "right", "before", "after", "source")),
        )
        for pattern in (rule.before, rule.after):
            try:
                re.compile(rf"(?:{pattern.replace(SENTENCE_START, '')})\Z")
            except re.error as error:
                raise RuleError(f"{place}: {pattern!r} is no pattern: {error}") from error
        _prove(rule.hits, rule.keeps, place)
        rules.append(rule)
    return tuple(rules)


@cache
def strokes() -> Mapping[str, str]:
    """The strokes of the letters that look like others."""
    return {letter: made for part in _table("strokes").values() for letter, made in part.items()}


@cache
def capitals() -> Mapping[str, frozenset[str]]:
    """For some languages, common words that have a capital within a sentence too."""
    return {language: frozenset(words) for language, words in _table("capitals").items()}


@cache
def lookalikes() -> Mapping[str, Mapping[str, str]]:
    """For each of `cyrillic-to-latin` and `greek-to-latin`, letters that look the same."""
    return _table("lookalikes")


@cache
def structure() -> Mapping[str, frozenset[str]]:
    """Words of lines that are their author's, of all languages together, by what they are for:
    `numbers`, `books`, `papers`, `talk`, `guides`.
    """
    return {
        use: frozenset(word for words in languages.values() for word in words)
        for use, languages in _table("structure").items()
    }


def _rule_files(kind: str) -> list[Traversable]:
    folder = files("pipeline") / "rules" / kind
    return sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)


def _table(name: str) -> dict[str, Any]:
    """A file of nothing but letters and words."""
    return tomllib.loads((files("pipeline") / "rules" / f"{name}.toml").read_text("utf-8"))


def _pair(pair: str, place: str) -> tuple[str, str]:
    wrong, between, right = pair.partition("=")
    if not (wrong and between and right):
        raise RuleError(f"{place}: a pair is wrong=right, not {pair!r}")
    return wrong, right


def _entries(kind: str, only: str = "") -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(language, place to name in an error, entry) of each `[[rule]]`, of one language or all."""
    for file in _rule_files(kind):
        language = file.name.removesuffix(".toml")
        if only not in ("", language):
            continue
        for number, entry in enumerate(tomllib.loads(file.read_text("utf-8"))["rule"], 1):
            yield language, f"rules/{kind}/{file.name}, rule {entry.get('name', number)}", entry


def _texts(entry: dict[str, Any], place: str, names: tuple[str, ...]) -> dict[str, str]:
    """The entry's texts, all of them and nothing else."""
    if missing := [name for name in names if not isinstance(entry.get(name), str)]:
        raise RuleError(f"{place}: {', '.join(missing)} missing")
    if unknown := sorted(set(entry) - set(names)):
        raise RuleError(f"{place}: unknown {', '.join(unknown)}; known are {', '.join(names)}")
    return entry


def _prove(hits: tuple[object, ...], keeps: tuple[object, ...], place: str) -> None:
    if not hits or not keeps:
        raise RuleError(f"{place}: a rule brings hits and keeps")
