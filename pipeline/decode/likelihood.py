"""How well characters follow each other, over all languages that are known: a cost in nats.

What belongs here: the table of letter pairs, and the cost of one character after another. What does
not: what a character is by itself (characters), which bytes gave it (ranking), how the table is
made (benchmarks/encodings/letters.py).

The cost of a text is -log of its probability: for each script, of the letters of that script in the
language that explains them best; for ideographs the same in Chinese, Japanese or Korean; and for
the rest the price of each character. Costs of several readings of the same bytes can be compared,
since a reading is a bijection.

All costs are whole sixteenths of a nat, counted in halves, so that sums of them are exact in single
precision and the same on every machine, whatever the order of summation.
"""

import zlib
from functools import cache
from pathlib import Path
from statistics import mean
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.decode.characters import (
    AFTER,
    APART,
    BEFORE,
    BOUNDARY,
    CASELESS,
    CJK,
    LOWER,
    UPPER,
    character,
)

STEPS = 16.0
Costs = NDArray[np.float32]
Places = NDArray[np.int64]

_FILE = Path(__file__).parent / "letters.npz"
_NEVER = 255
_UNSEEN = -1
# Of a letter's probability after another: so much comes from the language's pairs, its letters, the
# pairs and the letters of its script at large; the last is what any letter has.
_PAIR, _LETTER, _SCRIPT_PAIR, _SCRIPT_LETTER, _ANY = 0.80, 0.05, 0.12, 0.03, 1e-6
_AT_LARGE = {"LATIN": "latin", "CYRILLIC": "cyrillic", "ARABIC": "arabic"}
_IDEOGRAPHIC = ("zh", "zh-hant", "ja", "ko")
# Every alphabet that is written with ideographs has punctuation of its own beside the listed words.
_BESIDE_PUNCTUATION = 0.35
# From one kind of character to the next, in nats: words in capitals are rarer than others, and a
# capital after a small letter hardly ever stands inside a word.
_STEPS_OF_CASE = {
    (BOUNDARY, LOWER): 0.15,
    (BOUNDARY, UPPER): 2.0,
    (LOWER, UPPER): 7.0,
    (UPPER, UPPER): 1.6,
    (UPPER, LOWER): 0.25,
    (UPPER, CASELESS): 1.0,
    (CASELESS, UPPER): 3.0,
}
_MIXED_SCRIPTS = 8.0  # two scripts within a word
_BESIDE_IDEOGRAPH = 4.0  # a letter of an alphabet right beside an ideograph
_WRONG_SIDE = 3.0  # an opening mark after a letter, a closing one before it
_NEW_SCRIPT = 3.0  # a letter of an unlisted script where the one before is of another
# A sign that is repeated: blanks, rules, boxes; from the second price on it is no sign of a text.
_REPEATED, _NO_SIGN = 0.7, 12.5
_WITNESS = 0.6  # a power
_WEIGHED = 400  # characters


class Facts(NamedTuple):
    """What costs depend on, a row for each of some code points."""

    points: Places
    symbol: Places  # in the table of pairs; the blank where it has none
    letter: NDArray[np.bool_]  # of an alphabet that no language here has
    group: Places  # the script among those of the table, _UNSEEN where none
    kind: Places
    script: Places
    side: Places
    ideographic: NDArray[np.bool_]
    price: Costs
    ideographs: Costs


class Letters(NamedTuple):
    """The table. languages: a column each. groups: the columns of each script.

    keys: first symbol * number of symbols + second, sorted; pairs: their costs; symbols: the cost
    of a symbol after one that it was never seen with.
    """

    languages: tuple[str, ...]
    groups: tuple[Places, ...]
    column_group: Places
    symbol_of: dict[str, int]
    symbol_group: Places
    keys: Places
    pairs: Costs
    symbols: Costs
    ideographs: dict[str, Costs]


