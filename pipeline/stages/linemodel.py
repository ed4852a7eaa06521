"""Which lines of a page belong to its main text, by a model of lines.

What belongs here: reading the model, and choosing lines by what it says. What does not: growing it
(benchmarks/boilerplate/train.py), what becomes of the other lines (boilerplate).

The model is `rules/line-model.json`: words that speak for or against a line, and trees that ask for
the features of kernels/surroundings.py and opinions.py. docs/line-model.md says what it is made of.
"""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.kernels.linesignals import SIGNALS, Lexis, lexis, line_signals, lines_of
from pipeline.kernels.opinions import OPINIONS, opinions
from pipeline.kernels.surroundings import FEATURES, features
from pipeline.kernels.texts import texts_of
from pipeline.kernels.trees import Trees, scores
from pipeline.kernels.wordplaces import Weights, headings, sums, weights_of, words_of
from pipeline.kernels.words import exact_hashes

COLUMNS = (*FEATURES, *OPINIONS)
"""What a tree can ask for."""
_WORDS = SIGNALS.index("words")
# Chosen by cross-validation over pages (0 to 0.8, and 0.5 to 2): how much a line is drawn to the
# mean of itself and the lines beside it, and how many words of those that are expected in the main
# text count as missed.
_DRAWN = 0.4
_MISSED = 0.8
# Probabilities are rounded to this, so that machines whose exp() differs in the last bit agree.
_STEPS = 4096
_ODD = np.uint64(0x9E3779B97F4A7C15)  # keeps the lines of one page apart from another's
Known = Sequence[NDArray[np.float32]]
"""For each text, a number a line: 1 where rules cut it, 0.5 where they know it, else 0."""


class LineModel(NamedTuple):
    """words: those that weigh, and stop words. places: words that weigh by where they stand.
    trees: over `COLUMNS`.
    """

    words: Lexis
    places: Weights
    trees: Trees


class Seen(NamedTuple):
    """rows: a row a line, a column for each of `COLUMNS`. offsets: where each text's begin."""

    rows: NDArray[np.float32]
    offsets: NDArray[np.int64]


@cache
def line_model() -> LineModel:
    """The model that comes with the project."""
    file = files("pipeline") / "rules" / "line-model.json"
    return parse(json.loads(file.read_text("utf-8")))


def parse(model: Mapping[str, Any]) -> LineModel:
    """The model that its file spells out: a tree is a number, or [feature, threshold, tree where it
    is at most that, tree where it is more]. Raises `ValueError` for a feature that nobody knows.
    """
    nodes: list[tuple[int, float, int, int, float]] = []

    def grow(tree: Any) -> int:
        at = len(nodes)
        nodes.append((-1, 0.0, -1, -1, 0.0))
        if isinstance(tree, list):
            name, threshold, below, above = tree
            if name not in COLUMNS:
                raise ValueError(f"{name!r} is no feature of a line")
            nodes[at] = (COLUMNS.index(name), threshold, grow(below), grow(above), 0.0)
        else:
            nodes[at] = (-1, 0.0, -1, -1, tree)
        return at

    roots = [grow(tree) for tree in model["trees"]]
    feature, threshold, below, above, value = zip(*nodes, strict=True)
    trees = Trees(
        np.array(feature, np.int16),
        np.array(threshold, np.float32),
        np.array(below, np.int32),
        np.array(above, np.int32),
        np.array(value, np.float32),
        np.array(roots, np.int32),
        float(model["base"]),
    )
    words = lexis(model["words"], frozenset(model["stop_words"]))
    return LineModel(words, weights_of(model["places"]), trees)


def seen(texts: pa.Array, known: Known, words: Lexis, places: Weights) -> Seen:
    """All lines of the texts as the model sees them."""
    given = texts_of(texts)
    lines = lines_of(given)
    signals = line_signals(given.data, lines, words)
    pages = np.repeat(np.arange(len(texts), dtype=np.uint64), np.diff(lines.offsets))
    of_page = exact_hashes(given.data, lines.starts, lines.ends) ^ (pages * _ODD)
    _, of, counts = np.unique(of_page, return_inverse=True, return_counts=True)
    twice = counts[of].astype(np.float32)
    flags = np.concatenate([*known, np.zeros(0, np.float32)]).astype(np.float32)
    found = words_of(given.data, lines, signals, places.keys)
    said = sums(found, headings(signals, lines.offsets), lines.offsets, places.weights)
    rows = (
        features(signals, lines.offsets, flags, twice),
        opinions(said, signals[:, _WORDS], lines.offsets),
    )
    return Seen(np.concatenate(rows, axis=1), lines.offsets)


def kept(texts: pa.Array, known: Known, model: LineModel) -> list[NDArray[np.bool_]]:
    """For each text a boolean a line: whether it belongs to the main text."""
    rows, offsets = seen(texts, known, model.words, model.places)
    said = scores(rows, model.trees)
    return [
        chosen(probabilities(said[first:last]), rows[first:last, _WORDS])
        for first, last in pairwise(offsets)
    ]


def probabilities(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """How likely each line of one text belongs to its main text."""
    padded = np.concatenate([[0.0], logits, [0.0]])
    beside = np.full(len(logits), 3.0)
    beside[:1] -= 1
    beside[-1:] -= 1
    mean = (padded[:-2] + padded[1:-1] + padded[2:]) / np.maximum(1, beside)
    drawn = (1 - _DRAWN) * logits + _DRAWN * mean
    return np.asarray(np.round(_STEPS / (1 + np.exp(-drawn))) / _STEPS)


def chosen(likely: NDArray[np.float64], words: NDArray[np.float32]) -> NDArray[np.bool_]:
    """The lines whose words together have the best F1 that can be expected: a page on which the
    model is unsure keeps more than one on which it is sure.

    The set with the best expected F1 is one of the likeliest lines, however many (Lewis 1995,
    "Evaluating and optimizing autonomous text classification systems").
    """
    order = np.argsort(-likely, kind="stable")
    size = words[order].astype(np.float64)
    right = np.cumsum(likely[order] * size)
    quality = (
        right / np.maximum(1.0, np.cumsum(size) + _MISSED * right[-1]) if len(order) else right
    )
    keep = np.zeros(len(likely), np.bool_)
    if len(order) and right[-1] > 0:
        keep[order[: int(np.argmax(quality)) + 1]] = True
    return keep
