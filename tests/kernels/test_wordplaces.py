"""The sums of weights around a line are those of plain lists of words."""

from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.kernels.linesignals import MOST_WORDS, SIGNALS, lexis, line_signals, lines_of
from pipeline.kernels.texts import texts_of
from pipeline.kernels.wordplaces import PLACES, headings, sums, weights_of, words_of

WORDS = {
    word: [(n + 1) * 10.0**-place for place in range(len(PLACES))]
    for n, word in enumerate(["cart", "über", "слово", "said"])
}
SPANS = {"before": (-1, -1), "after": (1, 1), "far_before": (-5, -2), "far_after": (2, 5)}
LINES = st.lists(
    st.lists(
        st.sampled_from(["Cart", "über", "Слово", "said.", "nobody", "漢said", "5cart", "—"]),
        max_size=4,
    ).map(" ".join)
    | st.just("said " * (MOST_WORDS + 1)),
    min_size=1,
    max_size=12,
)
KNOWN = {"Cart": "cart", "über": "über", "Слово": "слово", "said.": "said", "漢said": "said"}


def known(line: str) -> list[str]:
    words = line.split()
    return [KNOWN[word] for word in words if word in KNOWN] if len(words) <= MOST_WORDS else []


def looks_like_a_heading(line: str, following: str) -> bool:
    count = sum(word != "—" for word in line.split()) + line.count("漢")
    longer = len(following.strip()) > 1.3 * len(line.strip())
    return 1 <= count <= 8 and not line.strip().endswith(".") and longer


def plain(page: list[str]) -> list[list[float]]:
    found = []
    heading = -1
    for n, line in enumerate(page):
        mine = known(line)
        at = {"own": mine, "first": mine[:1], "last": mine[-1:]}
        for place, (first, last) in SPANS.items():
            beside = page[max(0, n + first) : max(0, n + last + 1)]
            at[place] = [word for other in beside for word in known(other)]
        at["heading"] = known(page[heading]) if heading >= 0 else []
        found.append([sum(WORDS[word][k] for word in at[place]) for k, place in enumerate(PLACES)])
        if n + 1 < len(page) and looks_like_a_heading(line, page[n + 1]):
            heading = n
    return found


def found(pages: list[list[str]]) -> list[np.ndarray]:
    texts = texts_of(pa.array(["\n".join(page) for page in pages], pa.string()))
    lines = lines_of(texts)
    signals = line_signals(texts.data, lines, lexis({}, frozenset()))
    weights = weights_of(WORDS)
    words = words_of(texts.data, lines, signals, weights.keys)
    rows = sums(words, headings(signals, lines.offsets), lines.offsets, weights.weights)
    return [rows[first:last] for first, last in pairwise(lines.offsets)]


@given(st.lists(LINES, min_size=1, max_size=3))
def test_sums_by_place(pages: list[list[str]]) -> None:
    for page, rows in zip(pages, found(pages), strict=True):
        assert rows.tolist() == [pytest.approx(row, abs=1e-12) for row in plain(page)]


@given(LINES, LINES)
def test_a_page_is_summed_by_itself(one: list[str], other: list[str]) -> None:
    assert found([one, other])[1].tolist() == found([other])[0].tolist()


def test_headings() -> None:
    signals = np.zeros((5, len(SIGNALS)), np.float32)
    signals[:, [SIGNALS.index("chars"), SIGNALS.index("words")]] = [
        (10, 2),
        (90, 15),
        (60, 9),
        (5, 1),
        (40, 6),
    ]
    assert headings(signals, np.array([0, 3, 5])).tolist() == [-1, 0, 0, -1, 3]
