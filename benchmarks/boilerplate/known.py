"""How many interface strings the rules know as a whole line.

What belongs here: holding strings against the rules, counting. What does not: the strings.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import pyarrow as pa

from benchmarks.boilerplate.strings import COMMENTS, KINDS, String, strings
from pipeline import rules
from pipeline.rules import ANY_LANGUAGE
from pipeline.stages.rulebook import rulebook

_HALF = 0.5


def measure() -> dict[str, Any]:
    """By kind, and by kind and language: strings, those that any rule for the language matches
    (`any`), and those that are cut wherever they stand (`line`).
    """
    lines = list(strings())
    found = matched(lines)
    ruled = set(rules.boilerplate_languages()) - {ANY_LANGUAGE}
    counted = list(zip(lines, found, strict=True))
    kinds = {
        kind: {
            "all": _counts(scopes for line, scopes in counted if line.kind == kind),
            "ruled": _counts(
                scopes for line, scopes in counted if line.kind == kind and line.language in ruled
            ),
        }
        for kind in KINDS
    }
    languages = {
        language: {
            kind: _counts(
                scopes
                for line, scopes in counted
                if line.kind == kind and line.language == language
            )
            for kind in KINDS
        }
        for language in sorted({line.language for line in lines} - {""})
    }
    forms = {language: row[COMMENTS] for language, row in languages.items()}
    asked = [row for row in forms.values() if row["strings"]]
    return {
        "strings": len(lines),
        "locales": len({line.locale for line in lines}),
        "kinds": kinds,
        "languages": {name: row for name, row in languages.items() if name in ruled},
        "ruled": sorted(ruled),
        "forms": {
            "languages": len(asked),
            "half": sum(row["any"] >= _HALF * row["strings"] for row in asked),
        },
    }


def matched(lines: Sequence[String]) -> list[set[str]]:
    """For each line the scopes of the rules that match it."""
    rows: dict[str, list[int]] = defaultdict(list)
    for row, line in enumerate(lines):
        rows[line.language].append(row)
    found: list[set[str]] = [set() for _ in lines]
    for language, own in rows.items():
        texts = pa.array([lines[row].text for row in own], pa.string())
        for mark in rulebook(language or ANY_LANGUAGE).marks(texts):
            found[own[mark.at]].add(mark.rule.scope)
    return found


def _counts(found: Iterable[set[str]]) -> dict[str, int]:
    rows = list(found)
    return {
        "strings": len(rows),
        "any": sum(map(bool, rows)),
        "line": sum("line" in scopes for scopes in rows),
    }
