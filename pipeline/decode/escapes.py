"""Encodings that are ASCII to the eye: ISO-2022 and HZ, which switch alphabets by escapes.

What belongs here: telling them from UTF-8 texts that hold an escape. What does not: anything with
bytes beyond ASCII.

UTF-8 is never called anything else: the escapes must be complete, the whole must decode, no escape
may be left, and what was escaped must read as text.
"""

import re

from pipeline.decode.characters import CJK, character
from pipeline.decode.likelihood import dearness
from pipeline.decode.window import WINDOW

_KOREAN = (b"\x1b$)C", ("iso2022_kr",))
_JAPANESE = (
    re.compile(rb"\x1b(?:\$[@AB]|\$\([CDOPQ]|\([IJ]|\.[AF])"),
    ("iso2022_jp", "iso2022_jp_1", "iso2022_jp_ext", "iso2022_jp_2", "iso2022_jp_2004"),
)
_HZ = re.compile(rb"~\{(?:[\x21-\x77][\x21-\x7e])+~\}")
_LEFT = re.compile("[\x0e\x0f\x1b]")
# Words of these languages cost 6 to 8 nats a character; what is not meant as such, 13. What has few
# ideographs, such as a quote or a Greek letter in English, must be commoner still.
_MOST_COST, _MOST_COST_OF_OTHERS = 10.0, 8.0


def may_have_escapes(raw: bytes) -> bool:
    """Whether these bytes are worth a look: nothing beyond ASCII, and what escapes begin with."""
    return raw.isascii() and (b"\x1b" in raw or b"~{" in raw)


def escaped(raw: bytes) -> tuple[str, str] | None:
    """(text, encoding) of ASCII bytes with such escapes; None for all else."""
    for name in _suspected(raw):
        try:
            text = raw.decode(name)
        except UnicodeDecodeError:
            continue
        if _convincing(text):
            return text, name
    return None


def _suspected(raw: bytes) -> tuple[str, ...]:
    if b"\x1b" in raw:
        mark, korean = _KOREAN
        if mark in raw:
            return korean
        return _JAPANESE[1] if _JAPANESE[0].search(raw) else ()
    return ("hz",) if raw.count(b"~{") == len(_HZ.findall(raw)) > 0 else ()


def _convincing(text: str) -> bool:
    if _LEFT.search(text):
        return False
    beyond = "".join(char for char in text if not char.isascii())[:WINDOW]
    signs = sum(character(ord(char)).script == CJK for char in beyond)
    most = _MOST_COST if signs >= max(2, len(beyond) // 2) else _MOST_COST_OF_OTHERS
    return bool(beyond) and dearness(beyond) <= most
