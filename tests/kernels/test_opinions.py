"""What words say around a line is what plain sums over plain lists say."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.kernels.opinions import OPINIONS, opinions
from pipeline.kernels.wordplaces import PLACES

LINES = st.lists(
    st.tuples(st.integers(-40, 40).map(lambda n: n / 8), st.integers(0, 90)),
    min_size=1,
    max_size=50,
)
Line = tuple[float, int]


def seen(pages: list[list[Line]]) -> list[list[dict[str, float]]]:
    said = np.zeros((sum(map(len, pages)), len(PLACES)))
    said[:, 0] = [2 * line[0] for page in pages for line in page]
    said[:, -1] = [-line[0] for page in pages for line in page]
    words = np.array([line[1] for page in pages for line in page], np.float32)
    offsets = np.cumsum([0, *map(len, pages)])
    rows = opinions(said, words, offsets)
    named = [dict(zip(OPINIONS, row.tolist(), strict=True)) for row in rows]
    return [named[first:last] for first, last in pairwise(offsets)]


def share(lines: list[Line]) -> float:
    sizes = [min(60, words) for _, words in lines]
    likely = [min(1, max(0, said / 4 + 0.5)) for said, _ in lines]
    return sum(a * b for a, b in zip(sizes, likely, strict=True)) / max(1, sum(sizes))


@given(st.lists(LINES, min_size=1, max_size=3))
def test_columns(pages: list[list[Line]]) -> None:
    for page, rows in zip(pages, seen(pages), strict=True):
        said = [line[0] for line in page]
        for n, row in enumerate(rows):
            assert (row["said_own"], row["said_heading"]) == (2 * said[n], -said[n])
            assert row["said"] == said[n]
            assert row["said_at-3"] == (said[n - 3] if n >= 3 else -7)
            assert row["said_at+1"] == (said[n + 1] if n + 1 < len(page) else -7)
            for reach in (2, 5, 12, 30):
                before, after = said[max(0, n - reach) : n], said[n + 1 : n + 1 + reach]
                assert row[f"said_-{reach}"] == pytest.approx(sum(before) / reach, abs=1e-5)
                assert row[f"said_+{reach}"] == pytest.approx(sum(after) / reach, abs=1e-5)
            for reach in (5, 15, 40):
                around = page[max(0, n - reach) : n + reach + 1]
                assert row[f"said_share_{reach}"] == pytest.approx(share(around), abs=1e-5)
            assert row["said_page"] == pytest.approx(sum(said) / len(said), abs=1e-5)
            assert row["said_share_page"] == pytest.approx(share(page), abs=1e-5)


def test_opinions_have_an_end() -> None:
    said = np.zeros((2, len(PLACES)))
    said[:, 1] = 50, -50
    rows = opinions(said, np.ones(2, np.float32), np.array([0, 2]))
    assert rows[:, OPINIONS.index("said")].tolist() == [6, -6]
