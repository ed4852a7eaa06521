"""How much each word weighs in each place around a line: logistic regression over words.

What belongs here: learning the weights of `wordplaces`. What does not: the sums of them, and trees
(train).

The regression also knows the length of a line, its end, its place and how far prose is, so that no
word has to stand for them; only the weights of words are handed out. It is FTRL-Proximal (McMahan
et al. 2013, "Ad Click Prediction"), which leaves most weights at 0.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.kernels.compiled import compiled
from pipeline.kernels.linesignals import SIGNALS, lines_of
from pipeline.kernels.surroundings import FEATURES
from pipeline.kernels.texts import texts_of
from pipeline.kernels.wordplaces import PLACES, SPANS, headings, weights_of, words_of

# A word of so many pages may weigh.
_LEAST_PAGES = 12
# What the regression knows of a line besides words, and where it cuts these numbers into steps.
_SHAPE: dict[str, Sequence[float]] = {
    "chars": (1, 4, 8, 12, 16, 24, 32, 48, 64, 80, 120, 200, 400),
    "words": (1, 2, 3, 4, 6, 9, 14, 20),
    "ends_sentence": (0.5,),
    "stop_share": (0.01, 0.2, 0.35, 0.5),
    "place": tuple(step / 20 for step in range(1, 20)),
    "prose_nearest": (1.5, 2.5, 3.5, 5.5, 10.5, 20.5, 60),
    "prose_before": (1.5, 2.5, 5.5, 10.5, 40),
    "prose_after": (1.5, 2.5, 5.5, 10.5, 40),
    "near_prose_share": (0.01, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8),
    "prose_share": (0.05, 0.2, 0.4, 0.6, 0.8),
}
_ROUNDS, _ALPHA, _L1, _L2 = 3, 0.02, 10.0, 5.0
_SEED = 0
_DIGITS = 3


class Placing:
    """Lines with the words that may weigh, ready to be learned from again and again."""

    def __init__(
        self, texts: pa.Array, features: NDArray[np.float32], words: Iterable[str]
    ) -> None:
        """features: a row a line, of which the first columns are `FEATURES`."""
        self._words = sorted(words)
        # Looked up, a word gives its own number.
        numbers = weights_of({word: [n] * len(PLACES) for n, word in enumerate(self._words)})
        given = texts_of(texts)
        lines = lines_of(given)
        signals = features[:, : len(SIGNALS)]
        found = words_of(given.data, lines, signals, numbers.keys)
        self._tokens = _tokens(
            numbers.weights[found.slots, 0].astype(np.int64),
            found.offsets,
            headings(signals, lines.offsets),
            lines.offsets,
            SPANS,
            len(self._words),
            _shapes(features) + len(PLACES) * len(self._words),
        )

    def learn(
        self, keep: NDArray[np.bool_], weight: NDArray[np.float64], rows: NDArray[np.bool_]
    ) -> dict[str, list[float]]:
        """For each word that weighs its weight in each of `PLACES`, from the lines of `rows`.

        keep: whether each line is kept. weight: how much it counts.
        """
        offsets, tokens = self._tokens
        order = np.random.default_rng(_SEED).permutation(np.flatnonzero(rows))
        size = len(PLACES) * len(self._words)
        weights = np.zeros(size + sum(len(steps) + 1 for steps in _SHAPE.values()) + 1)
        _learn(tokens, offsets, keep, weight, order, weights)
        table = weights[:size].reshape(len(PLACES), -1).T
        short = [[float(f"{number:.{_DIGITS}g}") or 0 for number in row] for row in table.tolist()]
        return {word: row for word, row in zip(self._words, short, strict=True) if any(row)}


def common(bags: Sequence[frozenset[str]], of: NDArray[np.int64]) -> list[str]:
    """The words that short lines of enough pages have. bags: of each line. of: its page."""
    pages: dict[int, set[str]] = {}
    for bag, page in zip(bags, of.tolist(), strict=True):
        pages.setdefault(page, set()).update(bag)
    counted = Counter(word for words in pages.values() for word in words)
    return sorted(word for word, count in counted.items() if count >= _LEAST_PAGES)


def _shapes(features: NDArray[np.float32]) -> NDArray[np.int64]:
    """For each line the numbers of the steps that it stands on, and one that all lines have."""
    columns = [np.zeros(len(features), np.int64)]
    first = 1
    for name, steps in _SHAPE.items():
        columns.append(first + np.digitize(features[:, FEATURES.index(name)], steps))
        first += len(steps) + 1
    return np.stack(columns, axis=1)


@compiled
def _tokens(
    words: NDArray[np.int64],
    starts: NDArray[np.int64],
    above: NDArray[np.int64],
    offsets: NDArray[np.int64],
    spans: NDArray[np.int64],
    size: int,
    shapes: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """(where those of each line begin, the numbers of all that is known of it): for each word in
    each of `PLACES` one, then shapes. size: how many words there are.
    """
    count = len(above)
    ends = np.zeros(count + 1, np.int64)
    out = np.zeros(0, np.int32)
    for step in range(2):  # first how many, then which
        at = 0
        for page in range(len(offsets) - 1):
            first, last = offsets[page], offsets[page + 1]
            for n in range(first, last):
                for place in range(3 + len(spans) + 1):
                    low, high = starts[n], starts[n + 1]
                    if place == 1:
                        high = min(high, low + 1)
                    elif place == 2:
                        low = max(low, high - 1)
                    elif place == 3 + len(spans):
                        low = starts[above[n]] if above[n] >= 0 else 0
                        high = starts[above[n] + 1] if above[n] >= 0 else 0
                    elif place >= 3:
                        begin = min(last, max(first, n + spans[place - 3, 0]))
                        end = max(begin, min(last, n + spans[place - 3, 1] + 1))
                        low, high = starts[begin], starts[end]
                    for word in range(low, high):
                        if step:
                            out[at] = place * size + words[word]
                        at += 1
                for shape in range(shapes.shape[1]):
                    if step:
                        out[at] = shapes[n, shape]
                    at += 1
                ends[n + 1] = at
        if not step:
            out = np.zeros(at, np.int32)
    return ends, out


@compiled
def _learn(
    tokens: NDArray[np.int32],
    offsets: NDArray[np.int64],
    keep: NDArray[np.bool_],
    weight: NDArray[np.float64],
    order: NDArray[np.int64],
    weights: NDArray[np.float64],
) -> None:
    """FTRL-Proximal, line by line: `weights` is filled."""
    drift, squares = np.zeros(len(weights)), np.zeros(len(weights))
    for _ in range(_ROUNDS):
        for n in order:
            mine = tokens[offsets[n] : offsets[n + 1]]
            total = 0.0
            for j in mine:
                _settle(j, drift, squares, weights)
                total += weights[j]
            slope = weight[n] * (1 / (1 + np.exp(-total)) - keep[n])
            for j in mine:
                root = np.sqrt(squares[j])
                squares[j] += slope * slope
                drift[j] += slope - (np.sqrt(squares[j]) - root) / _ALPHA * weights[j]
    for j in range(len(weights)):
        _settle(j, drift, squares, weights)


@compiled
def _settle(
    j: int,
    drift: NDArray[np.float64],
    squares: NDArray[np.float64],
    weights: NDArray[np.float64],
) -> None:
    """What the weight is by now."""
    over = abs(drift[j]) - _L1
    weights[j] = (
        -np.sign(drift[j]) * over / ((1 + np.sqrt(squares[j])) / _ALPHA + _L2) if over > 0 else 0.0
    )
