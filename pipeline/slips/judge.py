"""Which unknown words are slips, and for what: the evidence and the verdict, a word at a time.

What belongs here: thresholds, the witness of the corpus, the parts of a score.
What does not: counting words (steps.words), where a slip stands in a text (stages.typos).

A word is a suspect if no list holds it and the corpus does not use it. A candidate has the same
strokes (strokes), is explained by rules (explain), and is used far more often. It is taken if it is
the only good one. A suspect that looks like no word at all ("pubIic", "schoo1") needs less.
"""

import json
import math
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from pipeline import rules
from pipeline.slips import cleaned as clean
from pipeline.slips.explain import Explanation, explain, pairs_of
from pipeline.slips.lexicon import KNOWN, LEAST, Lexicon, lexicon
from pipeline.slips.settings import TypoSettings
from pipeline.slips.strokes import skeleton

# A word in so many documents bears witness: it is in use.
WITNESSES = 5
# Where a suspect looks like no word, these vouch for what it may have been.
LEAST_WITNESSES = 2
# And so many documents must use the suspect itself: a firm's play on letters, say.
_WITNESSES_IF_ODD = 20
# A word in use is a slip all the same where it is this much rarer, in documents, than the meant
# one would be by the list, or is: slips of one kind run through a whole scan. Less will do for what
# looks like no word, and for words such as "from", which hardly any name looks like by chance:
# (from which Zipf frequency on, how much rarer).
_RARER_IF_ODD = 2
_RARER = ((5.0, 2), (4.5, 5), (0.0, 20))
# A capital I for a small l makes a capitalised word of any; so clear a case needs no more.
_SWAPS, _CLEAR = frozenset({"I=l", "l=I"}), 2.5
# Words so common are no names: "into", "only". Where names are known (rules/capitals.toml), so are
# other words that are a little less common.
_NO_NAME, _NO_NAME_IF_KNOWN = 5.3, 4.3
_CAPITAL_NOUNS = ("de",)
# How common a word counts as that no list holds: one with just enough witnesses, one of the user's.
_WITNESSED, _ALLOWED = 3.0, 6.0
# The next best candidate is this much worse, or neither is taken.
_MARGIN = 1.0
# "teIl" may be "Teil", "McIntyre" is in the lists: the meant word must be that much more common.
_KNOWN_BUT_FOR_ITS_CASE = 1.5
# A word put together over a line's end, or with its accent, is common.
_COMMON, _SHORTEST = 3.0, 3
_VERY_COMMON = 5.5
# And it is so much more common than its rarer half, or the two are a compound: "long-term".
_OVER_ITS_PARTS = {"safe": 1.0, "ocr": 0.0}


@dataclass(frozen=True)
class Bar:
    """What a candidate must reach.

    zipf: how common it is, from so many letters on; with fewer there is no candidate.
    score: its frequency over the suspect's, less the cost of the slips, in powers of ten, likewise.
    """

    zipf: Mapping[int, float]
    score: Mapping[int, float]


# Found on clean novels and on planted slips: `python -m benchmarks.typos`.
_ODD = {
    "safe": Bar({4: 3.0, 5: 2.5, 6: LEAST}, {4: 0.5}),
    "ocr": Bar({3: 4.0, 4: 2.5, 5: 2.0, 6: LEAST}, {3: 0.5}),
}
_PLAIN = {
    "safe": Bar({4: 3.5, 5: 3.5, 6: 3.0}, {4: 1.5}),
    "ocr": Bar({3: 5.0, 4: 3.5, 5: 3.0, 6: 2.5}, {3: 1.5, 8: 1.0}),
}


@dataclass(frozen=True, slots=True)
class Slip:
    """A word that is repaired wherever nothing around it speaks against that.

    rule: the rule of its first slip. anywhere: it is no name either; else it is repaired only in
    small letters or where a sentence begins. common: the meant word is one that rarely has a
    capital within a sentence. evidence: JSON.
    """

    language: str
    slip: str
    meant: str
    rule: str
    anywhere: bool
    common: bool
    evidence: str


@dataclass(frozen=True)
class Totals:
    """All documents of a language that were counted, and the words in them."""

    documents: int = 0
    words: int = 0


@dataclass(frozen=True)
class Alike:
    """Words that have the same strokes.

    strokes: their key. documents: for each word, as it stands, in how many documents it is used.
    fresh: those that are to be judged.
    """

    strokes: int
    documents: Mapping[str, int]
    fresh: Collection[str]

    def uses(self, word: str) -> float:
        """In how many documents a word is used, in the case that has most."""
        return float(
            max((n for other, n in self.documents.items() if other.lower() == word), default=0)
        )


