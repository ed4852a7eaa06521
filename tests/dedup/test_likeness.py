"""What makes two texts the same text: folding, shingles, signatures, bands."""

import numpy as np
import pytest
from datasketch import MinHash
from hypothesis import given
from hypothesis import strategies as st

from pipeline.dedup.bands import band_keys
from pipeline.dedup.settings import DedupSettings
from pipeline.dedup.shingles import fold, jaccard, shingles, text_hash
from pipeline.dedup.signatures import estimate, sign

SETTINGS = DedupSettings()
TEXTS = st.text(
    st.sampled_from("ab cd. é1\u0301Ж東เ🙂\n") | st.characters(exclude_categories=["Cs"])
)


def test_folding_is_fineweb_s() -> None:
    assert fold("L’Été, 2024: ＡＢＣ_x!\n") == ["l", "ete", "0000", "abc", "x"]


def word_shingles(text: str, size: int) -> set[tuple[str, ...]]:
    words = fold(text)
    return {tuple(words[at : at + size]) for at in range(len(words) - size + 1)}


@given(st.lists(st.sampled_from("abcdef"), min_size=10, max_size=60), st.integers(1, 6))
def test_word_shingles_are_counted_as_sets(words: list[str], size: int) -> None:
    text = " ".join(words)
    settings = DedupSettings(shingle_words=min(size, 5))
    assert len(shingles(text, settings)) == len(word_shingles(text, settings.shingle_words))


@given(TEXTS, TEXTS)
def test_jaccard_is_that_of_the_sets(one: str, other: str) -> None:
    a, b = shingles(one, SETTINGS), shingles(other, SETTINGS)
    assert np.all(np.diff(a.astype(object)) > 0)
    union = set(a.tolist()) | set(b.tolist())
    common = set(a.tolist()) & set(b.tolist())
    assert jaccard(a, b) == (len(common) / len(union) if len(a) and len(b) else 0.0)


def test_texts_without_spaces_are_shingled_by_character() -> None:
    one = "港の地図は毎年少しずつ変わります。" * 8
    other = "灯台の名前を調べた人はもういません。" * 8
    assert len(shingles(one, SETTINGS)) > 10
    assert jaccard(shingles(one, SETTINGS), shingles(other, SETTINGS)) < 0.1


def test_short_texts_are_told_apart() -> None:
    texts = [
        "Closed on Mondays",
        "Open on Sundays",
        "Mind the step",
        "No boats today",
        "Ring twice",
    ]
    sets = [shingles(text, SETTINGS) for text in texts]
    assert all(len(found) for found in sets)
    likeness = [jaccard(a, b) for n, a in enumerate(sets) for b in sets[:n]]
    assert max(likeness) < 0.3


def test_what_is_shorter_than_a_shingle_has_none() -> None:
    assert len(shingles("ab", SETTINGS)) == 0
    assert sign(shingles("ab", SETTINGS), 112) is None


@given(TEXTS)
def test_the_exact_hash_knows_case_and_white_space_only(text: str) -> None:
    assert text_hash(text) == text_hash(f"  {text}\n\n")
    assert text_hash(f"{text} x") != text_hash(f"{text} y")


def test_the_exact_hash_keeps_digits_and_punctuation_apart() -> None:
    assert text_hash("Room 12 is free.") == text_hash("ROOM  12\nis free.")
    assert text_hash("Room 12 is free.") != text_hash("Room 13 is free.")
    assert text_hash("Room 12 is free.") != text_hash("Room 12 is free!")


@given(st.sets(st.integers(0, 2**64 - 1), min_size=1, max_size=200))
def test_signatures_are_datasketchs(hashes: set[int]) -> None:
    found = np.array(sorted(hashes), np.uint64)
    sketch = MinHash(112, seed=1, scheme="affine32", hashfunc=lambda value: value)
    for value in hashes:
        sketch.update(value & 0xFFFFFFFF)
    signature = sign(found, 112)
    assert signature is not None
    assert signature.tolist() == sketch.hashvalues.tolist()


def test_the_estimate_is_near_the_truth() -> None:
    one = np.arange(1000, dtype=np.uint64) * np.uint64(2654435761)
    other = np.arange(200, 1200, dtype=np.uint64) * np.uint64(2654435761)
    a, b = sign(np.sort(one), 512), sign(np.sort(other), 512)
    assert a is not None
    assert b is not None
    assert estimate(a, b) == pytest.approx(800 / 1200, abs=0.08)


def test_bands_meet_where_all_their_rows_agree() -> None:
    signature = np.arange(112, dtype=np.uint32)
    changed = signature.copy()
    changed[[0, 20]] += 1  # in bands 0 and 2 of 14 x 8
    one, other = band_keys(signature, SETTINGS), band_keys(changed, SETTINGS)
    assert [n for n in range(14) if one[n] != other[n]] == [0, 2]
    assert len(set(band_keys(np.zeros(112, np.uint32), SETTINGS))) == 14
