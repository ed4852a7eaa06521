"""What makes two texts the same text: folding, shingles, signatures, bands."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.dedup.settings import DedupSettings
from pipeline.dedup.shingles import jaccard, shingle_sets, text_hashes
from pipeline.dedup.signatures import estimate, signatures
from pipeline.kernels.bands import band_keys
from pipeline.kernels.shingling import Hashes

SETTINGS = DedupSettings()
TEXTS = st.text(
    st.sampled_from("ab cd. é1\u0301Ж東เ🙂\n") | st.characters(exclude_categories=["Cs"])
)


def shingles(text: str, settings: DedupSettings = SETTINGS) -> Hashes:
    return shingle_sets(pa.array([text]), settings)[0]


def text_hash(text: str) -> str:
    return text_hashes(pa.array([text]))[0]


@given(st.lists(st.sampled_from("abcdef"), min_size=10, max_size=60), st.integers(1, 5))
def test_word_shingles_are_counted_as_sets(words: list[str], size: int) -> None:
    runs = {tuple(words[at : at + size]) for at in range(len(words) - size + 1)}
    assert len(shingles(" ".join(words), DedupSettings(shingle_words=size))) == len(runs)


@given(TEXTS, TEXTS)
def test_jaccard_is_that_of_the_sets(one: str, other: str) -> None:
    a, b = shingles(one), shingles(other)
    assert np.all(np.diff(a.astype(object)) > 0)
    union = set(a.tolist()) | set(b.tolist())
    common = set(a.tolist()) & set(b.tolist())
    assert jaccard(a, b) == (len(common) / len(union) if len(a) and len(b) else 0.0)


def test_texts_without_spaces_are_shingled_by_character() -> None:
    one = shingles("港の地図は毎年少しずつ変わります。" * 8)
    other = shingles("灯台の名前を調べた人はもういません。" * 8)
    assert len(one) > 10
    assert jaccard(one, other) < 0.1


def test_short_texts_are_told_apart() -> None:
    texts = [
        "Closed on Mondays",
        "Open on Sundays",
        "Mind the step",
        "No boats today",
        "Ring twice",
    ]
    sets = [shingles(text) for text in texts]
    assert all(len(found) for found in sets)
    likeness = [jaccard(a, b) for n, a in enumerate(sets) for b in sets[:n]]
    assert max(likeness) < 0.3


def test_what_is_shorter_than_a_shingle_has_none() -> None:
    assert len(shingles("ab")) == 0
    assert signatures(pa.array(["ab", "", None]), SETTINGS).to_pylist() == [None] * 3


@given(TEXTS)
def test_the_exact_hash_knows_case_and_white_space_only(text: str) -> None:
    assert text_hash(text) == text_hash(f"  {text}\n\n")
    assert text_hash(f"{text} x") != text_hash(f"{text} y")


SAME = [
    ("Room 12 is free.", "ROOM  12\nis free.", True, "case and white space"),
    ("cafe\u0301", "caf\u00e9", True, "a composed letter and the same taken apart"),
    ("Room 12 is free.", "Room 13 is free.", False, "digits"),
    ("Room 12 is free.", "Room 12 is free!", False, "punctuation"),
    ("cafe", "café", False, "accents"),
]


@pytest.mark.parametrize(("one", "other", "same", "what"), SAME)
def test_what_the_exact_hash_tells_apart(one: str, other: str, same: bool, what: str) -> None:
    assert (text_hash(one) == text_hash(other)) == same, what


def test_the_estimate_is_near_the_truth() -> None:
    words = [f"{a}{b}" for a in "abcdefghijklmnopqrstuvwxyz" for b in "abcdefghijklmnopqrstuvwxyz"]
    texts = [" ".join(words[:500]), " ".join(words[100:600])]
    settings = DedupSettings(bands=64, rows=8)
    sets = shingle_sets(pa.array(texts), settings)
    one, other = (np.array(s, np.uint32) for s in signatures(pa.array(texts), settings).to_pylist())
    assert estimate(one, other) == pytest.approx(jaccard(*sets), abs=0.08)


def test_bands_meet_where_all_their_rows_agree() -> None:
    signature = np.arange(112, dtype=np.uint32)
    changed = signature.copy()
    changed[[0, 20]] += 1  # in bands 0 and 2 of 14 x 8
    one, other = band_keys(np.array([signature, changed]), SETTINGS.bands, SETTINGS.rows)
    assert [n for n in range(14) if one[n] != other[n]] == [0, 2]
    assert len(set(band_keys(np.zeros((1, 112), np.uint32), 14, 8)[0].tolist())) == 14
