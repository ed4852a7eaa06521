"""What makes two texts one for the counting of lines, and how many there are."""

import random
from itertools import pairwise

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from pipeline.kernels.bodies import MOST, PROSE, bodies_of, merged, sizes_of
from pipeline.kernels.lines import Lines, lines_of
from pipeline.kernels.texts import texts_of
from tests.kernels import twins

hashed = st.integers(0, 2**64 - 1) | st.integers(0, 3)
some_lines = st.lists(st.tuples(hashed, st.integers(1, 3 * PROSE)), max_size=12)
parts = st.integers(1, 6)
bodies = st.sets(parts, max_size=4).map(
    lambda own: sum(part << 16 * at for at, part in enumerate(sorted(own, reverse=True)))
)


@given(st.lists(some_lines, max_size=4))
def test_a_fingerprint_is_what_its_twin_says(texts: list[list[tuple[int, int]]]) -> None:
    sizes: dict[int, int] = {}  # equal lines have one size
    texts = [[(h, sizes.setdefault(h, size)) for h, size in lines] for lines in texts]
    every = [line for lines in texts for line in lines]
    lines = Lines(
        np.array([h for h, _ in every], np.uint64),
        np.array([size for _, size in every], np.int64),
        np.cumsum([0, *map(len, texts)]),
    )
    assert bodies_of(lines).tolist() == [twins.body(own, PROSE) for own in texts]


@given(st.lists(st.lists(hashed, max_size=5), min_size=1, max_size=6), st.data())
def test_sketches_are_merged_as_sets_are(rows: list[list[int]], data: st.DataObject) -> None:
    order = np.array(data.draw(st.permutations(range(len(rows)))))
    edge = data.draw(st.integers(0, len(rows)))
    offsets = np.cumsum([0, *map(len, rows)])
    flat = np.array([value for row in rows for value in row], np.uint64)
    places, found = merged(order, np.array([0, edge, len(rows)]), offsets, flat)
    unions = [order[:edge], order[edge:]]
    wanted = [twins.sketch([v for n in union for v in rows[n]], MOST) for union in unions]
    assert [found[a:b].tolist() for a, b in pairwise(places)] == wanted


def test_a_sketch_of_sketches_is_that_of_the_whole() -> None:
    values = np.random.default_rng(1).integers(0, 2**64, 1000, np.uint64)
    one = np.array([0, 1])
    _, whole = merged(np.array([0]), one, np.array([0, 1000]), values)
    _, halves = merged(np.arange(1000), np.array([0, 300, 1000]), np.arange(1001), values)
    places = np.array([0, MOST, 2 * MOST])
    _, again = merged(np.array([1, 0]), np.array([0, 2]), places, halves)
    assert again.tolist() == whole.tolist() == twins.sketch(values.tolist(), MOST)


@given(st.lists(bodies, max_size=8, unique=True), st.integers(0, 6))
def test_unlike_bodies_are_counted_as_its_twin_counts_them(found: list[int], spared: int) -> None:
    line = np.array([spared], np.uint64)
    size = sizes_of(np.array([0, len(found)]), np.array(found, np.uint64), line)
    assert size.tolist() == [twins.unlike(found, spared)]


def test_many_bodies_are_estimated() -> None:
    for count in (MOST + 10, 1000, 100_000):
        values = np.random.default_rng(count).integers(0, 2**64, count, np.uint64)
        places, found = merged(np.array([0]), np.array([0, 1]), np.array([0, count]), values)
        (size,) = sizes_of(places, found, np.zeros(1, np.uint64))
        assert abs(size - count) < 3 * count / np.sqrt(MOST - 2)


WORDS = [f"{a}{b}" for a in ("bal", "kor", "min", "tes", "vul") for b in ("a", "e", "i", "o", "u")]


def paragraphs(seed: int, count: int = 8) -> list[str]:
    made = random.Random(seed)
    return [" ".join(made.choice(WORDS) for _ in range(made.randint(20, 40))) for _ in range(count)]


def unlike(texts: list[str], line: str = "") -> float:
    """In how many unlike texts a line stands."""
    found = bodies_of(lines_of(texts_of(pa.array(texts))))
    places, sketch = merged(
        np.arange(len(texts)), np.array([0, len(texts)]), np.arange(len(texts) + 1), found
    )
    spared = lines_of(texts_of(pa.array([line]))).hashes
    return float(sizes_of(places, sketch, spared)[0])


def test_versions_of_a_text_are_one_body() -> None:
    text = paragraphs(1)
    versions = []
    for number in range(20):
        changed = list(text)
        changed[number % 8] += f" edited {WORDS[number]}"
        versions.append("\n\n".join(["Home", f"Version {number}", *changed, "Contact"]))
    assert unlike([*versions, "\n".join(text)]) == 1
    assert unlike(versions) < 8


def test_a_text_that_grows_is_one_body() -> None:
    text = paragraphs(2, 30)
    assert unlike(["\n".join(text[30 - n :]) for n in range(6, 31)]) == 1


def test_texts_under_one_long_notice_are_as_many_as_they_are() -> None:
    notice = " ".join(f"{word} of no liability" for word in WORDS)
    texts = ["\n\n".join([*paragraphs(n, 3), notice]) for n in range(40)]
    assert unlike(texts, notice) == 40
    assert unlike(texts, "Home") >= 36
