"""Texts are read where Arrow keeps them, character by character, as Python reads them."""

import unicodedata

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.kernels.codepoints import COUNT, every_character, table_of, value_of
from pipeline.kernels.texts import Texts, code_point, texts_of
from tests.kernels.conftest import arrays


def read(texts: Texts) -> list[str]:
    """Every text, character by character."""
    found = []
    for start, end in zip(texts.offsets[:-1], texts.offsets[1:], strict=True):
        points, at = [], int(start)
        while at < end:
            point, size = code_point(texts.data, at)
            points.append(chr(point))
            at += size
        assert at == end
        found.append("".join(points))
    return found


@given(arrays())
def test_texts_are_what_arrow_holds(array: pa.Array) -> None:
    assert read(texts_of(array)) == [text or "" for text in array.to_pylist()]
    assert read(texts_of(pa.chunked_array([array]))) == [text or "" for text in array.to_pylist()]


def test_texts_are_not_copied() -> None:
    array = pa.array(["first", "second", "third"])
    assert texts_of(array[1:]).data.ctypes.data == array.buffers()[2].address


def test_a_table_has_a_value_for_each_code_point() -> None:
    values = np.array([len(unicodedata.category(chr(c))) + c % 5 for c in range(COUNT)], np.uint8)
    table = table_of(values)
    assert all(value_of(table, c) == values[c] for c in range(0, COUNT, 997))


@given(st.integers(0, COUNT - 1))
def test_equal_pages_are_kept_once(point: int) -> None:
    values = np.zeros(COUNT, np.uint16)
    values[point] = 7
    table = table_of(values)
    assert len(table.cells) == 512
    assert value_of(table, point) == 7


def test_a_table_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="a value for each of 1114112 code points"):
        table_of(np.zeros(9, np.uint8))


def test_every_character_stands_at_its_code_point() -> None:
    every = every_character()
    assert len(every) == COUNT
    assert all(every[c] == chr(c) for c in [*range(0, COUNT, 997), 0xD800, 0xDFFF, COUNT - 1])
