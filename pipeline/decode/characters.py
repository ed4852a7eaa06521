"""What a single character says about whether a text was decoded rightly.

What belongs here: kind, script and price of a code point. What does not: how letters follow each
other in a language (likelihood), which encodings there are (candidates).

Prices are in nats: the negative logarithm of a character's share of running text, roughly. Those
of categories are estimates: what counts is that controls, unassigned and private code points, and
box drawing cost more than any letter.
"""

import tomllib
import unicodedata
from functools import cache
from pathlib import Path
from typing import NamedTuple

BOUNDARY, LOWER, UPPER, CASELESS = range(4)
NEITHER, BEFORE, AFTER, APART = range(4)
CJK = "CJK"
REPLACEMENT = 0xFFFD
# A byte that does not fit costs so much: an encoding with one misfit may still be the likeliest.
MISFIT = 18.0

_HERE = Path(__file__).parent
_ASCII = {" ": 1.7, "\n": 4.0, ".": 4.0, ",": 4.0}
_ASCII |= dict.fromkeys("0123456789\r\t'\"-()", 5.0) | dict.fromkeys("!?:;/&%*=", 5.5)
_OTHER_ASCII, _CONTROL = 8.5, 14.0
_CATEGORIES = {"Cc": 13.0, "Cn": 16.0, "Co": 16.0, "Cs": 16.0, "Cf": 10.0}
_PUNCTUATION, _SYMBOL, _ELSE = 9.5, 10.5, 11.0
# A letter of a script without a table of pairs; one that is written otherwise today.
_UNKNOWN_LETTER, _COMPATIBLE, _RARE_LATIN, _ASTRAL = 8.0, 10.0, 9.0, 14.0
# Ranges of ideographic text, with the price of what no word list holds. The first that fits.
_IDEOGRAPHIC = (
    (0x3040, 0x3100, 11.0),  # kana
    (0x4E00, 0x9FB0, 13.5),
    (0xAC00, 0xD7A4, 13.0),  # hangul
    (0x3000, 0x3040, 11.0),
    (0xFF00, 0xFF60, 10.0),  # full width
    (0xFF60, 0xFFA0, 10.0),  # half-width katakana
    (0x3100, 0x3400, 13.0),
    (0x3400, 0x4DC0, 15.0),
    (0x1100, 0x1200, 14.0),
    (0xF900, 0xFB00, 16.0),
    (0x20000, 0x32000, 16.0),
    (0x3000, 0xA000, 13.0),
    (0xFFA0, 0xFFF0, 14.0),
)


class Character(NamedTuple):
    """kind: BOUNDARY, LOWER, UPPER or CASELESS. script: the first word of its Unicode name, CJK for
    all that ideographic text is written with; empty for what belongs to none. folded: the letter in
    lower case, a blank where it is no letter. price: without regard to any language. side: whether
    it stands BEFORE or AFTER words only, or APART from them.
    """

    kind: int
    script: str
    folded: str
    price: float
    side: int


@cache
def character(point: int) -> Character:
    """What there is to know about a code point."""
    char = chr(point)
    category = unicodedata.category(char)
    if point == REPLACEMENT:
        return Character(BOUNDARY, "", " ", MISFIT, NEITHER)
    ideographic = next((price for first, end, price in _IDEOGRAPHIC if first <= point < end), None)
    if ideographic is not None and category != "Cn":
        price = _prices("ideographic").get(char, ideographic)
        kind = CASELESS if category[0] in "LM" else BOUNDARY
        return Character(kind, CJK, " ", price, NEITHER)
    side = _sides().get(char, APART if category == "Cc" and point > 0x7F else NEITHER)
    listed = _prices("typography").get(char)
    if category[0] not in "LM" or listed is not None:
        price = _price(char, category) if listed is None else listed
        return Character(BOUNDARY, "", " ", price, side)
    kind = {"Lu": UPPER, "Lt": UPPER, "Ll": LOWER}.get(category, CASELESS)
    # A combining mark of no script of its own belongs to the letter before it.
    script = _script(char)
    script = "" if script == "COMBINING" else script
    return Character(kind, script, char.lower()[0], _letter_price(char, script), side)


def _price(char: str, category: str) -> float:
    if char.isascii():
        return _CONTROL if not char.isprintable() and char not in _ASCII else _ascii(char)
    if category in _CATEGORIES:
        return _CATEGORIES[category]
    return {"P": _PUNCTUATION, "S": _SYMBOL, "N": _SYMBOL}.get(category[0], _ELSE)


def _ascii(char: str) -> float:
    return _ASCII.get(char, _OTHER_ASCII)


def _letter_price(char: str, script: str) -> float:
    """Of a letter that no language's pairs hold."""
    if ord(char) >= 0x20000:
        return _ASTRAL
    if unicodedata.normalize("NFKC", char) != char:
        return _COMPATIBLE
    return _RARE_LATIN if script == "LATIN" else _UNKNOWN_LETTER


def _script(char: str) -> str:
    return unicodedata.name(char, "?").split(maxsplit=1)[0]


@cache
def _data() -> dict[str, dict[str, str]]:
    return tomllib.loads((_HERE / "prices.toml").read_text("utf-8"))


@cache
def _prices(table: str) -> dict[str, float]:
    return {char: float(price) for price, chars in _data()[table].items() for char in chars}


@cache
def _sides() -> dict[str, int]:
    sides = _data()["sides"]
    before, after = sides["before"], sides["after"]
    return (
        dict.fromkeys(before, BEFORE)
        | dict.fromkeys(after, AFTER)
        | dict.fromkeys(sides["apart"], APART)
    )