@cache
def letters() -> Letters:
    """The table, made once a process; takes some 50 ms."""
    with np.load(_FILE) as held:
        languages = tuple(map(str, held["languages"]))
        chars = [chr(point) for point in held["symbols"]]
        first, second = held["pairs"].T.astype(np.int64)
        pair_costs, symbol_costs = held["pair_costs"], held["symbol_costs"]
        points, ideographs = held["ideographs"], held["ideograph_costs"]
    pairs, symbols = _probability(pair_costs), _probability(symbol_costs)
    scripts, column_group, symbol_group = _groups(chars, symbols)
    at_large = np.arange(len(languages))
    for column, group in enumerate(column_group):
        if scripts[group] in _AT_LARGE:
            at_large[column] = languages.index(_AT_LARGE[scripts[group]])
    alone = _LETTER * symbols + _SCRIPT_LETTER * symbols[:, at_large] + _ANY
    after = _PAIR * pairs + _SCRIPT_PAIR * pairs[:, at_large] + alone[second]
    costs = _units(-np.log(after))
    of_pair = np.where(symbol_group[second] == _UNSEEN, symbol_group[first], symbol_group[second])
    costs[of_pair[:, None] != column_group[None, :]] = 0
    lists = np.where(ideographs == _NEVER, np.inf, ideographs / STEPS + _BESIDE_PUNCTUATION)
    return Letters(
        languages,
        tuple(np.flatnonzero(column_group == group) for group in range(len(scripts))),
        column_group,
        {char: number for number, char in enumerate(chars)},
        symbol_group,
        first * len(chars) + second,
        costs,
        _units(-np.log(alone)),
        {chr(point): row for point, row in zip(points, lists.astype(np.float32), strict=True)},
    )


def _probability(costs: NDArray[np.uint8]) -> NDArray[np.float64]:
    return np.where(costs == _NEVER, 0.0, np.exp(costs / -STEPS))


def _units(costs: NDArray[np.float64]) -> Costs:
    return np.rint(costs * STEPS).astype(np.float32)


def _groups(chars: list[str], shares: NDArray[np.float64]) -> tuple[list[str], Places, Places]:
    """The scripts; which of them each column is in, and which each symbol."""
    named = [character(ord(char)).script for char in chars]
    weights: dict[str, NDArray[np.float64]] = {}
    for script, row in zip(named, shares, strict=True):
        if script:
            weights[script] = weights.get(script, np.zeros(shares.shape[1])) + row
    scripts = sorted(weights)
    columns = np.argmax(np.array([weights[script] for script in scripts]), axis=0).astype(np.int64)
    symbols = np.array([scripts.index(name) if name else _UNSEEN for name in named], np.int64)
    for number, char in enumerate(chars):
        if char != " " and symbols[number] == _UNSEEN:  # a mark: the script that uses it most
            symbols[number] = columns[int(np.argmax(shares[number]))]
    return scripts, columns, symbols


def facts_of(points: Places) -> Facts:
    """What is known about each of these code points."""
    table = letters()
    found = [character(int(point)) for point in points]
    blank = table.symbol_of[" "]
    # A listed mark such as the apostrophe is no letter, though it may stand in words.
    symbols = [table.symbol_of.get(one.folded, _UNSEEN) for one in found]
    kinds = np.array([one.kind for one in found], np.int64)
    symbol = np.array(symbols, np.int64)
    ideographic = np.array([one.script == CJK for one in found], np.bool_)
    unknown = (symbol == _UNSEEN) & ~ideographic & (kinds != BOUNDARY)
    symbol[symbol == _UNSEEN] = blank
    prices = np.array([one.price for one in found])
    known = symbol != blank
    prices[known] = 0
    ideographs = np.zeros((len(found), len(_IDEOGRAPHIC)))
    for row, one in enumerate(found):
        if ideographic[row]:
            listed = table.ideographs.get(chr(int(points[row])))
            ideographs[row] = one.price if listed is None else np.minimum(listed, one.price)
    prices[ideographic] = 0
    return Facts(
        points.astype(np.int64),
        symbol,
        unknown,
        table.symbol_group[symbol],
        kinds,
        np.array([zlib.crc32(one.script.encode()) for one in found], np.int64),
        np.array([one.side for one in found], np.int64),
        ideographic,
        _units(prices),
        _units(ideographs),
    )


