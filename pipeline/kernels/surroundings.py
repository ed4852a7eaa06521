"""What stands around a line: in its page, and in the lines before and after it, as numbers.

What belongs here: sums over windows of lines. What does not: the lines themselves (linesignals).

Nothing here takes a logarithm or an exponential, which machines round differently: a tree asks only
which of two numbers is larger.
"""

import numpy as np
from numpy.typing import NDArray

from pipeline.kernels.compiled import compiled
from pipeline.kernels.linesignals import SIGNALS
from pipeline.kernels.texts import Offsets

_CHARS, _ENDS, _STOPS, _CAPITAL = (
    SIGNALS.index(name) for name in ("chars", "ends_sentence", "stops", "capital_share")
)
_STOP_SHARE, _DIGITS, _CURRENCY, _LEXIS = (
    SIGNALS.index(name) for name in ("stop_share", "digit_share", "currency", "lexis")
)
_STARTS_MARK = SIGNALS.index("starts_mark")
_LONG, _SHORT, _FULL = 80.0, 30.0, 200.0
# Lines before and after that are taken together.
REACHES = (2, 5, 12, 30)
_DENSITY_REACHES = (5, 20, 60)
_NEIGHBOURS = (-2, -1, 1, 2)
_FAR = 200.0
# How fast a paragraph's weight fades from line to line.
_FADE = 0.8825
_PAGE = (
    "lines",
    "page_chars",
    "prose_share",
    "paragraphs",
    "mean_chars",
    "longest",
    "paragraph_share",
    "short_share",
    "digit_mean",
    "currency_share",
    "stop_mean",
    "capital_mean",
    "mark_share",
    "twice_share",
    "lexis_page",
    "lexis_for",
)
_LINE = (
    "known",
    "twice",
    "place",
    "place_in_chars",
    "place_in_prose",
    "prose_before",
    "prose_after",
    "prose_nearest",
    "near_prose",
    "near_prose_share",
)
_WINDOWED = (
    "full",
    "prose",
    "ends",
    "stops",
    "known",
    "twice",
    "capital",
    "lexis",
)
FEATURES = (
    *SIGNALS,
    *_LINE,
    *_PAGE,
    *(f"{name}_{side}{reach}" for name in _WINDOWED for reach in REACHES for side in ("-", "+")),
    *(f"prose_chars_{reach}" for reach in _DENSITY_REACHES),
    *(f"{name}_at{at:+d}" for at in _NEIGHBOURS for name in ("chars", "ends", "stops", "lexis")),
)


def features(
    signals: NDArray[np.float32],
    offsets: Offsets,
    known: NDArray[np.float32],
    twice: NDArray[np.float32],
) -> NDArray[np.float32]:
    """A row a line, a column for each of `FEATURES`.

    signals: of `line_signals`. offsets: where the lines of each page begin. known: 1 where rules
    cut the line, 0.5 where they know it. twice: how often the same line stands in the page.
    """
    out = np.zeros((len(signals), len(FEATURES)), np.float32)
    for page in range(len(offsets) - 1):
        lines = slice(offsets[page], offsets[page + 1])
        _page(signals[lines], known[lines], twice[lines], out[lines])
    return out


@compiled
def _page(
    signals: NDArray[np.float32],
    known: NDArray[np.float32],
    twice: NDArray[np.float32],
    out: NDArray[np.float32],
) -> None:
    count = len(signals)
    own = signals.shape[1]
    out[:, :own] = signals
    windowed = np.zeros((8, count), np.float64)
    prose = np.zeros(count, np.float64)  # characters of paragraphs
    for n in range(count):
        chars = signals[n, _CHARS]
        paragraph = chars >= _LONG and signals[n, _ENDS] > 0
        prose[n] = chars if paragraph else 0.0
        windowed[0, n] = min(chars, _FULL) / _FULL
        windowed[1, n] = 1.0 if paragraph else 0.0
        windowed[2, n] = signals[n, _ENDS]
        windowed[3, n] = signals[n, _STOPS]
        windowed[4, n] = known[n]
        windowed[5, n] = 1.0 if twice[n] > 1 else 0.0
        windowed[6, n] = signals[n, _CAPITAL]
        windowed[7, n] = signals[n, _LEXIS]
    column = own
    column = _places(signals, known, twice, prose, out, column)
    column = _of_page(signals, windowed, prose, out, column)
    column = _windows(windowed, out, column)
    column = _densities(prose, out, column)
    _neighbours(signals, out, column)


