"""Look-alike slips such as "lntelligence": a letter that scanning or typing took for another.

What belongs here: where a slip may be repaired: words that were judged to be slips, and words that
are slips between certain others. What does not: which words are slips (slips), spelling in general,
wrongly decoded characters (mojibake).
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline import rules
from pipeline.document import Edit
from pipeline.slips.alphabet import kind_of, word_pattern
from pipeline.slips.cleaned import BREAK
from pipeline.slips.judge import Slip
from pipeline.slips.settings import TypoSettings

Slips = Mapping[str, Mapping[str, Slip]]
"""Language -> word as it stands -> what is known of it."""

# Characters around a word that context rules see, and that are asked whether a sentence begins.
CONTEXT = 100
_START = r"(?:\A|[.!?…:]['\"”’»)\]]*\s+|\n\s*(?:[-*•–—]\s+)?|[\"“‘«„(\[—–]\s*|\A\s*)[*_#>]*\s*"
_AT_START = re.compile(_START + r"\Z")
# Around a word: what makes an address, a path, a tag, a call or a name in code of it.
_PART_BEFORE = re.compile(r"(?:[@#/\\&=$%~^<{_.]|[^\w\s]-|\w*\d\w*-|\s-{1,2})\Z")
_PART_AFTER = re.compile(r"[@/\\=_({~^]|[.:]\w|-\w*\d|::|\[\w")
# What no word is repaired in: addresses, code in text and between fences, tags, TeX.
_NO_PROSE = re.compile(
    r"```.*?(?:```|\Z)|~~~.*?(?:~~~|\Z)|`[^`\s´](?:[^`\n´]{0,200}[^`\s´])?`|<[!/?a-zA-Z][^<>\n]{0,300}>"
    r"|\b[a-z][a-z0-9+.-]{1,20}://[^\s<>\"]+|\bwww\.[^\s<>\"]+|[\w.+-]{1,64}@[\w-]+\.[\w.-]+"
    r"|\\[a-zA-Z]{2,20}|\$(?![\d\s])[^$\n]{0,200}[^$\s]\$(?!\d)",
    re.DOTALL,
)
_SIGNS = ("`", "~~~", "<", "://", "www.", "@", "\\", "$")  # without one of these there is none
_CODE_LINE = re.compile(
    r"[{}]\s*$|[=()\[\]].*;\s*$|==|!=|:=|\+=|=>|->|\(\)|&&|\|\||\w\(\w*[,)]\S"
    r"|^\s*(?:\$ |>>> |//|/\*|#include|#!|@\w+$"
    r"|(?:def|class|import|from|return|const|let|var|function|public|private|static|void|int|fn"
    r"|use|package|namespace|SELECT|INSERT|UPDATE|export|elif|print)\b.*[(){};=:]\s*$"
    r"|import \w|from \S+ import\b)"
    r"|^(?: {4}|\t)\S.*(?:\s=\s|\w\(|\w\[|[{};]\s*$)"
    r"|^\s*['\"]?[\w.]+['\"]?\s*[:=]\s*['\"\[({].*[,\])}]\s*$"
)


@dataclass(frozen=True)
class Typos:
    """Slips among the words of a text, and words that are slips by what stands around them.

    slips: those found in the whole dump (steps.words).
    """

    settings: TypoSettings
    slips: Slips
    name: str = "typos"

    def screen(self, unknown_words: pa.ListArray, languages: pa.Array) -> pa.Array:
        """Booleans, one a text, from `measures.unknown`: false only where `propose` would yield
        nothing.
        """
        words, of = unknown_words.flatten(), pc.list_parent_indices(unknown_words)
        spoken = languages.take(of)
        found = pa.array([False] * len(words), pa.bool_())
        for language in pc.unique(spoken).drop_null().to_pylist():
            suspects = {*self.slips.get(language, ()), *_contexts(language)}
            if suspects and self.settings.strength != "off":
                is_one = pc.is_in(words, value_set=pa.array(sorted(suspects), pa.string()))
                found = pc.or_(found, pc.and_(is_one, pc.equal(spoken, language)))
        touched = np.zeros(len(languages), np.bool_)
        touched[of.filter(found).to_numpy()] = True
        return pa.array(touched)

    def propose(self, text: str, language: str) -> Iterator[Edit]:
        """One edit a slip: the whole word, so that a reader of the ledger sees what it was."""
        slips, contexts = self.slips.get(language, {}), _contexts(language)
        if self.settings.strength == "off" or not (slips or contexts):
            return
        denied = {word.lower() for word in self.settings.deny}
        words = set(word_pattern().findall(text))
        suspects = [w for w in words if (w in slips or w in contexts) and w.lower() not in denied]
        if not suspects:
            return
        prose = _Prose(text)
        for word in suspects:
            slip = slips.get(word)
            for start in _places(text, word):
                end = start + len(word)
                if not prose.holds(start, end):
                    continue
                if slip and _fits(slip, text, start):
                    yield self._edit(slip, text, end)
                    continue
                matching = (c for c in contexts.get(word, ()) if c.matches(text, start, end))
                if context := next(matching, None):
                    yield self._edit_by_context(context.rule, start)

    def _edit_by_context(self, rule: rules.ContextRule, start: int) -> Edit:
        facts = json.dumps({"context": rule.source}, ensure_ascii=False)
        return Edit(self.name, rule.name, start, rule.wrong, rule.right, facts)

    def _edit(self, slip: Slip, text: str, end: int) -> Edit:
        start = end - len(slip.slip)
        if _in_small_letters(slip, text, start, end):
            small = slip.meant.lower()
            return Edit(self.name, slip.rule, start, slip.slip, small, slip.evidence)
        if slip.rule != BREAK:
            return Edit(self.name, slip.rule, start, slip.slip, slip.meant, slip.evidence)
        # The line ends after the word instead, so that there are as many lines as before.
        rest = _REST_OF_LINE.match(text, end)
        tail, after = (rest[0], f"{rest[1]}\n") if rest else ("", "")
        before, meant = slip.slip + tail, slip.meant + after
        return Edit(self.name, slip.rule, start, before, meant, slip.evidence)


def _places(text: str, word: str) -> Iterator[int]:
    """Where a word stands as a whole, as `word_pattern` finds it."""
    at = text.find(word)
    while at >= 0:
        end = at + len(word)
        inside = (at > 0 and kind_of(text[at - 1])) or (end < len(text) and kind_of(text[end]))
        if not (inside or _goes_over_a_line(text, at) or _goes_over_a_line(text, end + 2)):
            yield at
        at = text.find(word, end)


def _goes_over_a_line(text: str, start: int) -> bool:
    """Whether the word that begins there is the second half of one that a line's end parts."""
    return bool(_LINE_BREAK.fullmatch(text, max(0, start - 3), start + 1)) and (
        not text[start].isupper()
    )


