"""Shingles and signatures are those of plain Python, and of datasketch."""

from functools import cache
from itertools import pairwise
from pathlib import Path
from random import Random

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
    packed,
    signatures,
    signatures_of_shingles,
    signed,
    sketch,
    spread,
    unpacked,
)
from pipeline.kernels import shingling as shingling_kernel
from pipeline.kernels.folding import folding_of
from pipeline.kernels.minhash import (
    Permutations,
    equal_minima,
    lower_half,
    shingle_sets,
    signatures_of_sets,
)
from pipeline.kernels.shingling import Shingling, hash_shingle, shingle_hashes
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
    """Of a text without a shingle there is an empty set, never a null."""
    minima, sets = signed(array, settings)
    values, ends = unpacked(sets)
    assert sets.null_count == 0
    for row, text in enumerate(array.to_pylist()):
        expected = [*dict.fromkeys(map(hash32, shingles_of(text, settings)))]
        assert values[ends[row] : ends[row + 1]].tolist() == expected
        assert minima[row].is_valid == bool(expected)


# Words by the lower half of their hashes.
ZERO = ["eubfjygj", "ccymgcsv"]
ONE = ["wdslwrfl", "sxbyfgdb"]


def test_shingles_are_told_apart_by_the_lower_halves_of_their_hashes() -> None:
    """0 says that there is none, in tables of shingles; so a hash of 0 counts as 1."""
    assert [hash_shingle(word.encode()) & 0xFFFFFFFF for word in ZERO + ONE] == [0, 0, 1, 1]
    assert len({hash_shingle(word.encode()) for word in ZERO + ONE}) == 4
    texts = pa.array([" ".join(ZERO + ONE), "tide " + " ".join(ZERO), " ".join([*ONE, "tide"])])
    settings = DedupSettings(shingle_words=1)
    values, ends = unpacked(signed(texts, settings)[1])
    assert values.tolist() == [1, hash32(b"tide"), 1, 1, hash32(b"tide")]
    assert ends.tolist() == [0, 1, 3, 5]
    found = signatures(texts, settings).to_pylist()
    theirs = [
        sketch([word.encode() for word in text.split()], 112).hashvalues.tolist()
        for text in texts.to_pylist()
    ]
    assert found == theirs


@pytest.mark.parametrize("value", [0, 1, 2, 2**31, 2**32 - 1])
@pytest.mark.parametrize("upper", [0, 1, 2**32 - 1])
def test_the_lower_half_of_a_hash_is_never_0(value: int, upper: int) -> None:
    assert lower_half(np.uint64(upper << 32 | value)) == max(1, value)


def test_sets_of_more_shingles_than_room_was_made_for() -> None:
    """Room is made for a shingle in four bytes; words of one letter have one in two."""
    texts = ["a b c", " ".join(str(n) for n in range(3000)), "d e " * 900, "x y"]
    folded = folding_of(str)
    cut = Shingling(1, 1, 0, unspaced())
    values, ends = shingle_sets(texts_of(pa.array(texts)), folded, cut)
    assert [values[a:b].tolist() for a, b in pairwise(ends.tolist())] == [
        [*dict.fromkeys(hash32(word.encode()) for word in text.split())] for text in texts
    ]


SHINGLES = st.lists(st.integers(1, 2**32 - 1) | st.integers(1, 3), max_size=12)


@given(st.lists(SHINGLES, max_size=5), st.integers(1, 13), st.randoms(use_true_random=False))
def test_sets_are_signed_wherever_they_lie_by_any_number_of_permutations(
    sets: list[list[int]], count: int, random: Random
) -> None:
    """Of four permutations at a time, and of those that are left."""
    a, b = MinHash(count, seed=1, scheme="affine32").permutations
    order = random.sample(range(len(sets)), len(sets))
    shingles: list[int] = []
    starts = np.zeros(len(sets), np.int64)
    for number in order:
        starts[number] = len(shingles) + 1
        shingles += [9, *sets[number]]  # of none
    out = np.full((len(sets), count), 7, np.uint32)
    ends = starts + np.array([len(each) for each in sets], np.int64)
    permutations = Permutations(np.ascontiguousarray(a), np.ascontiguousarray(b))
    signatures_of_sets(np.array(shingles, np.uint32), starts, ends, permutations, out)
    assert out.tolist() == [twins.minima(each, a.tolist(), b.tolist()) for each in sets]


@given(st.integers(0, 9), st.data())
def test_equal_minima_are_counted_pair_by_pair(count: int, data: st.DataObject) -> None:
    row = st.lists(st.sampled_from([0, 1, 2**32 - 1]), min_size=count, max_size=count)
    rows = data.draw(st.lists(row, min_size=1, max_size=5))
    place = st.integers(0, len(rows) - 1)
    pairs = data.draw(st.lists(st.tuples(place, place), max_size=9))
    found = equal_minima(
        np.array(rows, np.uint32).reshape(len(rows), count),
        np.array([one for one, _ in pairs], np.int64),
        np.array([other for _, other in pairs], np.int64),
    )
    assert found.tolist() == [
        sum(a == b for a, b in zip(rows[one], rows[other], strict=True)) for one, other in pairs
    ]


NUMBERS = st.lists(st.integers(0, 2**32 - 1), max_size=4)


def packed_sets(sets: list[list[int] | None], nullable: bool) -> pa.LargeBinaryArray:
    ends = np.append(0, np.cumsum([len(each or []) for each in sets])).astype(np.int64)
    values = np.array([n for each in sets for n in each or []], np.uint32)
    return packed(values, ends, np.array([e is not None for e in sets]) if nullable else None)


@given(st.lists(NUMBERS | st.none(), max_size=6), st.data())
def test_sets_are_packed_as_bytes_and_unpacked(
    sets: list[list[int] | None], data: st.DataObject
) -> None:
    array = packed_sets(sets, nullable=True)
    array.validate(full=True)
    assert array.to_pylist() == [
        None if each is None else np.array(each, "<u4").tobytes() for each in sets
    ]
    start = data.draw(st.integers(0, len(sets)))
    values, ends = unpacked(array[start:])
    assert [values[a:b].tolist() for a, b in pairwise(ends.tolist())] == [
        each or [] for each in sets[start:]
    ]


@given(st.lists(st.tuples(NUMBERS | st.none(), st.booleans()), max_size=6), st.booleans())
def test_sets_are_spread_over_the_rows_that_they_are_of(
    rows: list[tuple[list[int] | None, bool]], nullable: bool
) -> None:
    """The other rows have what says that there is none: null where sets may be null, else an empty
    set.
    """
    if not nullable:
        rows = [(each or [], here) for each, here in rows]
    spread_out = spread(
        packed_sets([each for each, here in rows if here], nullable),
        np.array([here for _, here in rows], np.bool_),
    )
    spread_out.validate(full=True)
    none = None if nullable else []
    expected = [each if here else none for each, here in rows]
    assert spread_out.to_pylist() == packed_sets(expected, nullable).to_pylist()


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


def test_the_table_of_unspaced_scripts_holds_them_only() -> None:
    table = unspaced()
    named = {n for n in range(0x40000) if table.cells[int(table.pages[n >> 8]) << 8 | (n & 255)]}
    assert {chr(n) for n in named} == unspaced_characters()
    assert min(named) >= 0x800, "kernels look at characters of three and four bytes only"
