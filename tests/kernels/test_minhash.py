"""Shingles and signatures are those of plain Python, and of datasketch."""

from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from datasketch import MinHash
from hypothesis import given
from hypothesis import strategies as st

from pipeline.dedup.folding import _UNSPACED, alike, alike_folding, unspaced
from pipeline.dedup.settings import DedupSettings
from pipeline.dedup.shingles import shingling
from pipeline.dedup.signatures import (
    hash32,
    signatures,
    signatures_of_shingles,
    signed,
    sketch,
    unpacked,
)
from pipeline.kernels import shingling as shingling_kernel
from pipeline.kernels.shingling import hash_shingle, shingle_hashes
from pipeline.kernels.texts import texts_of
from tests.kernels import twins
from tests.kernels.conftest import arrays, characters

WORDY = st.lists(
    st.sampled_from(["a", "the", "Tide", "rope,", "é", "港の", "地図", "x" * 1100, "ไทย", "-", "9"])
    | st.text(characters, max_size=5),
    max_size=40,
).map(" ".join)
SIZES = st.builds(
    DedupSettings,
    shingle_words=st.integers(1, 6),
    shingle_chars=st.integers(1, 6),
    bands=st.integers(1, 5),
    rows=st.integers(1, 4),
)


@cache
def unspaced_characters() -> set[str]:
    return {chr(c) for first, last in _UNSPACED for c in range(first, last + 1)}


def shingles_of(text: str | None, settings: DedupSettings) -> list[bytes]:
    folded = twins.folded(text or "", alike)
    short = 2 * settings.shingle_words
    sizes = (settings.shingle_words, settings.shingle_chars, short)
    return twins.shingles(folded, *sizes, unspaced_characters())


@given(array=arrays(WORDY), settings=SIZES)
def test_shingles_are_those_of_their_twin(array: pa.Array, settings: DedupSettings) -> None:
    found = shingle_hashes(texts_of(array), alike_folding(), shingling(settings))
    assert [hashes.tolist() for hashes in found] == [
        [hash_shingle(shingle) for shingle in shingles_of(text, settings)]
        for text in array.to_pylist()
    ]


@given(array=arrays(WORDY), settings=SIZES)
def test_sets_hold_each_shingle_once_in_order(array: pa.Array, settings: DedupSettings) -> None:
    _, packed = signed(array, settings)
    values, ends = unpacked(packed)
    for row, text in enumerate(array.to_pylist()):
        hashes = dict.fromkeys(hash_shingle(shingle) for shingle in shingles_of(text, settings))
        expected = [each & 0xFFFFFFFF for each in hashes]
        assert values[ends[row] : ends[row + 1]].tolist() == expected
        assert packed[row].is_valid == bool(expected)


@given(array=arrays(WORDY), settings=SIZES)
def test_signatures_are_those_of_their_twin(array: pa.Array, settings: DedupSettings) -> None:
    count = settings.bands * settings.rows
    a, b = (part.tolist() for part in MinHash(count, seed=1, scheme="affine32").permutations)
    expected = []
    for text in array.to_pylist():
        shingles = shingles_of(text, settings)
        expected.append(twins.signature(shingles, a, b) if shingles else None)
    assert signatures(array, settings).to_pylist() == expected


@given(array=arrays(WORDY), settings=SIZES)
def test_signatures_are_datasketchs_bit_for_bit(array: pa.Array, settings: DedupSettings) -> None:
    count = settings.bands * settings.rows
    for text, minima in zip(
        array.to_pylist(), signatures(array, settings).to_pylist(), strict=True
    ):
        shingles = shingles_of(text, settings)
        theirs = MinHash(count, seed=1, scheme="affine32", hashfunc=hash32)
        for shingle in shingles:
            theirs.update(shingle)
        assert minima == (theirs.hashvalues.tolist() if shingles else None)
        assert sketch(shingles, count).hashvalues.tolist() == theirs.hashvalues.tolist()


@given(st.lists(st.lists(st.binary(max_size=9), max_size=9), max_size=5), st.integers(0, 2), SIZES)
def test_shingles_made_elsewhere_are_signed_as_datasketch_does(
    sets: list[list[bytes]], start: int, settings: DedupSettings
) -> None:
    count = settings.bands * settings.rows
    array = pa.array(sets, pa.list_(pa.binary()))[start:]
    found = signatures_of_shingles(array, settings).to_pylist()
    assert found == [
        sketch(shingles, count).hashvalues.tolist() if shingles else None
        for shingles in sets[start:]
    ]


def test_of_very_long_texts_the_folded_length_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = pa.array(["the ﷺ tide " * 40, "", "ab", "rope " * 30])
    expected = signatures(texts, DedupSettings())
    monkeypatch.setattr(shingling_kernel, "_ROOMY", 0)
    assert signatures(texts, DedupSettings()) == expected


def test_a_short_text_between_others_can_be_written(tmp_path: Path) -> None:
    texts = pa.array(["the tide came in " * 9, "ab", "the rope was wet " * 9])
    table = pa.table({"signature": signatures(texts, DedupSettings())})
    pq.write_table(table, tmp_path / "a.parquet")
    assert pq.read_table(tmp_path / "a.parquet").to_pydict() == table.to_pydict()
    assert table["signature"].null_count == 1
    assert len(table["signature"].combine_chunks().values) == 2 * 112, "nothing under a null"


def test_a_datasketch_user_can_extend_the_index() -> None:
    text = "The tide tables hang beside the door of the harbour office since the winter of 1911."
    words = twins.folded(text, alike).split(" ")
    theirs = sketch((b" ".join(w.encode() for w in words[n : n + 5]) for n in range(12)), 112)
    ours = signatures(pa.array([text]), DedupSettings())
    assert ours[0].as_py() == theirs.hashvalues.tolist()


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_hashes_tell_shingles_apart(one: bytes, other: bytes) -> None:
    assert (hash_shingle(one) == hash_shingle(other)) == (one == other)
    assert 0 <= hash_shingle(one) < 2**64


def test_the_table_of_unspaced_scripts_holds_them_only() -> None:
    table = unspaced()
    named = {n for n in range(0x40000) if table.cells[int(table.pages[n >> 8]) << 8 | (n & 255)]}
    assert {chr(n) for n in named} == unspaced_characters()
    assert min(named) >= 0x800, "kernels look at characters of three and four bytes only"


@given(st.integers(1, 3000), st.integers(0, 2**32 - 1))
def test_long_words_have_the_hash_that_the_definition_gives(length: int, seed: int) -> None:
    letters = np.random.default_rng(seed).integers(97, 123, length, dtype=np.uint8)
    word = letters.tobytes().decode()
    settings = DedupSettings(shingle_words=1, shingle_chars=length)
    texts = texts_of(pa.array([f"{word} {word}"]))
    found = shingle_hashes(texts, alike_folding(), shingling(settings))
    assert found[0].tolist() == [hash_shingle(word.encode())] * 2
