"""The language of each text: how well it fits langdetect's profiles, over all of its n-grams.

The whole of a text counts, however long it is; langdetect reads 10,000 characters.

What belongs here: texts in, languages and how sure they are out; what a recipe may want.
What does not: langdetect's own tables (profiles), codes and scripts (codes), what becomes of a text
in the wrong language (verdicts).
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.kernels.ngrams import COUNT_LANE, LANES, Found, sum_ngrams
from pipeline.kernels.texts import texts_of
from pipeline.measures.codes import UNDETERMINED, scripts
from pipeline.measures.profiles import SCALE, profiles
from pipeline.schema import SHARE

# N-grams overlap, a letter is in up to six, so each tells less than it would by itself: so many
# count as one. Fitted and checked by benchmarks/language.py.
OVERLAP = 3.7
_ROWS = 1 << 13  # texts at a time: some kilobytes of numbers are held for each


@dataclass(frozen=True)
class LanguageSettings:
    """Which languages a corpus is to hold.

    wanted: ISO 639-1 codes as langdetect names them (zh-cn and zh-tw for Chinese), or those of
    languages that their script gives away (hy, ka, km, …); none: all.
    min_score: with `wanted`, a text whose language is less certain than this is rejected.
    """

    wanted: tuple[str, ...] = ()
    min_score: float = 0.65

    def __post_init__(self) -> None:
        if not 0 <= self.min_score <= 1:
            raise ValueError("min_score must be between 0 and 1")
        if unknown := sorted(set(self.wanted) - set(languages())):
            raise ValueError(
                f"wanted names unknown languages {', '.join(unknown)}; "
                f"known are {', '.join(languages())}"
            )


def languages() -> tuple[str, ...]:
    """Every language that a text can be found to have, sorted."""
    return tuple(sorted(set(_names())))


def detect(text: str) -> tuple[str, float]:
    """(language, score) of one text; `und` with score 0 where it has no letters to go by."""
    found = measure(pa.array([text], pa.string()))
    return found["language"][0].as_py(), found["language_score"][0].as_py()


def measure(texts: pa.Array | pa.ChunkedArray) -> dict[str, pa.Array]:
    """Columns `language`, `language_score`, `language_runner_up` and `languages`, one row a text; a
    null counts as an empty text.

    language: by script where most letters are of one that gives it away, else the likeliest of
    langdetect's; `und` without letters. language_score: the probability of it, or the share of its
    script, less where the script has other languages too. language_runner_up: the second
    likeliest; null where it is found by script. languages: for texts of several paragraphs, each
    language with the share of the text that is in paragraphs of it, the largest first; null for
    others.
    """
    if isinstance(texts, pa.ChunkedArray):
        texts = texts.combine_chunks()
    parts = [_measure(texts[at : at + _ROWS]) for at in range(0, len(texts) or 1, _ROWS)]
    return {name: pa.concat_arrays([part[name] for part in parts]) for name in parts[0]}


def _measure(texts: pa.Array) -> dict[str, pa.Array]:
    """The same, for as many rows as fit in memory with a number for each language."""
    found = _sums(texts)
    count = len(profiles().languages)
    rows = np.arange(len(found.symbols))
    fits = found.sums[:, :count]
    likeliest = np.argmax(fits, axis=1)
    likely = _probabilities(fits)[rows, likeliest]
    fits[rows, likeliest] = -1
    second = np.argmax(fits, axis=1)

    script = np.argmax(found.scripts, axis=1)
    letters = found.scripts[rows, script]
    certainty = np.array([each.certainty for each in scripts()])[script]
    by_script = 2 * letters > found.symbols

    best = np.where(by_script, count + script, likeliest)
    score = np.where(by_script, certainty * letters / np.maximum(found.symbols, 1), likely)
    known = (found.sums[:, COUNT_LANE] > 0) | by_script
    known &= found.letters & (_names()[best] != UNDETERMINED)
    names = pa.array(_names())
    return {
        "language": names.take(pa.array(np.where(known, best, len(names) - 1))),
        "language_score": pa.array(np.where(known, score, 0).astype(np.float32)),
        "language_runner_up": names.take(pa.array(second, mask=by_script | ~known)),
        "languages": _shares(found, names),
    }


def _sums(texts: pa.Array) -> Found:
    tables, count = profiles(), len(texts)
    found = Found(
        sums=np.zeros((count, LANES), np.int64),
        scripts=np.zeros((count, len(scripts())), np.int64),
        symbols=np.zeros(count, np.int64),
        letters=np.zeros(count, np.bool_),
        shares=np.zeros((count, len(_names())), np.int64),
        paragraphs=np.zeros(count, np.int64),
    )
    sum_ngrams(texts_of(texts), tables.ngrams, tables.web, found)
    return found


def _probabilities(sums: NDArray[np.int64]) -> NDArray[np.float64]:
    """The probability of each language, by row, from the sums of its weights."""
    odds = np.exp((sums - sums.max(axis=1, keepdims=True)) / (SCALE * OVERLAP))
    found: NDArray[np.float64] = odds / odds.sum(axis=1, keepdims=True)
    return found


def _shares(found: Found, names: pa.Array) -> pa.Array:
    """Languages and their shares, by row; null for texts of one paragraph."""
    several = found.paragraphs > 1
    shares = found.shares[several]
    unnamed = np.flatnonzero(_names()[:-1] == UNDETERMINED)
    shares[:, -1] += shares[:, unnamed].sum(axis=1)
    shares[:, unnamed] = 0
    rows, columns = np.nonzero(shares)
    letters = shares[rows, columns]
    order = np.lexsort((columns, -letters, rows))
    part = (letters / shares.sum(axis=1)[rows])[order].astype(np.float32)
    sizes = np.zeros(len(several), np.int64)
    sizes[several] = np.count_nonzero(shares, axis=1)
    ends = np.append(0, np.cumsum(sizes)).astype(np.int32)
    offsets = pa.array(ends, mask=np.append(~several, False))
    fields = [names.take(pa.array(columns[order])), pa.array(part)]
    values = pa.StructArray.from_arrays(fields, fields=list(SHARE))
    return pa.ListArray.from_arrays(offsets, values, type=pa.list_(SHARE))


@cache
def _names() -> NDArray[np.object_]:
    """What the columns of `Found.shares` stand for; the last one stands for no language."""
    names = (*profiles().languages, *(script.language for script in scripts()), UNDETERMINED)
    return np.array(names, object)
