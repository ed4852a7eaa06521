"""Which texts ftfy could change, found at the speed of compiled code.

What belongs here: what ftfy looks for, read off ftfy's own tables and pattern, as passes over Arrow
texts. What does not: the repair (mojibake). It may say yes too often, never no too often.

ftfy's steps follow one another, so a text that none of them changes by itself is not changed at
all: the screen is the union of the steps' own conditions.
"""

import re
from functools import cache
from unicodedata import is_normalized

import ftfy
import pyarrow as pa
import pyarrow.compute as pc
from ftfy import badness, chardata

from pipeline.kernels.codepoints import every_character
from pipeline.kernels.normal import alterable, alterations

_ESCAPE = "\x1b"
_LINE_BREAKS = frozenset("\r\x85\u2028\u2029")
_C1 = frozenset(map(chr, range(0x80, 0xA0)))
_SURROGATES = frozenset(map(chr, range(0xD800, 0xE000)))  # in Python's texts, never in Arrow's


def may_change(texts: pa.Array, config: ftfy.TextFixerConfig) -> pa.Array:
    """Booleans, one a text: false only where ftfy would leave all its lines as they are."""
    found = alterable(texts, alterations(config.normalization or "", suspects(config)))
    if config.fix_encoding:
        pattern = badness_in_re2()
        # Of ASCII alone ftfy never asks for the encoding.
        found = pc.or_(
            found,
            pc.invert(pc.string_is_ascii(texts))
            if pattern is None
            else pc.match_substring_regex(texts, pattern),
        )
    if config.unescape_html:
        found = pc.or_(found, pc.match_substring(texts, "&"))
    return found


def line_may_change(line: str, config: ftfy.TextFixerConfig) -> bool:
    """The same for one line, which alone is too short for the passes over Arrow to pay."""
    return (
        (config.fix_encoding and not line.isascii() and badness.is_bad(line))
        or (config.unescape_html and "&" in line)
        or not suspects(config).isdisjoint(line)
        or bool(config.normalization and not is_normalized(config.normalization, line))
    )


@cache
def suspects(config: ftfy.TextFixerConfig) -> frozenset[str]:
    """Characters that one of the configured steps changes wherever they stand."""
    found: set[str] = set()
    if config.fix_c1_controls:
        found |= _C1
    if config.fix_latin_ligatures:
        found |= set(map(chr, chardata.LIGATURES))
    if config.fix_character_width:
        found |= set(map(chr, chardata.WIDTH_MAP))
    if config.uncurl_quotes:
        quotes = (chardata.SINGLE_QUOTE_RE, chardata.DOUBLE_QUOTE_RE)
        found.update(*(quote.findall(every_character()) for quote in quotes))
    if config.fix_line_breaks:
        found |= _LINE_BREAKS
    if config.fix_surrogates:
        found |= _SURROGATES
    if config.remove_terminal_escapes:
        found.add(_ESCAPE)
    if config.remove_control_chars:
        found |= set(map(chr, chardata.CONTROL_CHARS))
    return frozenset(found)


@cache
def badness_in_re2() -> str | None:
    """The test that ftfy makes for wrongly decoded text as a pattern for RE2, which Arrow runs.

    None where a newer ftfy writes something that cannot be carried over with certainty; every text
    that is not ASCII passes then.
    """
    return in_re2(badness.BADNESS_RE)


_TOKEN = re.compile(
    r"""
    (?P<comment> \#[^\n]* | [ \t\n\r\f\v]+ )
    | (?P<chars> \[\^? \]? (?: \\. | [^\]\\] )* \] )
    | (?P<escape> \\x[0-9A-Fa-f]{2} | \\. )
    | (?P<group> \(\?: | \((?!\?) | [)|] )
    | (?P<times> [*+?] | \{\d+(?:,\d*)?\} )
    | (?P<start> \^ )
    | (?P<plain> [^$\\\[({] )
    """,
    re.VERBOSE | re.DOTALL,
)
# RE2's own \s and \w know ASCII only. Python's, as parts of a class; what RE2's Unicode does not
# know yet counts as a letter.
_BLANK = r"\s\x0b\x1c-\x1f\x{85}\p{Z}"
_IN_CLASS = {r"\s": _BLANK}
_OUTSIDE = {
    r"\s": f"[{_BLANK}]",
    r"\w": r"(?:_|[^\p{P}\p{S}\p{Z}\p{M}\p{Cc}\p{Cf}\p{Co}])",
}
# Escapes with a meaning of their own, those aside that mean the same in both.
_OWN_ESCAPE = re.compile(r"\\(?!x[0-9A-Fa-f]{2}|[nrtfv])[A-Za-z0-9]")


def in_re2(pattern: re.Pattern[str]) -> str | None:
    """A pattern for RE2 that finds something wherever `pattern` does, in any part of a text.

    Anchors at the start are dropped, since a line's start is no text's start. None for what is not
    surely the same in RE2: other flags, anchors, looking around, references, unknown escapes.
    """
    if pattern.flags != re.VERBOSE | re.UNICODE:
        return None
    written, at = "", 0
    while at < len(pattern.pattern):
        token = _TOKEN.match(pattern.pattern, at)
        part = _translated(token) if token else None
        if token is None or part is None:
            return None
        written += part
        at = token.end()
    try:
        pc.match_substring_regex(pa.array([""]), written)
    except pa.ArrowInvalid:
        return None
    return written


def _translated(token: re.Match[str]) -> str | None:
    text = token[0]
    if token["comment"] or token["start"]:
        return ""
    if token["escape"]:
        return _OUTSIDE.get(text, None if _OWN_ESCAPE.match(text) else text)
    if token["chars"]:
        escapes = {found[0] for found in _OWN_ESCAPE.finditer(text)}
        # In the complement of a class a wider set would find less. `[:` names classes in RE2.
        if (escapes and (text.startswith("[^") or not escapes <= set(_IN_CLASS))) or "[:" in text:
            return None
        for escape in escapes:
            text = text.replace(escape, _IN_CLASS[escape])
    return text
