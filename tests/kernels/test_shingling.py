"""The hashes of all runs of words and characters are those that the definition gives.

`hash_shingle` is the definition. Kernels read eight bytes at a time, and look for blanks in
sixty-four: so every length up to some of those, every place of a blank, and what lies behind.
"""

from collections.abc import Callable
from functools import cache

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.dedup.folding import alike, same_folding
from pipeline.kernels import shingling as kernel
from pipeline.kernels.codepoints import COUNT, CodePointTable, table_of
from pipeline.kernels.folding import Folding, folding_of
from pipeline.kernels.shingling import (
    Scratch,
    Shingling,
    hash_of,
    hash_shingle,
    scratch_for,
    shingle_hashes,
    shingles_of,
)
from pipeline.kernels.texts import Texts, texts_of
from pipeline.kernels.wide import SLACK
from tests.kernels import twins
from tests.kernels.conftest import characters

NEVER, ALWAYS = 0, 10**9  # texts of fewer words are cut by characters
SIZES = st.integers(1, 9)
WORDS = st.lists(st.binary(max_size=40).map(lambda word: word.replace(b" ", b"_")), max_size=6)
# Folded already; long words and short ones, of one byte a character and more.
FOLDED = st.lists(
    st.text("abé港🙂", min_size=1, max_size=3) | st.text("xyz", min_size=4, max_size=40),
    max_size=30,
).map(" ".join)


@cache
def as_it_is() -> Folding:
    """Each character stays; only blanks at the ends and in a row go."""
    return folding_of(str)


@cache
def spaced() -> CodePointTable:
    """Of no script that goes without blanks."""
    return table_of(np.zeros(COUNT, np.uint8))


def hashes(texts: list[str], shingling: Shingling) -> list[list[int]]:
    found = shingle_hashes(texts_of(pa.array(texts, pa.string())), as_it_is(), shingling)
    return [each.tolist() for each in found]


def of_words(text: str, size: int) -> list[int]:
    return [
        hash_shingle(run)
        for run in twins.runs([word for word in text.split(" ") if word], size, " ")
    ]


def of_characters(text: str, size: int) -> list[int]:
    return [hash_shingle(run) for run in twins.runs(list(text), size, "")]


def by_words(size: int) -> Shingling:
    return Shingling(size, 1, NEVER, spaced())


def by_characters(size: int) -> Shingling:
    return Shingling(1, size, ALWAYS, spaced())


KNOWN = [
    (b"", 0xF2EE2134306FF565, "one word without a byte"),
    (b" ", 0x17369690ED4A8269, "two of them"),
    (b"a", 0x94C78C2272578D69, "one byte"),
    ("港の地図".encode(), 0x8C95B5718F1E0F15, "twelve: a whole chunk and half a one"),
    (b"the tide", 0x4C05CA3601E58C9D, "two words"),
    (b"harbour office winter", 0x449CA3B53961A98E, "three"),
]


@pytest.mark.parametrize(("shingle", "value", "why"), KNOWN, ids=[case[2] for case in KNOWN])
def test_the_definition_stays(shingle: bytes, value: int, why: str) -> None:
    """Indexes on disk hold such hashes: where these change, raise `signatures.FORMAT`."""
    assert hash_shingle(shingle) == value, why


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_hashes_tell_shingles_apart(one: bytes, other: bytes) -> None:
    one, other = one.replace(b"\0", b"0"), other.replace(b"\0", b"0")
    assert (hash_shingle(one) == hash_shingle(other)) == (one == other)
    assert 0 <= hash_shingle(one) < 2**64


APART = [
    (b"ab c", b"a bc", "where a word ends"),
    (b"ab", b"a b", "whether one does"),
    (b"tide rope", b"rope tide", "the order of words"),
    (b"harboursoffices!", b"offices!harbours", "the order of chunks in a word"),
    (b"harboursoffices!", b"harbours offices!", "a blank where a chunk ends anyway"),
    (b"tide", b"tide ", "a blank at the end"),
    (b"tide", b" tide", "and at the start"),
    (b" tide", b"tide ", "and at which"),
    (b"tide  rope", b"tide rope", "two blanks"),
    (b"rope rope", b"rope rope rope", "how often a word comes"),
    (b"", b" ", "nothing and a blank"),
]


@pytest.mark.parametrize(("one", "other", "why"), APART, ids=[case[2] for case in APART])
def test_shingles_differ_by(one: bytes, other: bytes, why: str) -> None:
    assert hash_shingle(one) != hash_shingle(other), why


def test_zeros_that_end_a_word_are_not_told_apart_and_stand_in_no_shingle() -> None:
    assert hash_shingle(b"tide\0") == hash_shingle(b"tide")
    assert alike("\0") == " "


@given(WORDS, st.sampled_from([b"", b" ", b"x"]), st.sampled_from([b"", b" ", b"x" * 9]))
def test_a_shingle_is_hashed_wherever_it_stands(
    words: list[bytes], before: bytes, behind: bytes
) -> None:
    """Nothing around it counts, nor need anything be behind it: shingles made elsewhere."""
    shingle = b" ".join(words)
    data = np.frombuffer(before + shingle + behind, np.uint8)
    assert hash_of(data, len(before), len(before) + len(shingle)) == hash_shingle(shingle)


