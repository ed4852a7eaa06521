"""Slips that are repaired and words that are let be: the cases in `cases/*.toml`.

A case is a text, its language (`en` unless said), what becomes of it (`becomes`; nothing: it
stays), and why. `strength` is `safe` unless said; `corpus` says in how many documents of earlier
dumps words are used. Cases marked `known_failure` are what we get wrong today: one that comes out
right is news.
"""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from pipeline.slips.settings import TypoSettings
from tests.slips.repairs import repaired

FILES = sorted((Path(__file__).parent / "cases").glob("*.toml"))
CASES: list[dict[str, Any]] = [
    case for file in FILES for case in tomllib.loads(file.read_text("utf-8"))["case"]
]
HITS = [case for case in CASES if "becomes" in case]
KEEPS = [case for case in CASES if "becomes" not in case]


def parameters(cases: list[dict[str, Any]]) -> list[Any]:
    return [
        pytest.param(
            case,
            id=f"{case.get('language', 'en')}: {case['text'][:60]!r}",
            marks=[pytest.mark.xfail(strict=True)] if case.get("known_failure") else [],
        )
        for case in cases
    ]


def outcome(case: dict[str, Any]) -> str:
    settings = TypoSettings(case.get("strength", "safe"))
    return repaired(case["text"], case.get("language", "en"), settings, case.get("corpus"))[0]


@pytest.mark.parametrize("case", parameters(HITS))
def test_a_slip_is_repaired(case: dict[str, Any]) -> None:
    assert outcome(case) == case["becomes"], case["why"]


@pytest.mark.parametrize("case", parameters(KEEPS))
def test_a_word_is_let_be(case: dict[str, Any]) -> None:
    assert outcome(case) == case["text"], case["why"]


def test_there_are_enough_of_both_and_each_says_why() -> None:
    assert len([case for case in HITS if not case.get("known_failure")]) >= 150
    assert len([case for case in KEEPS if not case.get("known_failure")]) >= 150
    assert all(case["why"] for case in CASES)
    texts = [(case.get("language"), case["text"], case.get("strength")) for case in CASES]
    assert len(texts) == len({repr(text) for text in texts})


def test_strengths_repair_more_and_more() -> None:
    for case in HITS:
        if case.get("known_failure"):
            continue
        text, language = case["text"], case.get("language", "en")
        assert repaired(text, language, TypoSettings("off"), case.get("corpus"))[0] == text
