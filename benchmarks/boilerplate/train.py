"""`python -m benchmarks.boilerplate.train`: the line model, from pages whose main text is known.

What belongs here: growing the model and writing its file. What does not: how it is used
(pipeline/stages/linemodel.py), how good it is (web).

The features are made by the pipeline's own kernels. Needs scikit-learn (a development dependency)
and the shared pages; writes pipeline/rules/line-model.json, the same bytes every time.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from wordfreq import top_n_list

from benchmarks.boilerplate import placing
from benchmarks.boilerplate.pages import Page, pages
from benchmarks.boilerplate.score import bag, precision_recall_f1
from benchmarks.novels import ROOT
from pipeline.kernels.linesignals import MOST_WORDS, SIGNALS, lexis
from pipeline.kernels.wordplaces import weights_of
from pipeline.stages.boilerplate import Boilerplate, BoilerplateSettings
from pipeline.stages.linemodel import COLUMNS, Known, seen

FILE = ROOT / "pipeline" / "rules" / "line-model.json"
# Words that stand in so many short lines are weighed; their weight is drawn towards 0 as so many
# lines of no opinion would draw it, and left out where little of it remains.
_LEAST_LINES, _DAMPING, _LEAST_WEIGHT = 60, 30.0, 0.4
# Stop words: so many of the commonest words of each of these languages.
_STOP_WORDS = 60
_LANGUAGES = [
    "ca",
    "cs",
    "da",
    "de",
    "el",
    "en",
    "es",
    "fi",
    "fr",
    "hu",
    "id",
    "it",
    "nb",
    "nl",
    "pl",
    "pt",
    "ro",
    "ru",
    "sv",
    "tr",
    "uk",
    "vi",
]
_INNER_FOLDS = 5
_TREES, _LEAVES, _RATE, _COLUMNS = 300, 24, 0.06, 0.3
_SEED = 7
# What a page counts for the trees, and for the words that weigh by place.
_COUNTED, _PLACED = 1000.0, 300.0
_WORDS = SIGNALS.index("words")


@dataclass(frozen=True)
class Lesson:
    """What is learned from.

    known: what rules say of each line. gold: whether each line is kept. of: each line's page.
    bags: the words of each short line. worth: of each page, the square of the best F1 that lines
    can have there: a page whose main text its lines hardly hold teaches little.
    """

    pages: Sequence[Page]
    known: Known
    gold: NDArray[np.bool_]
    of: NDArray[np.int64]
    bags: list[frozenset[str]]
    worth: NDArray[np.float64]

    @property
    def texts(self) -> pa.Array:
        """The pages' texts."""
        return pa.array([page.text for page in self.pages], pa.string())

    def share(self, size: NDArray[np.float64]) -> NDArray[np.float64]:
        """How much of its page each line is, by sizes of lines, times what the page is worth."""
        return size / np.maximum(1, np.bincount(self.of, size)[self.of]) * self.worth[self.of]


def lesson(chosen: Sequence[Page]) -> Lesson:
    """The pages, ready to be learned from."""
    stage = Boilerplate(BoilerplateSettings())
    known = stage.known([page.text for page in chosen], [page.language for page in chosen])
    return Lesson(
        chosen,
        known,
        np.array([keep for page in chosen for keep in page.keep], np.bool_),
        np.repeat(np.arange(len(chosen)), [len(page.keep) for page in chosen]),
        [_bag(line) for page in chosen for line in page.lines],
        np.array([_best(page) ** 2 for page in chosen]),
    )


def _best(page: Page) -> float:
    return precision_recall_f1(bag(page.chosen(page.keep)), bag(page.gold))[2]


def grow(given: Lesson, learned: NDArray[np.bool_]) -> dict[str, Any]:
    """The model as its file spells it out, from the pages where `learned` holds."""
    stops = sorted({w for of in _LANGUAGES for w in top_n_list(of, _STOP_WORDS) if w.isalpha()})
    rows = learned[given.of]
    words, places, features = _words_and_features(given, rows, stops)
    forest = HistGradientBoostingClassifier(
        max_iter=_TREES,
        max_leaf_nodes=_LEAVES,
        learning_rate=_RATE,
        max_features=_COLUMNS,
        min_samples_leaf=60,
        l2_regularization=2.0,
        max_bins=127,
        early_stopping=False,
        random_state=0,
    )
    counts = _COUNTED * given.share(features[:, _WORDS].astype(np.float64))
    forest.fit(features[rows], given.gold[rows], sample_weight=counts[rows])
    return {
        "stop_words": stops,
        "words": words,
        "places": places,
        "base": _short(float(np.ravel(forest._baseline_prediction)[0])),
        "trees": [_tree(each[0].nodes, 0) for each in forest._predictors],
    }


