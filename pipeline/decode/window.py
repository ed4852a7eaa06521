"""The part of a record that its encoding is told by.

What belongs here: which bytes are looked at, and reading them in an encoding. What does not: which
encoding is likeliest (ranking).
"""

import codecs
import re
from itertools import pairwise
from typing import NamedTuple

# So much is looked at; where a record is longer, in pieces from several places. A glance is enough
# to rule most encodings out.
WINDOW, _PIECES = 16 * 1024, 4
GLANCE = 1536
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
# No encoding of several bytes has the first of these within a character.
_BEGINNING = re.compile(rb"[\x00-\x2f][\x80-\xff]")
_GAPS = (b"\n", b"\r", b" ")
_MARKUP = re.compile(rb"<[^<>]{1,400}>")
_BEYOND_ASCII = bytes(range(0x80, 0x100))


class Window(NamedTuple):
    """pieces: each begins with a character, but may end within one. beginning: the first bytes,
    for encodings of two or four bytes a character. whole: nothing was left out.
    """

    pieces: tuple[bytes, ...]
    beginning: bytes
    whole: bool

    @property
    def joined(self) -> bytes:
        """All pieces."""
        return b" ".join(self.pieces)

    @property
    def beyond_ascii(self) -> int:
        """How many bytes are."""
        joined = self.joined
        return len(joined) - len(joined.translate(None, _BEYOND_ASCII))

    def read(self, name: str) -> str:
        """The pieces in that encoding, U+FFFD for what does not fit."""
        decoder = codecs.getincrementaldecoder(name)
        return " ".join(decoder("replace").decode(piece, self.whole) for piece in self.pieces)

    def read_beginning(self, name: str) -> str:
        """The first bytes in that encoding, U+FFFD for what does not fit."""
        return codecs.getincrementaldecoder(name)("replace").decode(self.beginning, self.whole)

    def without_markup(self) -> "Window":
        """The window without tags, which are no language; as it is where nothing else tells."""
        pieces = tuple(_MARKUP.sub(b" ", piece) for piece in self.pieces)
        return self._replace(pieces=pieces) if any(map(_NOT_ASCII.search, pieces)) else self

    def glance(self) -> "Window":
        """Two small parts of it."""
        size = GLANCE // 2
        joined = self.joined
        found = [_BEGINNING.search(joined, around) for around in (0, len(joined) // 2)]
        parts = tuple(joined[one.start() : one.start() + size] for one in found if one)
        return Window(parts or (joined[:GLANCE],), self.beginning[:GLANCE], whole=False)


def window_of(raw: bytes, around: int = 0) -> Window:
    """At most `WINDOW` bytes that show the encoding: all, or pieces of whole lines, where there are
    lines, from places that have bytes beyond ASCII, the first of them near `around`.
    """
    if len(raw) <= WINDOW:
        return Window((raw,), raw, whole=True)
    places = [around + (len(raw) - around) * number // _PIECES for number in range(_PIECES)]
    starts = [_start(raw, place) for place in places]
    size = WINDOW // _PIECES
    pieces = [
        raw[start : min(start + size, after)]
        for start, after in pairwise(
            [*sorted({one for one in starts if one is not None}), len(raw)]
        )
    ]
    if len(pieces) < _PIECES:
        start = _start(raw, around) or 0
        pieces = [raw[start : start + WINDOW]]
    return Window(tuple(pieces), raw[:WINDOW], whole=False)


def _start(raw: bytes, around: int) -> int | None:
    """The beginning of the line, word or character with the next byte beyond ASCII; None where
    there is none or it may begin within a character.
    """
    found = _NOT_ASCII.search(raw, around)
    if found is None:
        return None
    earliest = max(0, found.start() - WINDOW // _PIECES // 2)
    for gap in _GAPS:
        at = raw.rfind(gap, earliest, found.start())
        if at >= 0:
            return at + 1
    beginning = _BEGINNING.search(raw, around)
    if earliest == 0 or raw[: found.start()].isascii():
        return 0 if earliest == 0 else found.start()
    return beginning.start() if beginning else None
