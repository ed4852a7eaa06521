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
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pipeline.slips import cleaned as clean
from pipeline.slips.explain import Explanation, explain, pairs_of
from pipeline.slips.lexicon import KNOWN, LEAST, Lexicon, lexicon
from pipeline.slips.settings import TypoSettings
from pipeline.slips.strokes import skeleton

# A word in so many documents bears witness: it is in use.
WITNESSES = 5
# A word in use is a slip all the same where it is this much rarer, in documents, than the meant
# one would be by the list, or is: slips of one kind run through a whole scan.
_RARER, _RARER_IF_ODD = 20, 2
# A capital I for a small l makes a capitalised word of any; so clear a case needs no more.
_SWAPS, _CLEAR = frozenset({"I=l", "l=I"}), 2.5
# Words so common are no names: "into", "only", but not "October".
_NO_NAME = 5.3
# How common a word counts as that no list holds: one with just enough witnesses, one of the user's.
_WITNESSED, _ALLOWED = 3.0, 6.0
# The next best candidate is this much worse, or neither is taken.
_MARGIN = 1.0
# "teIl" may be "Teil", "McIntyre" is in the lists: the meant word must be that much more common.
_KNOWN_BUT_FOR_ITS_CASE = 1.5
# A word put together over a line's end, or with its accent, is common.
_COMMON, _SHORTEST = 3.0, 3


@dataclass(frozen=True)
class Bar:
    """What a candidate must reach.

    zipf: how common it is, by the number of its letters; the last entry for more.
    score: its frequency over the suspect's, less the cost of the slips, in powers of ten.
    """

    zipf: Mapping[int, float]
    score: float


