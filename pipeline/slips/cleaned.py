"""What is put right in a word before its letters are compared: what no reader sees or tells apart.

What belongs here: unseen characters, letters of another script, loose accents, ligatures and
full-width forms, and a hyphen at a line's end, each taken by its logic and not by a table.
What does not: whether the result is a word (judge).
"""

import re
import unicodedata
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from pipeline import rules
from pipeline.kernels import words as kernel
from pipeline.slips.alphabet import LOOSE_ACCENTS, UNSEEN, kind_of

UNSEEN_RULE, SCRIPT, ACCENT, FORM, BREAK = (
    "unseen",
    "mixed-script",
    "loose-accent",
    "compatibility-form",
    "line-end-hyphen",
)
_LINE_BREAK = "-\n"
_UNSEEN = dict.fromkeys(map(ord, UNSEEN))
_ACCENTS = dict(
    zip(
        LOOSE_ACCENTS,
        "\u0301\u0308\u0327\u0302\u0303\u0306\u0307\u030a\u030b\u030c",
        strict=True,
    )
)
_SCRIPTS = {
    int(kernel.LATIN): "latin",
    int(kernel.CYRILLIC): "cyrillic",
    int(kernel.GREEK): "greek",
}


# Words in which nothing can be put right.
_PLAIN = re.compile(r"[A-Za-zÀ-ÖØ-öø-ſ0-9|]+|[\u0400-\u052f]+")


class Cleaned(NamedTuple):
    """word: put right. rules: the names of what was. doubtful: only a known word bears it out."""

    word: str
    rules: tuple[str, ...]
    doubtful: bool


def cleaned(word: str) -> Cleaned:
    """The word put right; most are right as they stand."""
    if _PLAIN.fullmatch(word):
        return Cleaned(word, (), doubtful=False)
    names = []
    for name, step in _STEPS:
        changed = step(word)
        if changed != word:
            names.append(name)
            word = changed
    one = _one_script(word)
    if one.word != word:
        names.append(SCRIPT)
    return Cleaned(one.word, tuple(names), one.doubtful)


def normal_case(word: str) -> bool:
    """Small letters, one capital and small letters, or capitals."""
    return word.islower() or word.isupper() or (word[:1].isupper() and word[1:].islower())


@cache
def script_of(character: str) -> str:
    """latin, cyrillic or greek; empty for all else, and for no character."""
    if not character:
        return ""
    return next((name for bit, name in _SCRIPTS.items() if kind_of(character) & bit), "")


def _seen(word: str) -> str:
    """Without unseen characters, but for those at its edges and between a small letter and a
    capital, where they part two words.
    """
    kept = []
    for at, character in enumerate(word):
        inside = 0 < at < len(word) - 1
        if character in UNSEEN and inside:
            before, after = word[:at].rstrip(UNSEEN)[-1:], word[at:].lstrip(UNSEEN)[:1]
            if (
                script_of(before)
                and script_of(after)
                and not (before.islower() and after.isupper())
            ):
                continue
        kept.append(character)
    return "".join(kept)


class _OneScript(NamedTuple):
    word: str
    doubtful: bool


def _one_script(word: str) -> _OneScript:
    """In the script of most of its letters, where the others look like letters of it.

    Doubtful is an ending in another script, as a foreign word gets it, and a tie. Where the case
    comes out odd, two words stand together.
    """
    same = _OneScript(word, doubtful=False)
    scripts = [script_of(character) for character in word]
    counts = {name: scripts.count(name) for name in _SCRIPTS.values() if name in scripts}
    if len(counts) != 2 or not all(scripts):
        return same
    # In a tie the letters are rather those of the keyboard that has none of the others.
    (minor, few), (major, many) = sorted(
        counts.items(), key=lambda pair: (pair[1], pair[0] != "latin")
    )
    alike = _alike(minor, major)
    new = ""
    for letter, script in zip(word, scripts, strict=True):
        if script == minor and letter not in alike:
            return same
        new += alike[letter] if script == minor else letter
    if not normal_case(new):
        return same
    ending = scripts.index(minor) + few == len(word)
    return _OneScript(new, doubtful=ending or few == many)


@cache
def _alike(minor: str, major: str) -> dict[str, str]:
    tables = rules.lookalikes()
    there = tables.get(f"{minor}-to-{major}")
    if there is not None:
        return dict(there)
    back = tables.get(f"{major}-to-{minor}", {})
    return {right: left for left, right in back.items()}


def _with_accents(word: str) -> str:
    """Each loose accent over the letter before it, where there is such a letter."""
    if not any(accent in word for accent in LOOSE_ACCENTS):
        return word
    out = ""
    for character in word:
        if character in _ACCENTS and out:
            both = unicodedata.normalize("NFC", out[-1].replace("ı", "i") + _ACCENTS[character])
            if len(both) == 1:
                out = out[:-1] + both
                continue
        out += character
    return out


def _plain_forms(word: str) -> str:
    """Ligatures and full-width letters as the letters that they stand for."""
    return "".join(
        unicodedata.normalize("NFKC", character)
        if "ﬀ" <= character <= "ﬆ" or "！" <= character <= "～"
        else character
        for character in word
    )


def _joined(word: str) -> str:
    return word.replace(_LINE_BREAK, "")


_STEPS: tuple[tuple[str, Callable[[str], str]], ...] = (
    (BREAK, _joined),
    (UNSEEN_RULE, _seen),
    (FORM, _plain_forms),
    (ACCENT, _with_accents),
)
