"""Texts that kernels must take: any Unicode, empty ones, nulls, and slices of arrays."""

from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

# What breaks loops over bytes: every length of a character, marks, joiners, odd blanks, ends.
_ODD = (
    "a Z09_-'’.,!\n\r\t\x00\x7f\x85\xa0\xadßéÀſŠœ\u0301\u0323ΑΣςЖїאבعىक्षাไทยကខ港の한ᄒ"
    "\u200b\u200d\u2028\u3000\ufeff\ufffd\uffff\U00010348\U0001d7d9\U00020000🙂\U0010ffff"
)
characters = st.sampled_from(_ODD) | st.characters(exclude_categories=["Cs"])
plain_texts = st.text(characters, max_size=60)


@st.composite
def arrays(draw: st.DrawFn, texts: st.SearchStrategy[str] = plain_texts) -> pa.Array:
    """String arrays, large ones too, with nulls, whole or cut out of a longer one."""
    values: list[Any] = draw(st.lists(texts | st.none(), max_size=6))
    kind = draw(st.sampled_from([pa.string(), pa.large_string()]))
    array = pa.array(values, kind)
    start = draw(st.integers(0, len(values)))
    return array.slice(start, draw(st.integers(0, len(values) - start)))
