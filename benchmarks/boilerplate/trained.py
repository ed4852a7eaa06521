"""What anybody could train in an afternoon: gradient-boosted trees over a dozen numbers of each
line alone, by cross-validation over the same folds as `article`.

What belongs here: that baseline. What does not: the project's own model (article).
"""

import re
import time
from collections.abc import Sequence

import justext
import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier

from benchmarks.boilerplate.bags import best_threshold, numbered
from benchmarks.boilerplate.pages import FOLDS, Page, folds

THRESHOLDS = tuple(round(0.05 * step, 2) for step in range(2, 19))
_WORD = re.compile(r"\w+")


def kept(pages: Sequence[Page]) -> tuple[list[list[bool]], float]:
    """(for each page which of its lines are kept, seconds that it took without training)."""
    started = time.process_time()
    features = [page_features(page) for page in pages]
    seconds = time.process_time() - started
    counted = [numbered(page) for page in pages]
    of = folds(len(pages))
    found: list[list[bool]] = [[] for _ in pages]
    for fold in range(FOLDS):
        here, there = np.flatnonzero(of == fold), np.flatnonzero(of != fold)
        if not len(here) or not len(there):
            continue
        model = _trained([pages[at] for at in there], [features[at] for at in there])
        seen = [_chances(model, features[at]) for at in there]
        least = best_threshold([counted[at] for at in there], seen, THRESHOLDS)
        started = time.process_time()
        for at in here:
            found[at] = (_chances(model, features[at]) >= least).tolist()
        seconds += time.process_time() - started
    return found, seconds


def _trained(
    pages: Sequence[Page], features: Sequence[NDArray[np.float32]]
) -> HistGradientBoostingClassifier:
    """A line counts as much as it has words, since words are what is scored."""
    rows = np.concatenate(features)
    model = HistGradientBoostingClassifier(early_stopping=False, random_state=0)
    keep = np.concatenate([np.array(page.keep) for page in pages])
    model.fit(rows, keep, sample_weight=np.maximum(rows[:, 1], 1))
    return model


def _chances(
    model: HistGradientBoostingClassifier, features: NDArray[np.float32]
) -> NDArray[np.float64]:
    return np.asarray(model.predict_proba(features)[:, 1])


def page_features(page: Page) -> NDArray[np.float32]:
    """A row of numbers for each line."""
    lines = page.lines
    stop_words = justext.get_stoplist("English")
    rows = [_line(line, stop_words) for line in lines]
    where = np.arange(len(lines)) / max(1, len(lines) - 1)
    return np.column_stack([np.array(rows, np.float32), where.astype(np.float32)])


def _line(line: str, stop_words: frozenset[str]) -> tuple[float, ...]:
    bare = line.strip()
    words = _WORD.findall(bare)
    chars, count = max(1, len(bare)), max(1, len(words))
    return (
        len(bare),
        len(words),
        sum(map(len, words)) / count,
        bare.endswith((".", "!", "?", '"', "”")),
        bare.endswith((":", ",", ";")),
        sum(map(bare.count, ".,;")) / chars,
        sum(map(bare.count, "|/©>»")) / chars,
        sum(map(str.isdigit, bare)) / chars,
        sum(map(str.isupper, bare)) / chars,
        sum(word[0].isupper() for word in words) / count,
        sum(word.lower() in stop_words for word in words) / count,
    )
