"""Slips put into clean texts: kinds that the rules know, and kinds that they were not told of.

What belongs here: what each kind does to a word, and putting one kind into a share of the words.
What does not: whether it is found (measure).
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from pipeline.slips.alphabet import word_pattern

SHARE = 0.005
_SEED = 4
_LEAST = 4  # letters of a word that is damaged

Kind = Callable[[str, random.Random], str | None]
"""The word with a slip in it; None where it gives no place for one."""


@dataclass(frozen=True)
class Noisy:
    """texts: with slips. slips: for each text, the place of a slip -> (slip, word)."""

    texts: list[str]
    slips: list[dict[int, tuple[str, str]]]


def put_into(texts: Sequence[str], name: str) -> Noisy:
    """Slips of one kind in `SHARE` of all words, or in as many as give a place for one."""
    rng = random.Random(f"{_SEED} {name}")
    kind = KINDS[name]
    places: list[tuple[int, int, str, str]] = []
    words = 0
    for number, text in enumerate(texts):
        for found in word_pattern().finditer(text):
            word = found[0]
            words += word.isalpha()
            if len(word) < _LEAST or not word.isalpha():
                continue
            slip = kind(word, rng)
            if slip and slip != word:
                places.append((number, found.start(), word, slip))
    chosen = sorted(rng.sample(places, min(len(places), round(SHARE * words))))
    made: list[list[tuple[int, str, str]]] = [[] for _ in texts]
    for number, start, word, slip in chosen:
        made[number].append((start, word, slip))
    noisy = Noisy([], [])
    for text, slips in zip(texts, made, strict=True):
        out, at, gold = "", 0, {}
        for start, word, slip in slips:
            out += text[at:start]
            gold[len(out)] = (slip, word)
            out += slip
            at = start + len(word)
        noisy.texts.append(out + text[at:])
        noisy.slips.append(gold)
    return noisy


def _one_of(*pairs: tuple[str, str]) -> Kind:
    """One of the right letters in the word becomes the wrong one."""

    def damage(word: str, rng: random.Random) -> str | None:
        places = [
            (at, right, wrong)
            for right, wrong in pairs
            for at in range(len(word))
            if word.startswith(right, at)
        ]
        if not places:
            return None
        at, right, wrong = rng.choice(places)
        return word[:at] + wrong + word[at + len(right) :]

    return damage


def _either(*pairs: tuple[str, str]) -> Kind:
    return _one_of(*pairs, *((wrong, right) for right, wrong in pairs))


def _at(change: Callable[[str, int, random.Random], str]) -> Kind:
    """Something happens at a letter within the word."""

    def damage(word: str, rng: random.Random) -> str | None:
        return change(word, rng.randrange(1, len(word) - 1), rng)

    return damage


_KEYS = {
    "a": "sq",
    "b": "vn",
    "c": "xv",
    "d": "sf",
    "e": "wr",
    "f": "dg",
    "g": "fh",
    "h": "gj",
    "i": "uo",
    "j": "hk",
    "k": "jl",
    "l": "k",
    "m": "n",
    "n": "bm",
    "o": "ip",
    "p": "o",
    "q": "wa",
    "r": "et",
    "s": "ad",
    "t": "ry",
    "u": "yi",
    "v": "cb",
    "w": "qe",
    "x": "zc",
    "y": "tu",
    "z": "x",
}
_CYRILLIC = (("a", "а"), ("e", "е"), ("o", "о"), ("p", "р"), ("c", "с"), ("x", "х"))

L_I = "l, I, 1 and | for each other"
TOLD: Mapping[str, Kind] = {
    L_I: _one_of(*((right, wrong) for right in "lI" for wrong in "lI1|" if wrong != right)),
    "0 for o": _one_of(("o", "0"), ("O", "0")),
    "1 or l for i": _one_of(("i", "1"), ("i", "l")),
    "rn and m": _either(("rn", "m")),
    "vv for w": _one_of(("w", "vv")),
    "letters of another script": _either(*_CYRILLIC),
    "soft hyphen": _at(lambda word, at, _: f"{word[:at]}\xad{word[at:]}"),
    "hyphen at a line's end": _at(
        lambda word, at, _: f"{word[: at + 1]}-\n{word[at + 1 :]}" if word.islower() else word
    ),
}
TOLD_OCR: Mapping[str, Kind] = {
    "e and c": _either(("e", "c")),
    "b and h": _either(("b", "h")),
    "n and u": _either(("n", "u")),
    "ii for n or u": _one_of(("n", "ii"), ("u", "ii")),
    "cl and d": _either(("cl", "d")),
    "li and h": _either(("li", "h")),
    "f for s": _one_of(("s", "f")),
}
UNTOLD: Mapping[str, Kind] = {
    "letters swapped": _at(
        lambda word, at, _: word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :]
    ),
    "a letter lost": _at(lambda word, at, _: word[:at] + word[at + 1 :]),
    "a letter twice": _at(lambda word, at, _: word[: at + 1] + word[at:]),
    "the next key": _at(
        lambda word, at, rng: word[:at] + rng.choice(_KEYS.get(word[at], word[at])) + word[at + 1 :]
    ),
    "a and o, t and f": _either(("a", "o"), ("t", "f")),
}
KINDS = {**TOLD, **TOLD_OCR, **UNTOLD}