# Found on clean novels and on planted slips: `python -m benchmarks.typos`.
_ODD = {
    "safe": Bar({4: 3.0, 5: 2.5, 6: LEAST}, 0.5),
    "ocr": Bar({3: 4.0, 4: 2.5, 5: 2.0, 6: LEAST}, 0.5),
}
_PLAIN = {
    "safe": Bar({4: 3.5, 5: 3.5, 6: 3.0}, 1.5),
    "ocr": Bar({3: 5.0, 4: 3.5, 5: 3.0, 6: 2.5}, 1.5),
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
class Judge:
    """The verdict on the words of one language.

    totals: of the corpus, for how many documents a word is to be expected in.
    """

    settings: TypoSettings
    language: str
    totals: Totals

    def verdicts(self, documents: Mapping[str, int], among: Iterable[str]) -> Iterator[Slip]:
        """The slips among some of the words that have the same strokes.

        documents: for each of all those words, as it stands, in how many documents it is used.
        """
        if self.settings.strength == "off":
            return
        listed = lexicon(self.language)
        spared = {word.lower() for word in (*self.settings.allow, *self.settings.deny)}
        for word in sorted(among):
            if word.lower() in spared:
                continue
            if slip := self._verdict(word, documents, listed):
                yield slip

    def _verdict(
        self, word: str, documents: Mapping[str, int], listed: Lexicon | None
    ) -> Slip | None:
        """The slip that a word is, or None."""
        made = clean.cleaned(word)
        new, names = made.word, made.rules
        if names and (slip := self._put_right(word, made, documents[word], listed)):
            return slip
        if listed is None or not _may_be_a_word(new):
            return None
        shapeless = not new.isalpha() or not clean.normal_case(new)
        odd = bool(names) or shapeless or new[:2].lower() not in listed.beginnings
        frequency = float(listed.zipf([new])[0])
        if frequency >= KNOWN and not shapeless:
            return None
        candidates = self._candidates(new, documents, listed)
        if not candidates:
            return None
        best = candidates[0]
        if len(candidates) > 1 and candidates[1].score > best.score - _MARGIN:
            return None
        bar = (_ODD if odd else _PLAIN)[self.settings.strength]
        letters = len(best.way.meant)
        least = bar.zipf.get(min(letters, max(bar.zipf)))
        score = best.score - frequency
        known = bar.score + _KNOWN_BUT_FOR_ITS_CASE if frequency >= KNOWN else bar.score
        if least is None or best.zipf < least or score < known:
            return None
        if _is_numbered(new, best.zipf, listed):
            return None
        seen = documents[word]
        if seen >= WITNESSES and seen * (_RARER_IF_ODD if odd else _RARER) > best.documents:
            return None
        evidence = {
            "slips": [*names, *best.way.pairs],
            "zipf_meant": round(best.zipf, 2),
            "zipf": round(frequency, 2),
            "cost": round(best.way.cost, 2),
            "score": round(score, 2),
            "next_best": round(candidates[1].score - frequency, 2) if candidates[1:] else None,
            "documents": seen,
            "looks_like_a_word": not odd,
        }
        swapped = set(best.way.pairs) <= _SWAPS and score >= _CLEAR
        facts = json.dumps(evidence, ensure_ascii=False)
        return Slip(
            self.language,
            word,
            best.way.meant,
            (*names, *best.way.rules)[0],
            odd or swapped,
            best.zipf >= _NO_NAME,
            facts,
        )

    def _put_right(
        self, word: str, made: clean.Cleaned, documents: int, listed: Lexicon | None
    ) -> Slip | None:
        """The slip where nothing but unseen characters, scripts and forms were put right."""
        evidence: dict[str, object] = {"slips": list(made.rules), "documents": documents}
        safe = set(made.rules) <= {clean.UNSEEN_RULE, clean.SCRIPT} and not made.doubtful
        if not safe:
            if listed is None:
                return None
            zipf = float(listed.zipf([made.word])[0])
            evidence["zipf_meant"] = round(zipf, 2)
            if clean.BREAK in made.rules:
                parts = [float(part) for part in listed.zipf(word.split("-\n"))]
                evidence["zipf_parts"] = [round(part, 2) for part in parts]
                known = min(parts) >= KNOWN
                if known and (self.settings.strength == "safe" or zipf < min(parts)):
                    return None
            common = {clean.BREAK, clean.ACCENT} & set(made.rules)
            if zipf < (_COMMON if common else KNOWN) or (common and len(made.word) < _SHORTEST):
                return None
        facts = json.dumps(evidence, ensure_ascii=False)
        return Slip(self.language, word, made.word, made.rules[0], True, False, facts)

    def _candidates(
        self, word: str, documents: Mapping[str, int], listed: Lexicon
    ) -> list["_Candidate"]:
        """The words that it may stand for, the best first."""
        strokes = skeleton(word)
        words = listed.alike(word)
        for other, seen in documents.items():
            lower = other.lower()
            if seen >= WITNESSES and other.isalpha() and lower not in words:
                words[lower] = _WITNESSED + math.log10(seen / WITNESSES)
        for own in self.settings.allow:
            if skeleton(own) == strokes:
                words[own.lower()] = _ALLOWED
        used = {other.lower(): seen for other, seen in documents.items()}
        pairs = pairs_of(self.language, self.settings.strength)
        found = []
        for other, zipf in words.items():
            if other != word.lower() and (way := explain(word, other, pairs)):
                known = float(used.get(other, 0)) or self._expected(zipf)
                found.append(_Candidate(zipf - way.cost, zipf, known, way))
        return sorted(found, key=lambda each: (-each.score, each.way.meant))

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


def _may_be_a_word(word: str) -> bool:
    """Whether enough of it is letters, and it is no number."""
    letters = sum(character.isalpha() for character in word)
    if letters < 3 or 3 * letters < 2 * len(word):
        return False
    return not _NUMBER.fullmatch(word)


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
    r"[IVXLCDMl1|]+|(?=[a-f]*\d)[0-9a-f]+|(?=[A-F]*\d)[0-9A-F]+|[A-Z][A-Z]+\d+|[A-Z]\d+[A-Z]*\d*"
)
