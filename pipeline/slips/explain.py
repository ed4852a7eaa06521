"""What turns a slip into a word: the confusion rules, tried letter by letter.

What belongs here: finding the cheapest way from one to the other.
What does not: which words are tried (lexicon), whether one is good enough (judge).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from pipeline import rules
from pipeline.slips.cleaned import normal_case

# A word of so many letters may hold one slip, three at most.
_LETTERS_A_SLIP, _MOST_SLIPS = 3, 3
# A second and a third slip in one word are rarer than the first.
_COST_OF_ANOTHER = 0.7


@dataclass(frozen=True, slots=True)
class Explanation:
    """cost: powers of ten. meant: the word in the case that comes out. rules: names, in order.
    pairs: wrong=right for each slip.
    """

    cost: float
    meant: str
    rules: tuple[str, ...]
    pairs: tuple[str, ...]


Pairs = Mapping[str, Sequence[tuple[str, str, float, str]]]
"""First character of what stands there -> (wrong, right, cost, rule)."""


@cache
def pairs_of(language: str, strength: str) -> Pairs:
    """What may be taken for what in a language, at a strength."""
    levels = rules.STRENGTHS[: rules.STRENGTHS.index(strength) + 1]
    found: dict[str, list[tuple[str, str, float, str]]] = {}
    for rule in rules.confusions():
        if rule.language in (rules.ANY_LANGUAGE, language) and rule.strength in levels:
            for wrong, right in rule.pairs:
                found.setdefault(wrong[0], []).append((wrong, right, rule.cost, rule.name))
    return found


def explain(slip: str, word: str, pairs: Pairs) -> Explanation | None:
    """The cheapest way from `slip` to `word` (in small letters); None where there is none.

    Letters that are no slip keep their case, and the outcome must have a normal one.
    """
    most = min(_MOST_SLIPS, max(1, len(word) // _LETTERS_A_SLIP))
    best: Explanation | None = None
    ways: list[tuple[int, int, Explanation]] = [(0, 0, Explanation(0.0, "", (), ()))]
    while ways:
        at, to, way = ways.pop()
        if at == len(slip) and to == len(word):
            if normal_case(way.meant) and (best is None or _order(way) < _order(best)):
                best = way
            continue
        if at == len(slip):
            continue
        if to < len(word) and slip[at].lower() == word[to]:
            same = Explanation(way.cost, way.meant + slip[at], way.rules, way.pairs)
            ways.append((at + 1, to + 1, same))
        if len(way.pairs) == most:
            continue
        for wrong, right, cost, rule in pairs.get(slip[at], ()):
            if slip.startswith(wrong, at) and word.startswith(right.lower(), to):
                more = _COST_OF_ANOTHER if way.pairs else 0.0
                slipped = Explanation(
                    way.cost + cost + more,
                    way.meant + right,
                    (*way.rules, rule),
                    (*way.pairs, f"{wrong}={right}"),
                )
                ways.append((at + len(wrong), to + len(right), slipped))
    return best


def _order(way: Explanation) -> tuple[float, str, tuple[str, ...]]:
    return way.cost, way.meant, way.pairs
