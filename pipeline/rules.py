"""Rules as data: the only reader of the files in `rules/`.

What belongs here: the shape of a rule, reading rule files, and the check that each rule brings its
proof. What does not: matching texts against rules (stages).

Patterns are RE2, which takes time linear in the text, so that no rule can hang.
"""

import hashlib
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

ANY_LANGUAGE = "any"
SCOPES = ("line", "head", "tail")


class RuleError(ValueError):
    """A rule file is wrong; the message names file and rule."""


@dataclass(frozen=True, slots=True)
class BoilerplateRule:
    """A line that is not the author's text.

    scope: `line` cuts the line, `head` everything down to it, `tail` everything from it on.
    pattern: RE2, matched against the whole line without the blanks around it.
    hits, keeps: lines that it must and must not match.
    """

    name: str
    language: str
    scope: str
    pattern: str
    source: str
    hits: tuple[str, ...]
    keeps: tuple[str, ...]

    def matches(self, lines: pa.Array) -> pa.Array:
        """Booleans, one a line (without the blanks around it)."""
        return pc.match_substring_regex(lines, whole_line(self.pattern))


@dataclass(frozen=True, slots=True)
class ConfusionRule:
    """A letter that is easily taken for another.

    where: `start` or `inside` of a word.
    hits: slips and what they mean; keeps: words that stay as they are.
    """

    name: str
    language: str
    wrong: str
    right: str
    where: str
    source: str
    hits: tuple[tuple[str, str], ...]
    keeps: tuple[str, ...]


def whole_line(pattern: str) -> str:
    """The pattern, made to match a whole line only."""
    return rf"\A(?:{pattern})\z"


@cache
def boilerplate() -> tuple[BoilerplateRule, ...]:
    """All boilerplate rules, by language and then in the order of their files.

    Raises `RuleError`.
    """
    rules = []
    for language, place, entry in _entries("boilerplate"):
        rule = BoilerplateRule(
            language=language,
            hits=tuple(entry.pop("hits", ())),
            keeps=tuple(entry.pop("keeps", ())),
            **_texts(entry, place, ("name", "scope", "pattern", "source")),
        )
        if rule.scope not in SCOPES:
            raise RuleError(f"{place}: scope {rule.scope!r} is none of {', '.join(SCOPES)}")
        _prove(rule.hits, rule.keeps, place)
        try:
            rule.matches(pa.array([""]))
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
        rule = ConfusionRule(
            language=language,
            hits=tuple(entry.pop("hits", {}).items()),
            keeps=tuple(entry.pop("keeps", ())),
            **_texts(entry, place, ("name", "wrong", "right", "where", "source")),
        )
        if rule.where not in ("start", "inside"):
            raise RuleError(f"{place}: where takes 'start' or 'inside', not {rule.where!r}")
        _prove(rule.hits, rule.keeps, place)
        rules.append(rule)
    return tuple(rules)


def fingerprint() -> str:
    """SHA-256 of all rule files: it changes when any rule does."""
    digest = hashlib.sha256()
    for kind in ("boilerplate", "confusions"):
        for file in _rule_files(kind):
            digest.update(f"{kind}/{file.name}\0".encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()


def _rule_files(kind: str) -> list[Traversable]:
    folder = files("pipeline") / "rules" / kind
    return sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)


def _entries(kind: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(language, place to name in an error, entry) of each `[[rule]]`."""
    for file in _rule_files(kind):
        language = file.name.removesuffix(".toml")
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
