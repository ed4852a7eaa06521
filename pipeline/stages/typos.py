"""Look-alike slips such as "lntelligence": a letter that scanning or typing took for another.

What belongs here: slips inside a word that a confusion rule and word frequencies explain together.
The only door to wordfreq. What does not: spelling in general, wrongly decoded characters
(mojibake).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import pyarrow as pa
import wordfreq

from pipeline import rules
from pipeline.document import Edit
from pipeline.kernels.wordset import WordSet, holds_word, word_set


@dataclass(frozen=True)
class TypoSettings:
    """What is repaired.

    repair: whether look-alike slips are repaired.
    """

    repair: bool = True


# A slip is repaired only if the meant word is common and the slip far rarer: Zipf frequencies
# (wordfreq), the base-10 logarithm of occurrences in a billion words. Slips occur in the frequency
# lists themselves ("lntelligence" at 1.3), so "unknown" alone would say too little.
_MIN_ZIPF = 3.0
_MIN_TIMES_RARER = 2.5
_MIN_LETTERS = 4
# A word that stands alone: not part of an address, a path, an identifier or a hyphenated name.
_WORD = re.compile(rf"(?<![\w@#/.\\&=_-])[A-Za-z]{{{_MIN_LETTERS},}}(?![\w@/\\=_(]|[.:-]\w)")


@dataclass(frozen=True)
class Typos:
    """Slips by the confusion rules of a text's language."""

    settings: TypoSettings
    name: str = "typos"

    def screen(self, texts: pa.Array) -> pa.Array:
        """Texts that hold a slip of any language as a run of ASCII letters."""
        if not self.settings.repair:
            return pa.repeat(False, len(texts))
        return holds_word(texts, _slips_of_all())

    def propose(self, text: str, language: str) -> Iterator[Edit]:
        """One edit a slip: the whole word, so that a reader of the ledger sees what it was."""
        slips = slips_of(language)
        if not slips:
            return
        for word in _WORD.finditer(text):
            if meant := slips.get(word[0]):
                rule, right = meant
                yield Edit(self.name, rule, word.start(), word[0], right)


@cache
def _slips_of_all() -> WordSet:
    languages = {rule.language for rule in rules.confusions()}
    return word_set(
        slip for name in languages for slip in slips_of(name) if len(slip) >= _MIN_LETTERS
    )


@cache
def slips_of(language: str) -> Mapping[str, tuple[str, str]]:
    """Slip -> (rule, meant word) for every slip that the language's rules repair."""
    mine = [rule for rule in rules.confusions() if rule.language == language]
    if not mine:
        return {}
    frequency = wordfreq.get_frequency_dict(language, wordlist="best")
    least = 10 ** (_MIN_ZIPF - 9)
    slips: dict[str, tuple[str, str]] = {}
    for word, count in frequency.items():
        if count < least or len(word) < _MIN_LETTERS or not word.isascii():
            continue
        for rule in mine:
            for slip, meant in _variants(word, rule):
                if frequency.get(slip.lower(), 0.0) <= count / 10**_MIN_TIMES_RARER:
                    slips.setdefault(slip, (rule.name, meant))
    return slips


def _variants(word: str, rule: rules.ConfusionRule) -> Iterator[tuple[str, str]]:
    """(slip, meant word) for each place of `word` where the rule's letters were mistaken."""
    if rule.where == "start":
        if word.startswith(rule.right.lower()):
            rest = word[len(rule.right) :]
            yield rule.wrong + rest, rule.right + rest
        return
    at = word.find(rule.right, 1)
    while at > 0:
        slip = word[:at] + rule.wrong + word[at + len(rule.right) :]
        yield slip, word
        yield slip[0].upper() + slip[1:], word[0].upper() + word[1:]
        at = word.find(rule.right, at + 1)