def test_words_of_each_length_between_blanks_or_none() -> None:
    letters = bytes(range(200, 240))
    for size in range(len(letters) + 1):
        for pattern in (b"%b", b" %b", b"%b ", b" %b ", b"%b x", b"x %b", b"  %b"):
            shingle = pattern % letters[:size]
            data = np.frombuffer(shingle or b"\0", np.uint8)
            assert hash_of(data, 0, len(shingle)) == hash_shingle(shingle), shingle


@given(texts=st.lists(FOLDED, max_size=4), size=SIZES)
def test_runs_of_words(texts: list[str], size: int) -> None:
    expected = [of_words(text, size) for text in texts]
    assert hashes(texts, by_words(size)) == expected


@given(texts=st.lists(FOLDED, max_size=4), size=SIZES)
def test_runs_of_characters_with_blanks_at_their_ends(texts: list[str], size: int) -> None:
    expected = [of_characters(text, size) for text in texts]
    assert hashes(texts, by_characters(size)) == expected


def test_a_run_that_is_a_blank_or_begins_or_ends_with_one() -> None:
    assert hashes(["a b", "a b"], by_characters(1))[1] == [
        hash_shingle(run) for run in (b"a", b" ", b"b")
    ]
    assert hashes(["a b"], by_characters(2)) == [[hash_shingle(b"a "), hash_shingle(b" b")]]


@pytest.mark.parametrize("size", range(1, 10))
def test_words_of_each_length(size: int) -> None:
    """One word, and as many as fill a shingle, one fewer, one more: of 1 to 40 bytes each."""
    letters = "abcdefghijklmnopqrstuvwxyz0123456789ABCD"
    texts = [
        " ".join([letters[-length:], *[letters[:length]] * (count - 1)])
        for length in range(1, len(letters) + 1)
        for count in sorted({1, size - 1, size, size + 1} - {0})
    ]
    assert hashes(texts, by_words(size)) == [of_words(text, size) for text in texts]


@pytest.mark.parametrize("size", [1, 2])
def test_a_blank_at_each_place_and_an_end_at_each(size: int) -> None:
    """Blanks are looked for in 64 bytes at a time: at their first, their last, and beyond."""
    near = [0, 1, 2, 7, 8, 9, 62, 63, 64, 65]
    texts = ["a" * before + " " + "b" * behind for before in range(1, 132) for behind in near]
    texts += ["a" * length for length in range(132)]
    texts += [("a " * length)[:end] for length in (66, 99) for end in range(2 * length)]
    folded = [" ".join(text.split()) for text in texts]
    assert hashes(texts, by_words(size)) == [of_words(text, size) for text in folded]


def filled(scratch: Scratch, garbage: int) -> Scratch:
    """As an earlier, longer text could have left it."""
    scratch.folded[:] = garbage
    scratch.ends[:] = garbage
    scratch.words[:] = garbage
    return scratch


def hashed(texts: Texts, shingling: Shingling, scratch: Scratch) -> list[int]:
    out = np.zeros(len(scratch.words), np.uint64)
    end = int(texts.offsets[1])
    return out[: shingles_of(texts.data, 0, end, as_it_is(), shingling, scratch, out)].tolist()


CUTS = st.sampled_from([(by_words, of_words), (by_characters, of_characters)])


@given(FOLDED | st.text(characters, max_size=80), SIZES, CUTS)
def test_what_is_left_of_an_earlier_text_changes_nothing(
    text: str, size: int, cut: tuple[Callable[[int], Shingling], Callable[[str, int], list[int]]]
) -> None:
    shingling, twin = cut
    texts = texts_of(pa.array([text]))
    found = [
        hashed(texts, shingling(size), filled(scratch_for(texts, as_it_is()), garbage))
        for garbage in (0, 0x20, 0x61, 0xFF)
    ]
    assert found == [twin(twins.folded(text, str), size)] * 4


@given(st.lists(FOLDED | st.text(characters, max_size=80), max_size=5), SIZES, st.booleans())
def test_each_text_has_the_hashes_that_it_has_alone(
    texts: list[str], size: int, words: bool
) -> None:
    shingling = by_words(size) if words else by_characters(size)
    first = " ".join(["a"] * 200)  # longer than all others, and blanks wherever they can be
    together = hashes([first, *texts], shingling)
    assert together[1:] == [hashes([text], shingling)[0] for text in texts]


@pytest.mark.parametrize("roomy", [kernel._ROOMY, 0])
@pytest.mark.parametrize("text", ["", "a", "a" * 64, "ﬃ" * 30, "ΐ" * 100])
def test_whole_words_can_be_read_at_the_end_of_the_longest_text(
    text: str, roomy: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kernel, "_ROOMY", roomy)
    texts = texts_of(pa.array(["a b", text]))
    scratch = scratch_for(texts, same_folding())
    assert SLACK >= 64, "so many are looked at from any byte of a text on"
    longest = len(twins.folded(text, lambda c: c.casefold()).encode())
    assert len(scratch.folded) >= longest + SLACK


@given(st.integers(1, 3000), st.integers(0, 2**32 - 1))
def test_long_words_have_the_hash_that_the_definition_gives(length: int, seed: int) -> None:
    letters = np.random.default_rng(seed).integers(97, 123, length, dtype=np.uint8)
    word = letters.tobytes().decode()
    assert hashes([f"{word} {word}"], by_words(1)) == [[hash_shingle(word.encode())] * 2]