@dataclass(frozen=True)
class Judge:
    """The verdict on the words of one language.

    totals: of the corpus, for how many documents a word is to be expected in.
    """

    settings: TypoSettings
    language: str
    totals: Totals

    def verdicts(self, group: Alike) -> Iterator[Slip]:
        """The slips among the words of a group."""
        if self.settings.strength == "off":
            return
        spared = self.settings.spared
        listed = lexicon(self.language)
        alike = listed.alike(group.strokes) if listed else {}
        for word in sorted(group.fresh):
            if word.lower() not in spared and (slip := self._verdict(word, group, listed, alike)):
                yield slip

    def _verdict(
        self, word: str, group: Alike, listed: Lexicon | None, alike: Mapping[str, float]
    ) -> Slip | None:
        """The slip that a word is, or None."""
        made = clean.cleaned(word)
        if made.rules and (slip := self._put_right(word, made, group.documents[word], listed)):
            return slip
        new = made.word
        if listed is None or not _may_be_a_word(new) or _are_words(new, listed):
            return None
        shapeless = not new.isalpha() or not clean.normal_case(new)
        odd = bool(made.rules) or shapeless or new[:2].lower() not in listed.beginnings
        candidates = self._candidates(new, group, alike, odd)
        if not candidates:
            return None
        best, *others = candidates
        frequency = float(listed.zipf([new])[0])
        if frequency >= KNOWN and not shapeless:
            return None
        if others and others[0].score > best.score - _MARGIN:
            return None
        more = _KNOWN_BUT_FOR_ITS_CASE if frequency >= KNOWN else 0.0
        if not self._reaches_the_bar(best, frequency + more, odd):
            return None
        if _is_numbered(new, best.zipf, listed) or _is_in_use(group.documents[word], best, odd):
            return None
        score = best.score - frequency
        evidence = {
            "slips": [*made.rules, *best.way.pairs],
            "zipf_meant": round(best.zipf, 2),
            "zipf": round(frequency, 2),
            "cost": round(best.way.cost, 2),
            "score": round(score, 2),
            "next_best": round(others[0].score - frequency, 2) if others else None,
            "documents": group.documents[word],
            "looks_like_a_word": not odd,
        }
        swapped = set(best.way.pairs) <= _SWAPS and score >= _CLEAR
        return Slip(
            self.language,
            word,
            best.way.meant,
            (*made.rules, *best.way.rules)[0],
            anywhere=odd or swapped,
            common=self._is_no_name(best),
            evidence=json.dumps(evidence, ensure_ascii=False),
        )

    def _reaches_the_bar(self, candidate: "_Candidate", frequency: float, odd: bool) -> bool:
        """Whether a candidate is common enough, and so much more than the suspect."""
        bar = (_ODD if odd else _PLAIN)[self.settings.strength]
        letters = len(candidate.way.meant)
        common = candidate.zipf >= _of(bar.zipf, letters)
        return common and candidate.score - frequency >= _of(bar.score, letters)

    def _put_right(
        self, word: str, made: clean.Cleaned, documents: int, listed: Lexicon | None
    ) -> Slip | None:
        """The slip where nothing but unseen characters, scripts and forms were put right."""
        evidence: dict[str, object] = {"slips": list(made.rules), "documents": documents}
        safe = set(made.rules) <= {clean.UNSEEN_RULE, clean.SCRIPT} and not made.doubtful
        if not safe:
            if listed is None:
                return None
            made = _with_likelier_accent(made, listed)
            zipf = float(listed.zipf([made.word])[0])
            evidence["zipf_meant"] = round(zipf, 2)
            if clean.BREAK in made.rules:
                parts = [float(part) for part in listed.zipf(word.split("-\n"))]
                evidence["zipf_parts"] = [round(part, 2) for part in parts]
                over = _OVER_ITS_PARTS[self.settings.strength]
                if min(parts) >= KNOWN and zipf < min(parts) + over:
                    return None
            common = {clean.BREAK, clean.ACCENT} & set(made.rules)
            if zipf < (_COMMON if common else KNOWN) or len(made.word) < _SHORTEST - made.doubtful:
                return None
        facts = json.dumps(evidence, ensure_ascii=False)
        return Slip(self.language, word, made.word, made.rules[0], True, False, facts)

    def _candidates(
        self, word: str, group: Alike, alike: Mapping[str, float], odd: bool
    ) -> list["_Candidate"]:
        """The words that it may stand for, the best first."""
        needed = LEAST_WITNESSES if odd else WITNESSES
        witnessed = {
            other.lower(): _WITNESSED + math.log10(seen / WITNESSES)
            for other, seen in group.documents.items()
            if seen >= needed and other.isalpha() and other.lower() not in alike
        }
        own = {
            other.lower(): _ALLOWED
            for other in self.settings.allow
            if skeleton(other) == skeleton(word)
        }
        pairs = pairs_of(self.language, self.settings.strength)
        found = []
        for other, zipf in {**alike, **witnessed, **own}.items():
            if other != word.lower() and (way := explain(word, other, pairs)):
                if other in witnessed and way.meant not in group.documents:
                    continue  # the corpus has it in another case only
                expected = group.uses(other) or self._expected(zipf)
                found.append(_Candidate(zipf - way.cost, zipf, expected, way))
        return sorted(found, key=lambda each: (-each.score, each.way.meant))

    def _is_no_name(self, candidate: "_Candidate") -> bool:
        """Whether the meant word has no capital within a sentence."""
        word = candidate.way.meant.lower()
        names = rules.capitals().get(self.language)
        if names is None or candidate.zipf < _NO_NAME_IF_KNOWN or word[0] not in "io":
            return candidate.zipf >= _NO_NAME and self.language not in _CAPITAL_NOUNS
        return word not in names

    def _expected(self, zipf: float) -> float:
        """In how many documents a word so common is to be expected."""
        return min(self.totals.documents, self.totals.words * 10 ** (zipf - 9))


