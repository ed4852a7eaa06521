"""langdetect's profiles and its way to read text, as tables that kernels use.

What belongs here: the only door to langdetect; its n-grams, its normalisation, its expressions.
What does not: naming the language of a text (language), codes and scripts (codes).
"""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from langdetect.detector import Detector
from langdetect.detector_factory import PROFILES_DIRECTORY
from langdetect.utils.ngram import NGram
from numpy.typing import NDArray

from pipeline.kernels.codepoints import COUNT, table_of
from pipeline.kernels.ngrams import (
    BLANK,
    COUNT_LANE,
    LANES,
    LETTER,
    MIX,
    MIX_SHIFT,
    SIZE_BITS,
    START_BITS,
    SYMBOL_BITS,
    UPPER,
    WHOLE_ROW,
    NgramTables,
)
from pipeline.kernels.webwords import HOST, LOCAL, URL, WebTables
from pipeline.measures.codes import scripts

# A weight is log((p + a) / a) for a language that has the n-gram with probability p; one that has
# it not has weight 0. langdetect draws its alpha from around ALPHA_DEFAULT; this is the mean.
_ALPHA = Detector.ALPHA_DEFAULT / Detector.BASE_FREQ
# Weights are kept in steps of 1 / SCALE: the sum over a thousand n-grams is off by about 0.001.
SCALE = 1 << 14
_MANY = 4  # an n-gram of so many languages has a whole row of weights
_BASIC = 0x10000  # code points of the basic plane; langdetect changes no other
_CASED_END, _LETTERS_END = 0x20000, 0x40000  # no upper case, no letters from here on
_FIRST_SYMBOL = BLANK + 1


class Profiles(NamedTuple):
    """languages: langdetect's, in the order of the kernel's lanes."""

    languages: tuple[str, ...]
    ngrams: NgramTables
    web: WebTables


@cache
def profiles() -> Profiles:
    """The tables, made once a process."""
    read = sorted(_read(), key=lambda profile: profile["name"])
    languages = tuple(found["name"] for found in read)
    if len(languages) > COUNT_LANE:
        raise ValueError(f"{len(languages)} language profiles, the kernel takes {COUNT_LANE}")
    grams = [list(found["freq"]) for found in read]
    points = [np.frombuffer("".join(some).encode("utf-32-le"), np.uint32) for some in grams]
    normal = _normal()
    values, of_script = _symbols(normal, np.unique(np.concatenate(points)))
    symbol = np.where(normal == np.arange(COUNT), values & ((1 << SYMBOL_BITS) - 1), 0)
    keys = np.concatenate([_keys(symbol, *pair) for pair in zip(grams, points, strict=True)])
    lanes = np.repeat(np.arange(len(read), dtype=np.uint8), [len(some) for some in grams])
    weights = np.concatenate([_weights(found) for found in read])
    told = (keys != 0) & (weights != 0)
    table, lanes, weights, rows = _table(keys[told], lanes[told], weights[told])
    symbols = table_of(values)
    first_script = int(np.argmax(of_script >= 0))
    ascii_ = values[:128].copy()
    ngrams = NgramTables(
        symbols, ascii_, table, lanes, weights, rows, of_script, first_script, len(languages)
    )
    return Profiles(languages, ngrams, _web())


def _read() -> Iterator[Any]:
    """The profiles' files: a name, its n-grams with their counts, the counts by length."""
    for path in Path(PROFILES_DIRECTORY).iterdir():
        if path.is_file() and not path.name.startswith("."):
            yield json.loads(path.read_bytes())


def _normal() -> NDArray[np.uint32]:
    """The code point that langdetect reads for each code point."""
    normal = np.arange(COUNT, dtype=np.uint32)
    read = (ord(NGram.normalize(chr(point))) for point in range(_BASIC))
    normal[:_BASIC] = np.fromiter(read, np.uint32, _BASIC)
    return normal


def _symbols(
    normal: NDArray[np.uint32], used: NDArray[np.uint32]
) -> tuple[NDArray[np.uint16], NDArray[np.int8]]:
    """For each code point its symbol, LETTER and UPPER; for each symbol its script or -1.

    Characters that langdetect takes for the same have one symbol, and so have all those that are
    in no n-gram. used: the code points of the n-grams.
    """
    of_script = np.full(COUNT, -1, np.int8)
    ranges = scripts()
    for number, script in enumerate(ranges):
        for first, last in script.ranges:
            of_script[first : last + 1] = number
    script_of = of_script[normal].astype(np.int64)
    # Symbols: the blank, those in n-grams, the rest; then the same for each script in turn.
    used = used[(used != ord(" ")) & (normal[used] == used)]
    plain, scripted = used[script_of[used] < 0], used[script_of[used] >= 0]
    rest = _FIRST_SYMBOL + len(plain)
    first_script = rest + 1 + np.arange(len(ranges))
    symbol = np.where(script_of < 0, rest, rest + 1 + script_of).astype(np.uint16)
    symbol[plain] = _FIRST_SYMBOL + np.arange(len(plain))
    symbol[scripted] = rest + 1 + len(ranges) + np.arange(len(scripted))
    symbol[ord(" ")] = BLANK
    scripts_of = np.full(rest + 1 + len(ranges) + len(scripted), -1, np.int8)
    scripts_of[first_script] = np.arange(len(ranges))
    scripts_of[rest + 1 + len(ranges) :] = script_of[scripted]
    if len(scripts_of) > 1 << SYMBOL_BITS:
        raise ValueError(f"{len(scripts_of)} symbols, the kernel takes {1 << SYMBOL_BITS}")
    values = symbol[normal]
    upper = np.zeros(COUNT, np.bool_)
    upper[:_CASED_END] = [chr(point).isupper() for point in range(_CASED_END)]
    letter = np.zeros(COUNT, np.bool_)
    letter[:_LETTERS_END] = [chr(point).isalpha() for point in range(_LETTERS_END)]
    values[upper[normal]] |= UPPER
    values[letter] |= LETTER
    return values, scripts_of


