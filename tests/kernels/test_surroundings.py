"""What stands around a line is what plain sums over plain lists say."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.kernels.linesignals import SIGNALS
from pipeline.kernels.surroundings import FEATURES, REACHES, features

CHARS, ENDS, STOPS, LEXIS = (
    SIGNALS.index(name) for name in ("chars", "ends_sentence", "stops", "lexis")
)
LINES = st.lists(
    st.tuples(
        st.integers(0, 300), st.booleans(), st.integers(0, 9), st.sampled_from([0.0, 0.5, 1.0])
    ),
    min_size=1,
    max_size=40,
)
Line = tuple[int, bool, int, float]


def rows_of(page: list[Line]) -> np.ndarray:
    signals = np.zeros((len(page), len(SIGNALS)), np.float32)
    for at, (chars, ends, stops, _) in enumerate(page):
        signals[at, [CHARS, ENDS, STOPS]] = chars, ends, stops
    return signals


def seen(pages: list[list[Line]]) -> list[list[dict[str, float]]]:
    signals = np.concatenate([rows_of(page) for page in pages])
    offsets = np.cumsum([0, *map(len, pages)])
    known = np.array([line[3] for page in pages for line in page], np.float32)
    rows = features(signals, offsets, known, np.ones(len(signals), np.float32))
    named = [dict(zip(FEATURES, row.tolist(), strict=True)) for row in rows]
    return [named[first:last] for first, last in pairwise(offsets)]


@given(st.lists(LINES, min_size=1, max_size=3))
def test_windows_and_distances(pages: list[list[Line]]) -> None:
    for page, found in zip(pages, seen(pages), strict=True):
        prose = [chars if chars >= 80 and ends else 0 for chars, ends, _, _ in page]
        paragraphs = [at for at, chars in enumerate(prose) if chars]
        for at, row in enumerate(found):
            assert row["lines"] == len(page)
            assert row["paragraphs"] == len(paragraphs)
            assert row["known"] == page[at][3]
            before = [at - n for n in paragraphs if n < at]
            after = [n - at for n in paragraphs if n > at]
            assert row["prose_before"] == min([200, *before])
            assert row["prose_after"] == min([200, *after])
            assert row["place_in_prose"] == pytest.approx(sum(prose[:at]) / max(1, sum(prose)))
            for reach in REACHES:
                stops = [line[2] for line in page]
                left, right = stops[max(0, at - reach) : at], stops[at + 1 : at + 1 + reach]
                assert row[f"stops_-{reach}"] == pytest.approx(sum(left) / reach, rel=1e-5)
                assert row[f"stops_+{reach}"] == pytest.approx(sum(right) / reach, rel=1e-5)
            near = sum(chars * 0.8825 ** abs(at - n) for n, chars in enumerate(prose))
            assert row["near_prose"] == pytest.approx(near, rel=1e-4, abs=1e-3)
            there = at + 1 < len(page)
            assert row["chars_at+1"] == (page[at + 1][0] if there else -1)


@given(LINES, LINES)
def test_a_page_is_seen_by_itself(one: list[Line], other: list[Line]) -> None:
    assert seen([one, other])[0] == seen([one])[0]