def pair_costs(facts: Facts, before: Places, after: Places) -> Costs:
    """The cost of each character after another, both as rows of `facts`.

    A row a pair: in each language, then in each way to write ideographs, then what is the same in
    all of them.
    """
    table = letters()
    blank = table.symbol_of[" "]
    first, second = facts.symbol[before], facts.symbol[after]
    group = np.where(facts.group[after] == _UNSEEN, facts.group[before], facts.group[after])
    # After a letter of another script a word begins.
    other = (facts.group[before] != _UNSEEN) & (facts.group[before] != group)
    first = np.where(other, blank, first)
    keys = first * len(table.symbol_of) + second
    at = np.minimum(np.searchsorted(table.keys, keys), len(table.keys) - 1)
    costs = table.pairs[at]
    missed = np.flatnonzero(table.keys[at] != keys)
    mine = table.column_group[None, :] == group[missed, None]
    costs[missed] = np.where(mine, table.symbols[second[missed]], np.float32(0))
    outside = facts.letter[after] | facts.ideographic[after]
    costs[((first == blank) & (second == blank)) | outside] = 0
    again = (facts.points[after] == facts.points[before]) & (facts.kind[after] == BOUNDARY)
    ideographs = facts.ideographs[after] * ~again[:, None]
    return np.concatenate([costs, ideographs, _in_any(facts, before, after)[:, None]], axis=1)


def _in_any(facts: Facts, before: Places, after: Places) -> Costs:
    """What a character costs after another in any language."""
    kind, kind_before = facts.kind[after], facts.kind[before]
    ideographic, ideographic_before = facts.ideographic[after], facts.ideographic[before]
    word, word_before = kind != BOUNDARY, kind_before != BOUNDARY
    no_script = zlib.crc32(b"")
    differ = facts.script[after] != facts.script[before]
    scripts = differ & (facts.script[after] != no_script) & (facts.script[before] != no_script)
    inside = word & word_before & ~ideographic & ~ideographic_before
    beside = (ideographic_before & word & ~ideographic) | (
        ideographic & word_before & ~ideographic_before
    )
    costs = facts.price[after] / STEPS
    costs = costs + np.where(ideographic, 0.0, _case()[kind_before, kind])
    points = facts.points[after]
    again = (points == facts.points[before]) & (kind == BOUNDARY) & (costs < _NO_SIGN)
    costs = np.where(again, _REPEATED, costs)
    costs = costs + _NEW_SCRIPT * (facts.letter[after] & word_before & differ)
    costs = costs + _MIXED_SCRIPTS * (inside & scripts) + _BESIDE_IDEOGRAPH * beside
    side, side_before = facts.side[after], facts.side[before]
    late = ((side_before == AFTER) | (side_before == APART)) & word
    early = ((side == BEFORE) | (side == APART)) & word_before
    return _units(costs + _WRONG_SIDE * (late | early))


@cache
def _case() -> NDArray[np.float64]:
    steps = np.zeros((4, 4))
    for (before, after), cost in _STEPS_OF_CASE.items():
        steps[before, after] = cost
    return steps


def total(sums: Costs) -> tuple[float, str]:
    """(nats, language) of summed `pair_costs`: each script in the language that explains it best;
    named is the one whose letters weigh most, empty where there are none.
    """
    table = letters()
    cost, heaviest, language = float(sums[-1]), 0.0, ""
    ideographic = np.arange(len(table.languages), len(sums) - 1)
    for columns in (*table.groups, ideographic):
        best = int(columns[int(np.argmin(sums[columns]))])
        cost += float(sums[best])
        if sums[best] > heaviest:
            heaviest = float(sums[best])
            language = (*table.languages, *_IDEOGRAPHIC)[best]
    return cost / STEPS, language


def cost_of(text: str) -> tuple[float, str]:
    """(nats, language) of a text of at most some ten thousand characters."""
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.int64)
    used, places = np.unique(np.concatenate([[0x20], points]), return_inverse=True)
    return total(_summed(facts_of(used), places))


def dearness(text: str) -> float:
    """Nats a character, each taken by itself; of the first few hundred."""
    return mean(cost_of(char)[0] for char in text[:_WEIGHED]) if text else 0.0


def witnesses(counts: Places) -> Costs:
    """What a pair counts for that was seen so often: the tenth time tells less than the first,
    since a text has its own words, and a language that is not in the table its own letters.
    """
    weights: Costs = (np.rint(counts**_WITNESS * 2) / 2).astype(np.float32)
    return weights


def _summed(facts: Facts, places: Places) -> Costs:
    """The costs of all characters but the first, each after the one before, summed."""
    size = len(facts.points)
    pairs, counts = np.unique(places[:-1] * size + places[1:], return_counts=True)
    sums: Costs = witnesses(counts) @ pair_costs(facts, pairs // size, pairs % size)
    return sums
