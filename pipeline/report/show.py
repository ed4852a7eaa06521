"""How a value is written on the page: texts made harmless, numbers made readable.

What belongs here: one value in, the words for it out. What does not: markup (the templates escape
and mark up), where a value comes from (gather).
"""

import json
import unicodedata
from dataclasses import asdict

from pipeline.recipe import Recipe
from pipeline.report.visible import visible

_LINE_END = "↵"
_BLANK = "␣"
_BLANKS = (" ", "\t", "\N{NO-BREAK SPACE}", "\N{IDEOGRAPHIC SPACE}")
# Characters that are seen, but as nothing: in a changed text they are the change.
_EMPTY = "\u200c\u200d\xa0\xad\u3000"
_GAP = "\N{NARROW NO-BREAK SPACE}"
_UNITS = ("B", "kB", "MB", "GB", "TB")


def harmless(value: object) -> object:
    """A text in one line, all that has no picture spelled out; anything else as it is.

    Markup that a template has made itself is a subclass of `str` and left alone.
    """
    if type(value) is not str:
        return value
    return visible(value.replace("\n", _LINE_END), keep="")


def change(before: str, after: str) -> tuple[str, str]:
    """Both sides of an edit such that a person sees how they differ.

    Blanks at the ends and characters that look like nothing are marked; where both sides would
    look alike (an accent as one character or as two), what is not ASCII is spelled out.
    """
    alike = _look(before) == _look(after)
    return _mark(before, alike), _mark(after, alike)


def _look(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _mark(text: str, spell_out: bool) -> str:
    core = text.strip("".join(_BLANKS))
    lead = text[: len(text) - len(text.lstrip("".join(_BLANKS)))]
    tail = text[len(lead) + len(core) :]
    shown = "".join(
        _escape(char) if char in _EMPTY or (spell_out and not char.isascii()) else char
        for char in core
    )
    return _blanks(lead) + shown + _blanks(tail)


def _blanks(text: str) -> str:
    return "".join(_BLANK if char == " " else _escape(char) for char in text)


def _escape(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")


def count(number: int) -> str:
    """12345 as 12,345."""
    return f"{number:,}"


def share(part: int, whole: int) -> str:
    """Per cent with one digit, never 0.0 for something and never 100.0 for less than all."""
    if not whole:
        return "–"
    percent = 100 * part / whole
    if 0 < percent < 0.05:
        return f"<{_GAP}0.1{_GAP}%"
    if 99.95 <= percent < 100:
        return f">{_GAP}99.9{_GAP}%"
    return f"{percent:.1f}{_GAP}%"


def size(number: int) -> str:
    """Bytes in decimal units."""
    value = float(number)
    for unit in _UNITS:
        if value < 1000 or unit == _UNITS[-1]:
            break
        value /= 1000
    return f"{number}{_GAP}B" if unit == "B" else f"{value:.1f}{_GAP}{unit}"


def one_or_many(number: int, one: str, many: str = "") -> str:
    """`1 file`, `2 files`."""
    return f"{number:,}\xa0{one if number == 1 else many or one + 's'}"


def toml(recipe: Recipe) -> str:
    """The recipe as a TOML file that `hygiene run --recipe` would read as the same recipe."""
    tables = []
    for name, settings in asdict(recipe).items():
        # JSON's texts, numbers, lists, true and false are TOML's too.
        lines = [
            f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in settings.items()
        ]
        tables.append("\n".join([f"[{name}]", *lines]))
    return "\n\n".join(tables)
