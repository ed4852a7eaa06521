"""`python -m benchmarks.boilerplate.web`: every way to the main text, over the same web pages.

What belongs here: the order of the ways, and their seconds. What does not: any of them.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from benchmarks import child
from benchmarks.boilerplate import article, others, trained
from benchmarks.boilerplate.cutting import cut, table_of
from benchmarks.boilerplate.pages import Page, pages
from benchmarks.boilerplate.score import judge
from pipeline.stages.boilerplate import Boilerplate, BoilerplateSettings

EVERYTHING, BEST = "everything kept", "the best choice of lines"
CAREFUL, ARTICLE = "careful", "article"
JUSTEXT, TRAFILATURA, TRAINED = "jusText", "trafilatura", "trees over single lines"
Way = tuple[str, Sequence[str] | None, float | None]
"""(name, kept text of each page, seconds); None where it was not measured."""


def measure() -> dict[str, Any]:
    """A row for each way; no rows where the pages are not there."""
    given = pages()
    if not given:
        return {"pages": 0, "rows": []}
    scorer = judge(given)
    rows = []
    for name, kept, seconds in _ways(given):
        scores = scorer.score(kept) if kept is not None else None
        rows.append({"name": name, "seconds": seconds, "scores": scores})
    return {
        "pages": len(given),
        "lines": sum(len(page.keep) for page in given),
        "bytes": sum(len(page.text.encode()) for page in given),
        "rows": rows,
    }


def _ways(given: Sequence[Page]) -> Iterator[Way]:
    yield EVERYTHING, [page.text for page in given], None
    yield BEST, [page.chosen(page.keep) for page in given], None
    yield CAREFUL, *_timed(careful, given)
    lines = article.kept(given)
    yield ARTICLE, _texts(given, lines) if lines is not None else None, None
    for least in (3, 5):
        yield f"C4's line rule, {least} words", *_each(others.c4(least), given)
    yield JUSTEXT, *_each(others.with_justext(), given)
    yield TRAFILATURA, *_each(others.with_trafilatura, given)
    lines, seconds = trained.kept(given)
    yield TRAINED, _texts(given, lines), seconds


def careful(given: Sequence[Page]) -> list[str]:
    """What the stage leaves with its default settings, the language known."""
    table = table_of([page.text for page in given], [page.language for page in given])
    left: list[str] = cut(table, Boilerplate(BoilerplateSettings()))["text"].to_pylist()
    return left


def _texts(given: Sequence[Page], kept: Sequence[Sequence[bool]]) -> list[str]:
    return [page.chosen(lines) for page, lines in zip(given, kept, strict=True)]


def _each(extract: Callable[[Page], str], given: Sequence[Page]) -> tuple[list[str], float]:
    return _timed(lambda some: [extract(page) for page in some], given)


def _timed(
    work: Callable[[Sequence[Page]], list[str]], given: Sequence[Page]
) -> tuple[list[str], float]:
    """What it makes of the pages, and the processor time for it; the first pages warm it up."""
    work(given[:5])
    started = time.process_time()
    made = work(given)
    return made, time.process_time() - started


if __name__ == "__main__":
    child.answer(web=measure())
