"""Where a JSON value ends, or where its bytes cease to be JSON.

What belongs here: the grammar of JSON (RFC 8259) over bytes that come piece by piece.
What does not: what a value says (a parser's work), where the bytes are from (sources.jsonstream).

Scalars other than strings are any run of letters, digits, signs and dots: a parser looks closer.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.kernels.compiled import compiled
from pipeline.kernels.texts import Bytes

MORE, DONE, WRONG = 0, 1, 2
"""The bytes end within the value; it ends here; here is what no JSON value has at this place."""

LEVELS = 1024
"""Deeper than this no parser goes: brackets are counted there, and no more is checked."""

_AT_ONCE = 4096

# What each byte is, outside strings.
_OTHER, _BLANK, _QUOTE, _SCALAR, _COMMA, _COLON, _OPENS, _CLOSES = range(8)
# What may come next.
_VALUE, _VALUE_OR_END, _KEY, _KEY_OR_END, _AFTER_KEY, _AFTER_VALUE, _IN_SCALAR = range(7)
_DEPTH, _NEXT, _IN_STRING, _ESCAPED, _TOKEN, _END = range(6)
_BACKSLASH, _CONTROL = np.uint8(0x5C), np.uint8(0x20)
_QUOTATION = np.uint8(0x22)
_OBJECT, _ARRAY = np.uint8(0x7B), np.uint8(0x5B)
_END_OF = np.uint8(2)  # the closing bracket's distance from the opening one

Places = NDArray[np.int64]


class Progress(NamedTuple):
    """How far a value has been read.

    numbers: depth, what may come next, whether in a string, whether after a backslash, where the
    last string began, where reading ended. brackets: those that are open.
    """

    numbers: NDArray[np.int64]
    brackets: Bytes

    @property
    def last_string(self) -> int:
        """Where the last string or bracket began, as a place in the last `data`."""
        return int(self.numbers[_TOKEN])

    def restart(self) -> None:
        """For another value."""
        self.numbers[:] = 0

    def moved(self, by: int) -> None:
        """The next `data` begins so many bytes later."""
        self.numbers[_TOKEN] -= by


def progress() -> Progress:
    """That of a value of which nothing has been read."""
    return Progress(np.zeros(6, np.int64), np.zeros(LEVELS, np.uint8))


def value_end(data: Bytes, start: int, so_far: Progress) -> tuple[int, int]:
    """(one of `MORE`, `DONE`, `WRONG`, where), reading on from `start`.

    Where: after the value's last byte, or at the byte that is wrong. A number at the end of `data`
    may go on, so it is `MORE`.
    """
    result = _value_end(data, start, so_far.numbers, so_far.brackets, _KINDS)
    return result, int(so_far.numbers[_END])


def whole_objects(data: Bytes, start: int) -> Places:
    """(first byte, after the last byte) of some objects from `start` on: of each that is whole, up
    to what is none. Between them are blanks and commas.
    """
    places = np.empty((_AT_ONCE, 2), np.int64)
    so_far = progress()
    return places[: _whole_objects(data, start, places, so_far.numbers, so_far.brackets, _KINDS)]


def _kinds() -> Bytes:
    kinds = np.full(256, _OTHER, np.uint8)
    kinds[list(b" \t\r\n")] = _BLANK
    kinds[list(b"+-.0123456789")] = _SCALAR
    kinds[list(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")] = _SCALAR
    kinds[list(b"{[")] = _OPENS
    kinds[list(b"}]")] = _CLOSES
    kinds[ord('"')], kinds[ord(",")], kinds[ord(":")] = _QUOTE, _COMMA, _COLON
    return kinds


_KINDS = _kinds()


@compiled
def _value_end(
    data: Bytes, start: int, numbers: NDArray[np.int64], brackets: Bytes, kinds: Bytes
) -> int:
    depth, following = numbers[_DEPTH], numbers[_NEXT]
    in_string, escaped = numbers[_IN_STRING], numbers[_ESCAPED]
    result = MORE
    at, end = np.uint64(start), np.uint64(len(data))
    one = np.uint64(1)
    while at < end:
        if in_string:
            if escaped:
                escaped = 0
                at += one
                continue
            while at < end:
                byte = data[at]
                if byte in (_QUOTATION, _BACKSLASH) or byte < _CONTROL:
                    break
                at += one
            if at == end:
                break
            if byte == _BACKSLASH:
                escaped = 1
            elif byte == _QUOTATION:
                in_string = 0
                following = _AFTER_KEY if following in (_KEY, _KEY_OR_END) else _AFTER_VALUE
                if depth == 0:
                    result = DONE
                    at += one
                    break
            else:
                result = WRONG
                break
            at += one
            continue
        byte = data[at]
        kind = kinds[byte]
        if following == _IN_SCALAR:
            if kind == _SCALAR:
                at += one
                continue
            if depth == 0:
                result = DONE
                break
            following = _AFTER_VALUE
        if kind == _BLANK:
            pass
        elif depth > LEVELS:
            if kind == _QUOTE:
                in_string = 1
            elif kind == _OPENS:
                depth += 1
            elif kind == _CLOSES:
                depth -= 1
            following = _AFTER_VALUE
        elif kind == _QUOTE:
            if following in (_AFTER_KEY, _AFTER_VALUE):
                result = WRONG
                break
            in_string = 1
            numbers[_TOKEN] = at
        elif kind == _COMMA:
            if following != _AFTER_VALUE:
                result = WRONG
                break
            following = _KEY if brackets[depth - 1] == _OBJECT else _VALUE
        elif kind == _COLON:
            if following != _AFTER_KEY:
                result = WRONG
                break
            following = _VALUE
        elif kind == _SCALAR:
            if following != _VALUE and following != _VALUE_OR_END:
                result = WRONG
                break
            following = _IN_SCALAR
        elif kind == _OPENS:
            if following != _VALUE and following != _VALUE_OR_END:
                result = WRONG
                break
            if depth < LEVELS:
                brackets[depth] = byte
            depth += 1
            numbers[_TOKEN] = at
            following = _KEY_OR_END if byte == _OBJECT else _VALUE_OR_END
        elif kind == _CLOSES:
            opened = brackets[depth - 1] if depth else np.uint8(0)
            may_end = following in (_AFTER_VALUE, _KEY_OR_END, _VALUE_OR_END)
            if not may_end or byte != opened + _END_OF:
                result = WRONG
                break
            depth -= 1
            following = _AFTER_VALUE
            if depth == 0:
                result = DONE
                at += one
                break
        else:
            result = WRONG
            break
        at += one
    numbers[_DEPTH], numbers[_NEXT] = depth, following
    numbers[_IN_STRING], numbers[_ESCAPED] = in_string, escaped
    numbers[_END] = at
    return result


@compiled
def _whole_objects(
    data: Bytes,
    start: int,
    places: Places,
    numbers: NDArray[np.int64],
    brackets: Bytes,
    kinds: Bytes,
) -> int:
    count, at, size = 0, start, len(data)
    while at < size and count < len(places):
        kind = kinds[data[at]]
        if kind in (_BLANK, _COMMA):
            at += 1
            continue
        if data[at] != _OBJECT:
            break
        numbers[:] = 0
        if _value_end(data, at, numbers, brackets, kinds) != DONE:
            break
        places[count, 0] = at
        at = numbers[_END]
        places[count, 1] = at
        count += 1
    return count
