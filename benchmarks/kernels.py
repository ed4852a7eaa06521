"""`python -m benchmarks.kernels MEGABYTES`: what works on texts in Arrow arrays, one by one, and
the libraries that do the same, called plainly on the same documents.

What belongs here: single kernels and single library calls. What does not: steps (path), other
programs (neighbours).
"""

import re
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import ftfy
import langdetect
import pyarrow as pa
from datasketch import MinHash

from benchmarks import child, corpus
from benchmarks.typos.repair import repair
from pipeline import schema
from pipeline.dedup.signatures import signatures_of_shingles
from pipeline.measures import unknown
from pipeline.recipe import Recipe
from pipeline.stages.boilerplate import Boilerplate
from pipeline.stages.characters import Characters
from pipeline.stages.mojibake import Mojibake
from pipeline.steps.deduplicate import signatures
from pipeline.steps.editing import edit, run_stage
from pipeline.steps.repair import with_language

_REPEATS = 5
_SECONDS = 0.4  # that one repeat should last, where there are enough documents
_FIRST = 60  # documents, to see how long one takes


def main(megabytes: float) -> None:
    """Answer with megabytes and documents a second by name."""
    texts = corpus.texts(megabytes)
    recipe = Recipe()
    stages = (Mojibake(recipe.mojibake), Characters(recipe.characters))
    cuts = Boilerplate(recipe.boilerplate)
    permutations = recipe.dedup.bands * recipe.dedup.rows

    def sketch(shingles: list[bytes]) -> None:
        MinHash(num_perm=permutations).update_batch(shingles)

    found = {f"screen: {stage.name}": _batch(stage.screen, texts, pa.array) for stage in stages}
    found |= {
        f"stage: {stage.name}": _batch(partial(run_stage, stage=stage), texts, _table)
        for stage in stages
    }
    # Its rules are chosen by language.
    found[f"screen: {cuts.name}"] = _batch(
        lambda table: cuts.screen(*_columns(table)), texts, _table
    )
    found[f"stage: {cuts.name}"] = _batch(
        lambda table: edit(table, cuts, cuts.screen(*_columns(table))), texts, _table
    )
    english = [text for text, planted in _english(megabytes) if not planted]
    found |= {
        "words looked up (clean English)": _batch(
            lambda table: unknown.measure(table["text"], table["language"]), english, _table
        ),
        "typos, all of it (clean English)": _batch(
            lambda given: repair(given, "en", recipe.typos), english, list
        ),
        "language": _batch(with_language, texts, _table),
        "signatures": _batch(
            lambda table: list(signatures(table, settings=recipe.dedup)), texts, _table
        ),
        "signatures of ready shingles": _batch(
            partial(signatures_of_shingles, settings=recipe.dedup), texts, _shingle_lists
        ),
        "ftfy.fix_text": _each(ftfy.fix_text, texts),
        "langdetect.detect": _each(langdetect.detect, texts),
        "datasketch update_batch": _each(sketch, texts, _shingles),
        "shingles in Python + datasketch": _each(lambda text: sketch(_shingles(text)), texts),
    }
    child.answer(rates=found)


def _english(megabytes: float) -> Iterator[tuple[str, str]]:
    """The first English documents, and what was planted in them."""
    size = 0
    for text, planted in corpus.documents(damaged=False):
        if not _CYRILLIC.search(text):
            yield text, planted
            size += len(text.encode())
        if size >= megabytes * 1e6:
            return


_CYRILLIC = re.compile("[\u0400-\u04ff]")


def _batch(
    kernel: Callable[[Any], object], texts: list[str], made: Callable[[Sequence[str]], Any]
) -> list[float]:
    """A kernel over a batch of documents."""

    def work(count: int) -> Callable[[], object]:
        batch = made(texts[:count])
        return lambda: kernel(batch)

    return _rates(work, texts)


def _each(
    call: Callable[[Any], object], texts: list[str], made: Callable[[str], Any] = str
) -> list[float]:
    """A call for each document."""

    def work(count: int) -> Callable[[], object]:
        arguments = [made(text) for text in texts[:count]]
        return lambda: [call(argument) for argument in arguments]

    return _rates(work, texts)


def _rates(work: Callable[[int], Callable[[], object]], texts: list[str]) -> list[float]:
    """[MB/s, documents/s]; medians. The first documents warm it up and say how many to take."""
    first = work(_FIRST)
    first()
    count = min(len(texts), max(_FIRST, int(_FIRST * _SECONDS / max(_timed(first), 1e-6))))
    ready = work(count)
    seconds = statistics.median(_timed(ready) for _ in range(_REPEATS))
    megabytes = sum(len(text.encode()) for text in texts[:count]) / 1e6
    return [megabytes / seconds, count / seconds]


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _table(texts: Sequence[str]) -> pa.Table:
    """Documents as the steps see them: every column, most of them empty.

    The language is told by a Ukrainian letter, so that rules are chosen as in a run.
    """
    columns = {
        field.name: pa.array([_blank(field)] * len(texts), field.type) for field in schema.MEASURED
    }
    columns["doc_id"] = pa.array([f"{number:032x}" for number in range(len(texts))])
    columns["text"] = pa.array(texts)
    columns["language"] = pa.array(["uk" if "і" in text else "en" for text in texts])
    columns["chars"] = pa.array([len(text) for text in texts])
    return pa.table(columns, schema.MEASURED)


def _columns(table: pa.Table) -> tuple[pa.Array, pa.Array]:
    return table["text"].combine_chunks(), table["language"].combine_chunks()


def _blank(field: pa.Field) -> object:
    if field.nullable:
        return None
    if pa.types.is_list(field.type):
        return []
    if pa.types.is_boolean(field.type):
        return False
    return "" if pa.types.is_string(field.type) else 0


def _shingle_lists(texts: Sequence[str]) -> pa.Array:
    return pa.array(map(_shingles, texts), pa.list_(pa.binary()))


def _shingles(text: str) -> list[bytes]:
    """Word 5-grams, as one would write them for datasketch."""
    words = text.lower().split()
    return [" ".join(words[at : at + 5]).encode() for at in range(max(1, len(words) - 4))]


if __name__ == "__main__":
    main(float(sys.argv[1]))