@dataclass(frozen=True, slots=True)
class _Candidate:
    """score: its frequency less the cost of the slips. documents: in which it is used, or is to be
    expected.
    """

    score: float
    zipf: float
    documents: float
    way: Explanation


def _of(bars: Mapping[int, float], letters: int) -> float:
    """The bar for a word of so many letters; out of reach for one with too few."""
    return bars[max(reached)] if (reached := [n for n in bars if n <= letters]) else math.inf


def _is_in_use(documents: int, meant: _Candidate, odd: bool) -> bool:
    """Whether so many documents use the suspect that it is a word of its own."""
    if documents < (_WITNESSES_IF_ODD if odd else WITNESSES):
        return False
    rarer = next(times for least, times in _RARER if meant.zipf >= least)
    return documents * (_RARER_IF_ODD if odd else rarer) > meant.documents


def _may_be_a_word(word: str) -> bool:
    """Whether enough of it is letters, and it is no number."""
    letters = sum(character.isalpha() for character in word)
    if letters < 3 or 3 * letters < 2 * len(word):
        return False
    return not _NUMBER.fullmatch(word)


def _with_likelier_accent(made: clean.Cleaned, listed: Lexicon) -> clean.Cleaned:
    """The word with a grave accent for an acute one that stood beside its letter, where that is
    the more common word: keyboards have one of the two.
    """
    if clean.ACCENT not in made.rules:
        return made
    parts = unicodedata.normalize("NFD", made.word).replace("\u0301", "\u0300")
    grave = unicodedata.normalize("NFC", parts)
    zipfs = listed.zipf([made.word, grave])
    return made._replace(word=grave) if zipfs[1] > zipfs[0] else made


def _are_words(word: str, listed: Lexicon) -> bool:
    """Whether a bar stands between words, "yes|no"."""
    parts = word.split("|")
    return len(parts) > 1 and all(
        len(part) > 1 and zipf >= _VERY_COMMON
        for part, zipf in zip(parts, listed.zipf(parts), strict=True)
    )


def _is_numbered(word: str, zipf: float, listed: Lexicon) -> bool:
    """Whether it is rather a word and its number, "range1", than a slip for one so common."""
    counted = _COUNTED.fullmatch(word)
    if not counted:
        return False
    alone = float(listed.zipf([counted[1]])[0])
    return alone >= KNOWN and zipf < alone + _NUMBERED


_COUNTED, _NUMBERED = re.compile(r"([^\W\d]+)\d+"), 2.0
# Roman numbers, slips in them too; hexadecimal digits with a decimal one among them; a thing with
# its number, "COM1".
_NUMBER = re.compile(
    r"[IVXLCDMl1|]+|(?=[a-f]*\d)[0-9a-f]+|(?=[A-F]*\d)[0-9A-F]+|[A-Z][A-Z]+\d+|[A-Z]\d+[A-Z]?\d*"
)
