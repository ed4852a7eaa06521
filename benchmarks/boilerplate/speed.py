"""`python -m benchmarks.boilerplate.speed`: how fast the screen and the whole stage are.

What belongs here: the stage over ready texts. What does not: the other steps (kernels, path).
"""

import statistics
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pyarrow as pa

from benchmarks import child, novels
from benchmarks.boilerplate import article
from benchmarks.boilerplate.pages import languages_of, pages
from pipeline import schema
from pipeline.stages.boilerplate import Boilerplate, BoilerplateSettings
from pipeline.steps.editing import edit

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
        table = _table(texts)
        megabytes = sum(len(text.encode()) for text in texts) / 1e6
        for stage in filter(None, stages):
            passed = _screen(stage, table).true_count / len(texts)
            parts = {SCREEN: partial(_screen, stage, table), ALL: partial(_whole, stage, table)}
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


def _table(texts: list[str]) -> pa.Table:
    """Documents as the stage sees them: the columns that it reads and writes."""
    edits = schema.MEASURED.field("edits").type
    return pa.table(
        {
            "text": pa.array(texts, pa.string()),
            "language": pa.array(languages_of(texts), pa.string()),
            "verdict": pa.nulls(len(texts), pa.string()),
            "edits": pa.array([[]] * len(texts), edits),
        }
    )


def _screen(stage: Boilerplate, table: pa.Table) -> pa.Array:
    return stage.screen(table["text"].combine_chunks(), table["language"].combine_chunks())


def _whole(stage: Boilerplate, table: pa.Table) -> pa.Table:
    return edit(table, stage, _screen(stage, table))


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