def _words_and_features(
    given: Lesson, rows: NDArray[np.bool_], stops: list[str]
) -> tuple[dict[str, float], dict[str, list[float]], NDArray[np.float32]]:
    """(weights of words, those by place, the features of all lines), learned from these lines."""
    stop_words = frozenset(stops)
    plain = seen(given.texts, given.known, lexis({}, stop_words), weights_of({})).rows
    size = np.sqrt(plain[:, _WORDS].astype(np.float64))
    counts = _PLACED * given.share(size)
    chosen = np.flatnonzero(rows)
    vocabulary = placing.common([given.bags[at] for at in chosen], given.of[chosen])
    lines = placing.Placing(given.texts, plain, vocabulary)

    def learned(which: NDArray[np.bool_]) -> tuple[dict[str, float], dict[str, list[float]]]:
        return _weights(given, which), lines.learn(given.gold, counts, which)

    def look(words: dict[str, float], places: dict[str, list[float]]) -> NDArray[np.float32]:
        return seen(given.texts, given.known, lexis(words, stop_words), weights_of(places)).rows

    words, places = learned(rows)
    features = look(words, places)
    # A word's weight must not know the line that it is used on: each part of the lines is seen with
    # the weights that the others give.
    parts = np.random.default_rng(_SEED).integers(_INNER_FOLDS, size=len(given.pages))[given.of]
    for part in range(_INNER_FOLDS):
        mine = parts == part
        features[mine] = look(*learned(rows & ~mine))[mine]
    return words, places, features


def _bag(line: str) -> frozenset[str]:
    words = [word for word in _words(line) if word.isalpha()]
    return frozenset(words) if len(words) <= MOST_WORDS else frozenset()


def _words(line: str) -> list[str]:
    return "".join(c if c.isalpha() else " " for c in line.lower()).split()


def _weights(given: Lesson, rows: NDArray[np.bool_]) -> dict[str, float]:
    """Log odds that a short line with the word is kept, against those of any short line."""
    kept: Counter[str] = Counter()
    cut: Counter[str] = Counter()
    short = np.zeros(2)
    for at in np.flatnonzero(rows).tolist():
        if given.bags[at]:
            (kept if given.gold[at] else cut).update(given.bags[at])
            short[int(given.gold[at])] += 1
    share = short[1] / short.sum()
    found = {}
    for word in sorted({*kept, *cut}):
        if kept[word] + cut[word] >= _LEAST_LINES:
            odds = (kept[word] + _DAMPING * share) / (cut[word] + _DAMPING * (1 - share))
            weight = _short(float(np.log(odds * (1 - share) / share)))
            if abs(weight) >= _LEAST_WEIGHT:
                found[word] = weight
    return found


def _tree(nodes: Any, at: int) -> Any:
    node = nodes[at]
    if node["is_leaf"]:
        return _short(float(node["value"]))
    name = COLUMNS[node["feature_idx"]]
    below, above = _tree(nodes, node["left"]), _tree(nodes, node["right"])
    return [name, _short(float(node["num_threshold"])), below, above]


def _short(number: float) -> float:
    """Five digits say enough."""
    return float(f"{number:.5g}")


def write(model: dict[str, Any]) -> None:
    """The model's file: a line for each tree."""
    trees = ",\n".join(json.dumps(tree, ensure_ascii=False) for tree in model["trees"])
    head = {name: part for name, part in model.items() if name != "trees"}
    words = json.dumps(head, ensure_ascii=False, indent=None)
    FILE.write_text(f'{words[:-1]},\n"trees": [\n{trees}\n]}}\n', "utf-8")


def main() -> None:
    """Learn from all pages, and write the file."""
    given = lesson(pages())
    write(grow(given, np.ones(len(given.pages), np.bool_)))
    print(f"{FILE.name}: {FILE.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