@compiled
def _places(
    signals: NDArray[np.float32],
    known: NDArray[np.float32],
    twice: NDArray[np.float32],
    prose: NDArray[np.float64],
    out: NDArray[np.float32],
    column: int,
) -> int:
    count = len(signals)
    all_chars = max(1.0, float(signals[:, _CHARS].sum()))
    all_prose = max(1.0, float(prose.sum()))
    chars = written = 0.0
    since = _FAR
    fading = 0.0
    near = np.zeros(count, np.float64)
    for n in range(count):
        out[n, column], out[n, column + 1] = known[n], twice[n]
        out[n, column + 2] = n / count
        out[n, column + 3], out[n, column + 4] = chars / all_chars, written / all_prose
        out[n, column + 5] = since
        since = 1.0 if prose[n] > 0 else min(_FAR, since + 1)
        chars += signals[n, _CHARS]
        written += prose[n]
        near[n] = fading
        fading = (fading + prose[n]) * _FADE
    since = _FAR
    fading = 0.0
    for n in range(count - 1, -1, -1):
        out[n, column + 6] = since
        out[n, column + 7] = min(since, out[n, column + 5])
        since = 1.0 if prose[n] > 0 else min(_FAR, since + 1)
        near[n] += fading + prose[n]
        fading = (fading + prose[n]) * _FADE
    most = max(1.0, float(near.max()))
    for n in range(count):
        out[n, column + 8], out[n, column + 9] = near[n], near[n] / most
    return column + 10


@compiled
def _of_page(
    signals: NDArray[np.float32],
    windowed: NDArray[np.float64],
    prose: NDArray[np.float64],
    out: NDArray[np.float32],
    column: int,
) -> int:
    count = len(signals)
    chars = float(signals[:, _CHARS].sum())
    short = marks = wanted = 0
    for n in range(count):
        short += signals[n, _CHARS] < _SHORT
        marks += signals[n, _STARTS_MARK] > 0
        wanted += signals[n, _LEXIS] > 1
    found = np.array(
        (
            float(count),
            chars,
            float(prose.sum() / max(1.0, chars)),
            float(windowed[1].sum()),
            chars / count,
            float(signals[:, _CHARS].max()),
            float(windowed[1].sum() / count),
            float(short / count),
            float(signals[:, _DIGITS].sum() / count),
            float(signals[:, _CURRENCY].sum() / count),
            float(signals[:, _STOP_SHARE].sum() / count),
            float(windowed[6].sum() / count),
            float(marks / count),
            float(windowed[5].sum() / count),
            float(windowed[7].sum() / count),
            float(wanted / count),
        )
    )
    for at in range(len(found)):
        out[:, column + at] = found[at]
    return column + len(found)


@compiled
def _windows(windowed: NDArray[np.float64], out: NDArray[np.float32], column: int) -> int:
    """Means over the lines before, and over those after."""
    count = windowed.shape[1]
    sums = np.zeros(count + 1, np.float64)
    for which in range(len(windowed)):
        for n in range(count):
            sums[n + 1] = sums[n] + windowed[which, n]
        for reach in REACHES:
            for n in range(count):
                out[n, column] = (sums[n] - sums[max(0, n - reach)]) / reach
                out[n, column + 1] = (sums[min(count, n + reach + 1)] - sums[n + 1]) / reach
            column += 2
    return column


@compiled
def _densities(prose: NDArray[np.float64], out: NDArray[np.float32], column: int) -> int:
    """Characters of paragraphs a line, around and in each line."""
    count = len(prose)
    sums = np.zeros(count + 1, np.float64)
    for n in range(count):
        sums[n + 1] = sums[n] + prose[n]
    for reach in _DENSITY_REACHES:
        for n in range(count):
            first, last = max(0, n - reach), min(count, n + reach + 1)
            out[n, column] = (sums[last] - sums[first]) / (last - first)
        column += 1
    return column


@compiled
def _neighbours(signals: NDArray[np.float32], out: NDArray[np.float32], column: int) -> None:
    count = len(signals)
    for at in _NEIGHBOURS:
        for n in range(count):
            there = 0 <= n + at < count
            out[n, column] = signals[n + at, _CHARS] if there else -1.0
            out[n, column + 1] = signals[n + at, _ENDS] if there else -1.0
            out[n, column + 2] = signals[n + at, _STOPS] if there else -1.0
            out[n, column + 3] = signals[n + at, _LEXIS] if there else 0.0
        column += 4
