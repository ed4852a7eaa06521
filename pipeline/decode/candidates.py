"""The encodings that are tried where bytes are not UTF-8, and how single bytes read in them.

What belongs here: codecs.toml, read; a table of bytes to characters for each. What does not: which
of them is likeliest (ranking).
"""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.decode.characters import REPLACEMENT, character
from pipeline.decode.likelihood import Facts, Places, facts_of

BYTES, EBCDIC, SEVERAL, WIDE = "bytes", "ebcdic", "several", "wide"
_FILE = Path(__file__).parent / "codecs.toml"
_ASCII = bytes(range(0x80)).decode("ascii")
_DOUBLE = ord("؛")  # as rare as this one


class Candidate(NamedTuple):
    """rarity: how much rarer than cp1252, in nats. letters: the script that it is for, empty where
    that is Latin or any.
    """

    name: str
    family: str
    letters: str
    rarity: float


class Alphabet(NamedTuple):
    """What the single-byte encodings can say. rows: for each, the row of `facts` that each byte
    reads as. own: for each, whether a byte is a letter of its script. empty: bytes without meaning.
    """

    facts: Facts
    rows: dict[str, Places]
    own: dict[str, NDArray[np.bool_]]
    empty: dict[str, NDArray[np.bool_]]


@cache
def candidates() -> tuple[Candidate, ...]:
    """All of them, those of a family together."""
    return tuple(
        Candidate(name, family, table.get("letters", ""), float(rarity))
        for family in (BYTES, EBCDIC, SEVERAL, WIDE)
        for table in _data()[family]
        for name, rarity in table["rarity"].items()
    )


def named(table: str) -> dict[str, str]:
    """One of the tables of names in codecs.toml: standards, declared, names, wider."""
    return dict(_data()[table])


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text("utf-8"))


@cache
def alphabet() -> Alphabet:
    """The tables of all encodings with one byte a character, made once a process."""
    single = [one for one in candidates() if one.family in (BYTES, EBCDIC)]
    read = {one.name: _read(one.name) for one in single}
    points = np.unique(np.concatenate(list(read.values())))
    own = {
        one.name: np.array([one.letters == character(int(p)).script for p in read[one.name]])
        for one in single
    }
    rows = {name: np.searchsorted(points, table) for name, table in read.items()}
    empty = {name: table == REPLACEMENT for name, table in read.items()}
    return Alphabet(facts_of(points), rows, own, empty)


def _read(name: str) -> Places:
    """The code point of each byte; where ASCII has a second place (mac-arabic), a rarer one."""
    text = bytes(range(256)).decode(name, "replace")
    points = np.array([ord(char) for char in text], np.int64)
    if text.startswith(_ASCII):
        high = points[0x80:]
        high[high == 0x20] = 0xA0
        high[high < 0x80] = _DOUBLE
    return points
