"""Names of languages: codes as records declare them, groups, scripts that give a language away.

What belongs here: reading `languages.toml`, and what a declared language comes to.
What does not: the language of a text (language).
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

UNDETERMINED = "und"
# ISO 639 for: undetermined, several, none, one without a code.
_NO_LANGUAGE = {UNDETERMINED, "mul", "zxx", "mis", ""}


@dataclass(frozen=True, slots=True)
class Script:
    """A script whose letters name a language. ranges: first and last code points. certainty: of
    texts in the script, the part that is in that language.
    """

    name: str
    language: str
    ranges: tuple[tuple[int, int], ...]
    certainty: float


@cache
def scripts() -> tuple[Script, ...]:
    """The scripts that give a language away, in the order of the file."""
    return tuple(
        Script(
            entry["name"],
            entry["language"],
            tuple((first, last) for first, last in entry["ranges"]),
            entry.get("certainty", 1.0),
        )
        for entry in _data()["script"]
    )


def code_of(declared: str) -> str | None:
    """The primary ISO 639 subtag of a declared language; None for none, several or no code at all.

    Understood in any case: two and three letters, with subtags or without ("en", "en-US",
    "eng_Latn"), and the English names of the languages that can be told.
    """
    whole = declared.strip().lower()
    if whole in _codes():
        return _codes()[whole]
    code = whole.replace("_", "-").split("-")[0]
    if code in _NO_LANGUAGE or not (2 <= len(code) <= 3 and code.isascii() and code.isalpha()):
        return None
    return _codes().get(code, code)


def group_of(code: str) -> str:
    """One code for all languages that count as the same."""
    return _groups().get(code, code)


@cache
def _codes() -> Mapping[str, str]:
    return {other: code for code, others in _data()["codes"].items() for other in (code, *others)}


@cache
def _groups() -> Mapping[str, str]:
    return {code: group for group, codes in _data()["groups"].items() for code in codes}


@cache
def _data() -> Any:
    return tomllib.loads((files(__package__) / "languages.toml").read_text("utf-8"))
