"""Words of eight bytes say of each byte what looking at the bytes one by one says."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.kernels.compiled import compiled
from pipeline.kernels.texts import Bytes
from pipeline.kernels.wide import (
    bits_of,
    blanks_in,
    first_bytes,
    load,
    lowest_bit,
    store,
    zeros_in,
)

BLANK = 0x20
# Blanks, and what differs from one (or from 0) in a single bit, or in the uppermost alone.
ODD = [0x20, 0x21, 0x1F, 0x22, 0x60, 0xA0, 0x00, 0x01, 0x7F, 0x80, 0xFF]
EIGHT_BYTES = st.lists(st.sampled_from(ODD) | st.integers(0, 255), min_size=8, max_size=8)


# Numba alone can call what it has no words for.
@compiled
def loaded(data: Bytes, at: int) -> np.uint64:
    return load(data, np.uint64(at))


@compiled
def stored(data: Bytes, at: int, word: np.uint64) -> None:
    store(data, np.uint64(at), word)


@compiled
def lowest(word: np.uint64) -> np.uint64:
    return lowest_bit(word)


def word_of(eight: bytes) -> np.uint64:
    """The first byte is the lowest, on any machine."""
    return np.uint64(int.from_bytes(eight, "little"))


def bytes_of(word: np.uint64) -> bytes:
    return int(word).to_bytes(8, "little")


@given(st.binary(min_size=8, max_size=40), st.data())
def test_a_word_is_the_eight_bytes_from_any_place_on(data: bytes, more: st.DataObject) -> None:
    at = more.draw(st.integers(0, len(data) - 8))
    read_only = np.frombuffer(data, np.uint8)
    assert not read_only.flags.writeable, "as Arrow's buffers are"
    assert loaded(read_only, at) == word_of(data[at : at + 8])
    assert loaded(read_only.copy(), at) == word_of(data[at : at + 8])


@given(st.binary(min_size=8, max_size=40), st.binary(min_size=8, max_size=8), st.data())
def test_a_word_is_written_to_its_eight_bytes_and_no_others(
    data: bytes, eight: bytes, more: st.DataObject
) -> None:
    at = more.draw(st.integers(0, len(data) - 8))
    out = np.frombuffer(data, np.uint8).copy()
    stored(out, at, word_of(eight))
    assert out.tobytes() == data[:at] + eight + data[at + 8 :]


@pytest.mark.parametrize("above", [0, 2**64 - 1, 0x8000000000000001])
def test_the_lowest_bit_is_found_whatever_stands_above_it(above: int) -> None:
    words = [(above << bit | 1 << bit) % 2**64 for bit in range(64)]
    assert [lowest(np.uint64(word)) for word in words] == list(range(64))


@given(EIGHT_BYTES)
def test_blanks_are_marked_in_their_uppermost_bits_and_nothing_else_is(eight: list[int]) -> None:
    marks = bytes_of(blanks_in(word_of(bytes(eight))))
    assert list(marks) == [0x80 * (byte == BLANK) for byte in eight]


@given(EIGHT_BYTES)
def test_a_zero_is_noticed_among_bytes_of_ascii(eight: list[int]) -> None:
    ascii_bytes = [min(byte, 0x80) for byte in eight]
    assert (zeros_in(word_of(bytes(ascii_bytes))) != 0) == (0 in ascii_bytes)


@pytest.mark.parametrize("beside", [0x01, 0x7F, 0x80])
def test_a_zero_is_noticed_at_each_place(beside: int) -> None:
    for place in range(8):
        eight = bytes(0 if nth == place else beside for nth in range(8))
        assert zeros_in(word_of(eight)) != 0, place
    assert zeros_in(word_of(bytes([beside]) * 8)) == 0


def test_marks_become_bits_in_the_order_of_the_bytes() -> None:
    for bits in range(256):
        marks = bytes(0x80 * (bits >> nth & 1) for nth in range(8))
        assert bits_of(word_of(marks)) == bits


@given(st.binary(min_size=8, max_size=8), st.integers(1, 8))
def test_all_but_the_first_bytes_can_be_made_zero(eight: bytes, count: int) -> None:
    kept = bytes_of(first_bytes(word_of(eight), np.uint64(count)))
    assert kept == eight[:count] + bytes(8 - count)
