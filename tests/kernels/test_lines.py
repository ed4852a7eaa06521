"""Lines are found, folded and counted as the same rules in plain Python do it."""

from collections import Counter

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.kernels.lines import LONGEST, NO_LETTERS, known_in, lines_of, salted, uses_of
from pipeline.kernels.texts import texts_of
from pipeline.kernels.words import hash_set
from tests.kernels.conftest import arrays, characters
from tests.kernels.twins import folded_line, line_hash

PIECES = ["12 Comments", "—", "* * *", "  ", "\t", "Ééé", "слово", "日本", "x" * (LONGEST - 2)]
texts = st.lists(st.sampled_from(PIECES) | st.sampled_from("\n\r aZ09-") | characters).map("".join)


def twin(text: str) -> list[tuple[int, int]]:
    """(hash, size of the folded line, as far as it is looked at) of each line."""
    folded = [folded_line(line) for line in text.encode().split(b"\n")]
    return [(line_hash(f, LONGEST, NO_LETTERS), min(len(f), LONGEST + 1)) for f in folded]


@given(arrays(texts))
def test_the_kernel_finds_what_its_twin_finds(array: pa.Array) -> None:
    lines = lines_of(texts_of(array))
    found = list(zip(lines.hashes.tolist(), lines.sizes.tolist(), strict=True))
    wanted = [twin(text or "") for text in array.to_pylist()]
    assert found == [line for own in wanted for line in own]
    assert lines.firsts.tolist() == np.cumsum([0, *map(len, wanted)]).tolist()


@given(arrays(texts))
def test_lines_are_counted_as_a_counter_counts_them(array: pa.Array) -> None:
    uses = uses_of(lines_of(texts_of(array)))
    found = zip(uses.texts.tolist(), uses.hashes.tolist(), uses.times.tolist(), strict=True)
    wanted = [
        (row, hashed, times)
        for row, text in enumerate(array.to_pylist())
        for hashed, times in sorted(Counter(h for h, _ in twin(text or "") if h).items())
    ]
    assert list(found) == wanted


def hashes(*lines: str) -> list[int]:
    return [int(lines_of(texts_of(pa.array([line]))).hashes[0]) for line in lines]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("12 Comments", "  3 comments "),
        ("Page 1 of 10", "page 22 of 3"),
        ("Read  more\t»", "Read more »"),
        ("Leave a Reply\r", "Leave a Reply"),
    ],
)
def test_lines_that_are_one(one: str, other: str) -> None:
    assert len(set(hashes(one, other))) == 1
    assert hashes(one) != [0]


def test_lines_that_are_not_counted() -> None:
    assert set(
        hashes("", "  ", "* * *", "12:30", "———", "…", "€ 12", "🙂", "a" * (LONGEST + 1))
    ) == {0}
    assert 0 not in hashes("a", "é", "слово", "日本", "a" * LONGEST, "a" * LONGEST + "   ")


@given(arrays(texts), st.lists(st.integers(0, 2), min_size=6, max_size=6))
def test_known_lines_are_known_of_their_salt_only(array: pa.Array, salts: list[int]) -> None:
    known = np.array([twin("12 Comments")[0][0], twin("слово")[0][0]], np.uint64)
    table = hash_set(salted(known, np.array([0, 1], np.uint64)))
    given_salts = np.array(salts[: len(array)], np.uint64)
    wanted = []
    for text, salt in zip(array.to_pylist(), given_salts, strict=True):
        own = {hashed for hashed, _ in twin(text or "")}
        wanted.append(salt < 2 and int(known[int(salt)]) in own)
    assert known_in(lines_of(texts_of(array)), given_salts, table).tolist() == wanted
