"""`python -m benchmarks.boilerplate.speed`: how fast the screen and the whole stage are.

What belongs here: the stage over ready texts. What does not: the other steps (kernels, path).
"""

import statistics
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from benchmarks import child, novels
from benchmarks.boilerplate import article
from benchmarks.boilerplate.cutting import cut, screened, table_of
from benchmarks.boilerplate.pages import languages_of, pages
from pipeline.stages.boilerplate import Boilerplate, BoilerplateSettings

NOVELS, PAGES = "clean novels", "web pages"
SCREEN, ALL = "screen", "whole stage"
_MEGABYTES = 8  # of novels in each language
_REPEATS = 3


def measure() -> list[dict[str, Any]]:
    """A row for each text, strength and part, with MB/s (medians); passed: the share of texts that
    the screen does not rule out.
    """
    stages = [Boilerplate(BoilerplateSettings()), article.stage()]
    rows = []
    for name, texts in _texts():
        table = table_of(texts, languages_of(texts))
        megabytes = sum(len(text.encode()) for text in texts) / 1e6
        for stage in filter(None, stages):
            passed = screened(table, stage).true_count / len(texts)
            parts = {SCREEN: partial(screened, table, stage), ALL: partial(cut, table, stage)}
            rows += [
                {
                    "texts": name,
                    "strength": stage.settings.strength,
                    "part": part,
                    "megabytes": megabytes,
                    "passed": passed,
                    "rate": megabytes / _seconds(work),
                }
                for part, work in parts.items()
            ]
    return rows


def _texts() -> Iterator[tuple[str, list[str]]]:
    found = [text for language in novels.languages() for text in _first(novels.pieces(language))]
    yield NOVELS, found
    if given := pages():
        yield PAGES, [page.text for page in given]


def _first(texts: list[str]) -> Iterator[str]:
    size = 0
    for text in texts:
        yield text
        size += len(text.encode())
        if size >= _MEGABYTES * 1e6:
            return


def _seconds(work: Callable[[], object]) -> float:
    """Processor time; once before to warm up."""
    work()
    taken = []
    for _ in range(_REPEATS):
        started = time.process_time()
        work()
        taken.append(time.process_time() - started)
    return statistics.median(taken)


if __name__ == "__main__":
    child.answer(speed=measure())
