"""Where JSON values end: held against Python's own parser."""

import json
import re

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.kernels.jsonvalues import DONE, MORE, WRONG, progress, value_end, whole_objects

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
)
# What JSON is made of, so that many of these are nearly JSON.
SCRAPS = st.lists(
    st.sampled_from(["{", "}", "[", "]", ",", ":", '"', '"a"', "1", " ", "\n", "\\", "é", "x"]),
    max_size=12,
).map("".join)


def array(raw: bytes) -> np.ndarray:
    return np.frombuffer(raw, np.uint8)


def end_of(raw: bytes, size: int | None = None) -> tuple[int, int]:
    """Where the value ends, its bytes given so many at a time."""
    so_far, at = progress(), 0
    for end in range(size or len(raw), len(raw) + (size or 1), size or len(raw) or 1):
        result, at = value_end(array(raw[:end]), at, so_far)
        if result != MORE:
            return result, at
    return MORE, len(raw)


@given(VALUES, st.sampled_from([b"", b" ", b",", b"]", b"}", b"\n{"]), st.booleans())
def test_it_ends_where_the_parser_ends(value: object, after: bytes, escaped: bool) -> None:
    raw = json.dumps(value, ensure_ascii=escaped).encode()
    result, end = end_of(raw + after)
    scalar = not raw.endswith((b"}", b"]", b'"'))
    assert (result, end) == ((MORE if scalar and not after else DONE), len(raw))


@given(SCRAPS)
def test_what_the_parser_takes_is_never_wrong(text: str) -> None:
    result, end = end_of(text.encode())
    try:
        _, parsed = json.JSONDecoder().raw_decode(text.lstrip(" \n"))
    except json.JSONDecodeError:
        # Words that are no values, and escapes that are none, are left to the parser.
        assert result != DONE or re.search(r"[x\\1]", text)
        return
    assert result != WRONG
    if result == DONE:
        found, taken = text.encode()[:end].decode().lstrip(" \n"), text.lstrip(" \n")[:parsed]
        # `1x` is one word that is no value; the parser takes its first letter.
        word = taken[-1:].isalnum() and found[len(taken) :].isalnum()
        assert found.startswith(taken)
        assert found == taken or word


@given(SCRAPS | VALUES.map(json.dumps), st.integers(1, 5))
def test_it_does_not_matter_how_the_bytes_come(text: str, size: int) -> None:
    raw = text.encode()
    assert end_of(raw, size) == end_of(raw)


@given(st.lists(st.dictionaries(st.text(max_size=3), VALUES, max_size=3), max_size=5), SCRAPS)
def test_objects_in_a_row_are_found_at_once(items: list[object], after: str) -> None:
    raw = ", ".join(json.dumps(item) for item in items).encode()
    found = whole_objects(array(raw), 0).tolist()
    assert [json.loads(raw[start:end]) for start, end in found] == json.loads(
        json.dumps(items).replace("NaN", "NaN")
    ) or "NaN" in str(raw)
    assert whole_objects(array(raw + b" ; " + after.encode()), 0).tolist() == found