_LINE_BREAK = re.compile(r"[^\W\d_]-\n[^\W\d_]")
_REST_OF_LINE = re.compile(r"([^\w\s]{0,4}) (?=\S)")


class _Prose:
    """Where a text is prose, and not an address, code or a tag."""

    def __init__(self, text: str) -> None:
        self._text = text
        any_other = any(sign in text for sign in _SIGNS)
        self._other = [match.span() for match in _NO_PROSE.finditer(text)] if any_other else []
        self._line = (0, 0, False)

    def holds(self, start: int, end: int) -> bool:
        """Whether what stands there is a word of prose."""
        text = self._text
        if any(first < end and start < last for first, last in self._other):
            return False
        if _PART_BEFORE.search(text[max(0, start - 24) : start]) or _PART_AFTER.match(text, end):
            return False
        return self._is_prose_line(start, end)

    def _is_prose_line(self, start: int, end: int) -> bool:
        """Whether the line that the word stands in is neither of a table nor of code."""
        first, last, prose = self._line
        if not first <= start < end <= last:
            text = self._text
            first, last = text.rfind("\n", 0, start) + 1, text.find("\n", end)
            last = len(text) if last < 0 else last
            line = text[first:last]
            code = len(line) <= _LONGEST_CODE_LINE and _CODE_LINE.search(line)
            prose = not (code or _TABLE.search(line))
            self._line = first, last, prose
        return prose


_TABLE = re.compile(r"^\s*\|.*\||\s\|\s|\|.*\|\s*$")
# Prose may hold an arrow or end with a semicolon; a longer line is no line of code.
_LONGEST_CODE_LINE = 200


def _fits(slip: Slip, text: str, start: int) -> bool:
    """Whether a slip that could be a name stands where none is: in small letters, or where a
    sentence begins.
    """
    if slip.anywhere or slip.slip.islower() or slip.slip[1:].isupper():
        return True
    return bool(_AT_START.search(text[max(0, start - CONTEXT) : start]))


def _in_small_letters(slip: Slip, text: str, start: int, end: int) -> bool:
    """Whether a first letter that came out as a capital was meant to be small: "lnto" within a
    sentence, with no other capitals around it.
    """
    made_capital = slip.meant[0].isupper() and not slip.slip[0].isupper()
    if not (made_capital and slip.common and slip.meant[1:].islower()):
        return False
    before, after = text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT]
    return not (_AT_START.search(before) or _CAPITAL_BEFORE.search(before) or _CAPITAL.match(after))


_CAPITAL_BEFORE, _CAPITAL = re.compile(r"[A-ZÀ-Þ]\w*\s+\Z"), re.compile(r"\s+[A-ZÀ-Þ]")


@dataclass(frozen=True)
class _Context:
    rule: rules.ContextRule
    before: re.Pattern[str]
    after: re.Pattern[str]

    def matches(self, text: str, start: int, end: int) -> bool:
        """Whether the patterns match what stands around."""
        before = text[max(0, start - CONTEXT) : start].rpartition("\n\n")[2]
        after = text[end : end + CONTEXT].partition("\n\n")[0]
        return bool(self.before.search(before) and self.after.match(after))


@cache
def _contexts(language: str) -> Mapping[str, tuple[_Context, ...]]:
    """The context rules of a language, by the word that they are about."""
    found: dict[str, tuple[_Context, ...]] = {}
    for rule in rules.contexts():
        if rule.language == language:
            before = rule.before.replace(rules.SENTENCE_START, _START)
            compiled = _Context(rule, re.compile(rf"(?:{before})\Z"), re.compile(rule.after))
            found[rule.wrong] = (*found.get(rule.wrong, ()), compiled)
    return found