def _keys(
    symbol: NDArray[np.uint16], grams: list[str], points: NDArray[np.uint32]
) -> NDArray[np.int64]:
    """The key of each n-gram; 0 for one that no text gives.

    symbol: for each code point, 0 where langdetect never leaves it in a text.
    """
    sizes = np.fromiter(map(len, grams), np.int64, len(grams))
    last = np.cumsum(sizes) - 1
    symbols = symbol[points].astype(np.int64)
    keys, whole = symbols[last], symbols[last] != 0
    for back in (1, 2):
        there = sizes > back
        earlier = np.where(there, symbols[last - back], 0)
        keys |= earlier << (back * SYMBOL_BITS)
        whole &= ~there | (earlier != 0)
    return np.where(whole & (keys != BLANK), keys, 0)


def _weights(profile: Any) -> NDArray[np.int32]:
    """The weight of each n-gram of a profile."""
    counts = np.fromiter(profile["freq"].values(), np.float64, len(profile["freq"]))
    sizes = np.fromiter(map(len, profile["freq"]), np.int64, len(counts))
    share = counts / np.array(profile["n_words"], np.float64)[sizes - 1]
    weights: NDArray[np.int32] = np.rint(np.log1p(share / _ALPHA) * SCALE).astype(np.int32)
    return weights


def _table(
    keys: NDArray[np.int64], lanes: NDArray[np.uint8], weights: NDArray[np.int32]
) -> tuple[NDArray[np.int64], NDArray[np.uint8], NDArray[np.int32], NDArray[np.int32]]:
    """The hash table of n-grams, languages and weights in its order, and whole rows."""
    order = np.argsort(keys, kind="stable")
    lanes, weights = lanes[order], weights[order]
    keys, starts, sizes = np.unique(keys[order], return_index=True, return_counts=True)
    if len(order) > 1 << START_BITS:
        raise ValueError(f"{len(order)} weights, the kernel takes {1 << START_BITS}")
    many = sizes >= _MANY
    rows = np.zeros((np.count_nonzero(many), LANES), np.int32)
    rows[:, COUNT_LANE] = 1
    number = np.cumsum(many) - 1
    told = np.repeat(many, sizes)
    rows[np.repeat(number, sizes)[told], lanes[told]] = weights[told]
    starts, sizes = np.where(many, number, starts), np.where(many, WHOLE_ROW, sizes)
    entries = (keys << START_BITS | starts) << SIZE_BITS | sizes
    table = np.zeros(1 << int(len(keys) * 1.5).bit_length(), np.int64)
    at = (keys.astype(np.uint64) * np.uint64(MIX) >> np.uint64(MIX_SHIFT)).astype(np.int64)
    at &= len(table) - 1
    while len(entries):
        free = np.flatnonzero(table[at] == 0)
        _, first = np.unique(at[free], return_index=True)
        placed = free[first]
        table[at[placed]] = entries[placed]
        left = np.ones(len(entries), np.bool_)
        left[placed] = False
        entries, at = entries[left], (at[left] + 1) & (len(table) - 1)
    return table, lanes, weights, rows


def _web() -> WebTables:
    """Which characters langdetect takes for parts of addresses, and its Vietnamese letters."""
    classes = np.zeros(256, np.uint8)
    word = "-_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    for kind, characters in ((URL, word + ".?&~;+=/#"), (LOCAL, word + "."), (HOST, word)):
        classes[[ord(char) for char in characters]] |= kind
    letters, marks = np.zeros(0x200, np.uint8), np.zeros(0x40, np.uint8)
    for row, letter in enumerate(NGram.TO_NORMALIZE_VI_CHARS):
        letters[ord(letter)] = row + 1
    composed = np.zeros((len(NGram.TO_NORMALIZE_VI_CHARS), 8), np.uint16)
    for column, mark in enumerate(NGram.DMARK_CLASS):
        marks[ord(mark) - 0x300] = column + 1
        composed[:, column] = [ord(both) for both in NGram.NORMALIZED_VI_CHARS[column]]
    return WebTables(classes, letters, marks, composed.reshape(-1))
