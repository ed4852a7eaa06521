"""Lines that are their author's, however many documents have them: by their words and signs alone.

What belongs here: headings of parts, forms of address, dates, speech, code, and what is prose.
What does not: the words (rules/structure.toml), where a line stands (stages.repeats).
"""

import re
from collections.abc import Sequence
from functools import cache

from pipeline import rules

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_ADDRESS = re.compile(r"\S*(?:://|@)\S*|\bwww\.\S+/\S*")
_ROMAN = re.compile(r"m{0,3}(?:cm|cd|d?c{0,3})(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3}|i{1,4})")
_SPEECH = re.compile(r"[\"“”„«»‘'‹—–]|-\s")
_SPOKEN = re.compile(r"[.!?…,;:][\"“”„«»’'›)]*$|[\"“”«»]$")
_CODE = re.compile(
    r"```|~~~|#{1,6} |#!|#include|//|/\*|\*/|\$ |>>> |<[/!?a-zA-Z]|[{}()\[\]]+;?$"
    r"|.*(?:[{};]|\(\)|\\)$|.*(?:==|!=|:=|\+=|&&|\w::\w)"
    r"|(?:else|try|finally|end|done|fi|esac|then|do|break|pass|return)[:;]?$"
    r"|(?:import [\w.]+(?: as \w+)?|from [\w.]+ import .*|return \S+)$"
    r"|(?:def|class|if|elif|for|while|with|except|case|switch|function|fn|func)\b.*[:(]$"
)
_LEAST_WORDS = 8
_LOOKED_AT = 200  # characters that say whether a line is prose
# Letters of scripts that put no blanks between words: Thai, Lao, Burmese, Khmer, kana, Han.
_UNSPACED = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
_LEAST_LETTERS = 20
_PLAIN = 3  # one word in so many has no capital in prose; in a row of links hardly one has none
_ENDS = re.compile(r"[.!?…:][\"“”„«»’'›)\]]*$")
_STOPS = re.compile(r"[.,;:!?…]$")


def is_authors(line: str) -> bool:
    """Whether the line is never boilerplate."""
    bare = line.strip()
    if _SPEECH.match(bare) and _SPOKEN.search(bare):
        return True
    return bool(_is_code(bare)) or _is_structure(bare)


def prose_in(lines: Sequence[str]) -> list[bool]:
    """For each line of a text, without the blanks around it, whether it is prose: it reads like a
    sentence, or goes on with one that the line before leaves open.
    """
    found: list[bool] = []
    is_open = False
    for line in lines:
        goes_on = bool(is_open and line and _continues(line))
        found.append(goes_on or is_prose(line))
        is_open = found[-1] and not ends_sentence(line)
    return found


def is_prose(line: str) -> bool:
    """Whether the line reads like a sentence or more: eight words, some of them without a capital
    or all in capitals; twenty letters where a script puts no blanks between words.
    """
    line = line[:_LOOKED_AT]
    if not line.isascii() and len(_UNSPACED.findall(line)) >= _LEAST_LETTERS:
        return True
    if line.count(" ") < _LEAST_WORDS - 1:
        return False
    words = _WORD.findall(_ADDRESS.sub(" ", line) if "/" in line or "@" in line else line)
    plain = len(words) - sum(map(str.istitle, words))
    return len(words) >= _LEAST_WORDS and plain * _PLAIN >= len(words)


def ends_sentence(line: str) -> bool:
    """Whether a sentence ends with the line."""
    return bool(_ENDS.search(line))


def _continues(line: str) -> bool:
    return line[0].islower() or bool(_STOPS.search(line))


def _is_code(line: str) -> bool:
    return bool(_CODE.match(line)) and line[:1] == line[:1].lower()


def _is_structure(line: str) -> bool:
    """Whether it is made of numbers, dates and one word or phrase of structure."""
    numbers, phrases = _structure()
    words = (word.replace("’", "'") for word in _WORD.findall(line.lower()))
    rest = [word for word in words if word not in numbers and not _ROMAN.fullmatch(word)]
    if not rest:
        return True
    return " ".join(rest) in phrases or " ".join(_WORD.findall(line.lower())) in phrases


@cache
def _structure() -> tuple[frozenset[str], frozenset[str]]:
    """(words that stand for numbers and days, phrases)."""
    groups = dict(rules.structure())
    return groups.pop("numbers"), frozenset[str]().union(*groups.values())
