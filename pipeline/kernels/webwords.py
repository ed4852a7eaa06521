"""What langdetect puts out of the way before it counts: web addresses, e-mail addresses, and
Vietnamese letters that are written as a letter and a mark.

What belongs here: its regular expressions `URL_RE`, `MAIL_RE` and `ALPHABET_WITH_DMARK` as loops.
What does not: counting n-grams (ngrams).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.kernels.compiled import compiled
from pipeline.kernels.texts import Bytes, code_point

# Which characters may stand where, as bits of an ASCII character's class.
URL, LOCAL, HOST = 1, 2, 4
_LONGEST_URL, _LONGEST_LOCAL, _LONGEST_HOST = 2076, 64, 255


class WebTables(NamedTuple):
    """classes: bits for each of 256 bytes. letters: 1 + the row in `composed` of a letter that
    Vietnamese marks may follow, for code points below 0x200. marks: 1 + the column, for the code
    points from U+0300 to U+033F. composed: the code point of both together.
    """

    classes: NDArray[np.uint8]
    letters: NDArray[np.uint8]
    marks: NDArray[np.uint8]
    composed: NDArray[np.uint16]


@compiled
def without_web_words(text: Bytes, end: int, web: WebTables) -> int:
    """Change `text[:end]` in place: a blank for each address, composed letters; its new end.

    Some room must follow `end`. Nothing ever grows.
    """
    return _composed(text, _without_mails(text, _without_urls(text, end, web), web), web)


@compiled
def _run(text: Bytes, start: int, end: int, web: WebTables, kind: int) -> int:
    """Where the run of characters of a kind that starts at `start` ends, `end` at most."""
    at = start
    while at < end and web.classes[text[at]] & kind:
        at += 1
    return at


@compiled
def _without_urls(text: Bytes, end: int, web: WebTables) -> int:
    at, to = 0, 0
    while at < end:
        start = at
        if text[at] == 0x68 and at + 8 <= end:  # h
            name = text[at + 1] == 0x74 and text[at + 2] == 0x74 and text[at + 3] == 0x70
            start = at + 4 + (text[at + 4] == 0x73) if name else at
        if start > at and text[start] == 0x3A and text[start + 1] == text[start + 2] == 0x2F:
            stop = _run(text, start + 3, min(end, start + 3 + _LONGEST_URL), web, URL)
            if stop > start + 3:
                text[to] = 0x20
                at, to = stop, to + 1
                continue
        text[to] = text[at]
        at, to = at + 1, to + 1
    return to


@compiled
def _without_mails(text: Bytes, end: int, web: WebTables) -> int:
    at, to, local = 0, 0, 0  # local: where, in what is written, the name before an @ begins
    while at < end:
        byte = text[at]
        if byte == 0x40 and local < to:  # @
            host = _run(text, at + 1, min(end, at + 1 + _LONGEST_HOST), web, HOST)
            stop = _run(text, host, min(end, host + _LONGEST_HOST), web, LOCAL)
            if host > at + 1 and (stop > host or host > at + 2):
                to = max(local, to - _LONGEST_LOCAL)
                text[to] = 0x20
                at, to = stop, to + 1
                local = to
                continue
        text[to] = byte
        at, to = at + 1, to + 1
        if not web.classes[byte] & LOCAL:
            local = to
    return to


@compiled
def _composed(text: Bytes, end: int, web: WebTables) -> int:
    at, to = 0, 0
    while at < end:
        point, size = code_point(text, at)
        letter = int(web.letters[point]) if point < len(web.letters) else 0
        if letter and at + size < end:
            mark, more = code_point(text, at + size)
            column = int(web.marks[mark - 0x300]) if 0x300 <= mark < 0x340 else 0
            if column:
                point = int(web.composed[(letter - 1) * 8 + column - 1])
                if point < 0x800:
                    text[to] = 0xC0 | point >> 6
                else:
                    text[to] = 0xE0 | point >> 12
                    to += 1
                    text[to] = 0x80 | (point >> 6 & 0x3F)
                text[to + 1] = 0x80 | (point & 0x3F)
                at, to = at + size + more, to + 2
                continue
        for _ in range(size):
            text[to] = text[at]
            at, to = at + 1, to + 1
    return to
