"""Text made harmless to look at: what a terminal or a page would obey is spelled out instead."""

import unicodedata

# Controls, direction marks and overrides, line and paragraph separators, surrogates, private use,
# unassigned: the general categories that have no picture of their own.
_UNSEEN = {"Cc", "Cf", "Zl", "Zp", "Cs", "Co", "Cn"}
# Joiners, which shape the letters and emoji beside them and do nothing else.
_JOINERS = "\u200c\u200d"


def visible(text: str, *, keep: str = "\n") -> str:
    r"""The text with every character that has no picture written as an escape such as \u202e.

    keep: such characters that are left as they are.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        char
        if char in keep or char in _JOINERS or unicodedata.category(char) not in _UNSEEN
        else _escape(char)
        for char in text
    )


def _escape(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")
