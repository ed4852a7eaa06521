"""How common a word is, by language: wordfreq's lists as tables that all processes share.

What belongs here: the only door to wordfreq, its lists as a file in memory, looking words up.
What does not: what looks alike (strokes), what a slip is (judge).

A list is read once and laid down as an Arrow file beside the compiled kernels; every process maps
that file into its memory, so that many workers hold one copy. Zipf frequencies are base-10
logarithms of occurrences in a billion words (wordfreq).
"""

import hashlib
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pyarrow as pa
import wordfreq
from numpy.typing import NDArray

from pipeline import rules
from pipeline.kernels.compiled import code_folder
from pipeline.kernels.words import hash_set, hashes_of
from pipeline.slips.alphabet import alphabet
from pipeline.slips.strokes import keys_of

# The languages whose slips are repaired by a word list; others get what is safe without one.
LANGUAGES = ("de", "en", "es", "fr", "it", "nl", "pl", "pt", "ru", "uk")
# Words that are rarer are left out: the lists hold slips of their own down there.
LEAST = 1.5
# A word this common is no suspect: below, lists hold what scanning made of words.
KNOWN = 2.0
# Words that show what a word of a language can begin with.
_TYPICAL_ZIPF, _TYPICAL_LETTERS = 3.0, 5
_BEGINNING = 2
# Entries that are slips: how common at most; how much rarer than the word, by the first letter.
_HIDDEN_ZIPF, _HIDDEN_TIMES_RARER = 2.7, {"l": 300.0, "i": 1000.0}


@dataclass(frozen=True)
class Lexicon:
    """The words of one language.

    hashes, zipfs: in order of the hashes. keys, words, word_zipfs: the same words in order of the
    keys of their strokes. known: a hash set of the words that are no suspects, wherever they stand.
    beginnings: the first two letters of common words.
    """

    hashes: NDArray[np.uint64]
    zipfs: NDArray[np.float32]
    keys: NDArray[np.uint64]
    words: pa.StringArray
    word_zipfs: NDArray[np.float32]
    known: NDArray[np.uint64]
    beginnings: frozenset[str]

    def zipf(self, words: Sequence[str]) -> NDArray[np.float32]:
        """How common each word is, case aside; `LEAST` for one that is not in the list."""
        hashes = hashes_of(pa.array(words, pa.string()), alphabet())
        at = np.minimum(np.searchsorted(self.hashes, hashes), len(self.hashes) - 1)
        found = self.hashes[at] == hashes
        return np.where(found, self.zipfs[at], np.float32(LEAST))

    def alike(self, strokes: int) -> dict[str, float]:
        """The words with strokes of this key, and how common each is."""
        first, last = map(int, np.searchsorted(self.keys, _either_side(strokes)))
        words = self.words[first:last].to_pylist()
        return dict(zip(words, self.word_zipfs[first:last].tolist(), strict=True))

    def has_alike(self, keys: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """Which of these keys of strokes some word has."""
        at = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        same: NDArray[np.bool_] = self.keys[at] == keys
        return same


def _either_side(key: int) -> NDArray[np.uint64]:
    """Where the rows of a key begin, and where those of the next one do."""
    return np.array([key, min(key + 1, 2**64 - 1)], np.uint64)


@cache
def lexicon(language: str) -> Lexicon | None:
    """The words of a language; None for a language without a list."""
    if language not in LANGUAGES:
        return None
    table = _table(language)
    hashes = table["hash"].to_numpy()
    zipfs = table["zipf"].to_numpy()
    beginnings = frozenset(table.schema.metadata[b"beginnings"].decode().split())
    return Lexicon(
        hashes,
        zipfs,
        table["key"].to_numpy(),
        table["word"].combine_chunks(),
        table["word_zipf"].to_numpy(),
        hash_set(hashes[(zipfs >= KNOWN) & ~np.isin(hashes, _doubtful(language))]),
        beginnings,
    )


def _table(language: str) -> pa.Table:
    """The list as it lies on disk, made where it is not there yet; in memory where no folder can
    be written.
    """
    folder = code_folder()
    if folder is None:
        return _made(language)
    made_of = (
        version("wordfreq"),
        LEAST,
        KNOWN,
        _HIDDEN_ZIPF,
        _HIDDEN_TIMES_RARER,
        *sorted(rules.strokes().items()),
    )
    path = (
        folder / f"words-{language}-{hashlib.sha256(repr(made_of).encode()).hexdigest()[:16]}.arrow"
    )
    if not path.is_file():
        _write(_made(language), path)
    with pa.memory_map(str(path)) as file:
        return pa.ipc.open_file(file).read_all()


def _write(table: pa.Table, path: Path) -> None:
    """Write it beside its place and move it there: another process may do the same."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with pa.OSFile(str(beside), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
            writer.write_table(table)
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def _made(language: str) -> pa.Table:
    """The list of a language; entries of several words ("don't") as their words."""
    frequencies: dict[str, float] = {}
    for entry, frequency in wordfreq.get_frequency_dict(language, "best").items():
        parts = (entry,) if entry.isalpha() else _PART.findall(entry)
        for word in parts:
            frequencies[word] = frequencies.get(word, 0.0) + frequency
    if language == "de":
        _with_sharp_s(frequencies)
    for slip in _hidden(frequencies):
        del frequencies[slip]
    least = 10.0 ** (LEAST - 9)
    words = sorted(word for word, frequency in frequencies.items() if frequency >= least)
    zipfs = np.log10([frequencies[word] for word in words]).astype(np.float32) + np.float32(9)
    array = pa.array(words, pa.string())
    hashes, keys = hashes_of(array, alphabet()), keys_of(array)
    by_hash, by_key = np.argsort(hashes), np.argsort(keys, kind="stable")
    common = (
        word
        for word, zipf in zip(words, zipfs, strict=True)
        if zipf >= _TYPICAL_ZIPF and len(word) >= _TYPICAL_LETTERS
    )
    beginnings = " ".join(sorted({word[:_BEGINNING] for word in common}))
    columns = {
        "hash": hashes[by_hash],
        "zipf": zipfs[by_hash],
        "key": keys[by_key],
        "word": array.take(pa.array(by_key)),
        "word_zipf": zipfs[by_key],
    }
    return pa.table(columns).replace_schema_metadata({"beginnings": beginnings})


def _with_sharp_s(frequencies: dict[str, float]) -> None:
    """Add to each entry with "ss" those with "ß", since wordfreq writes both the same."""
    for entry, frequency in list(frequencies.items()):
        for at in (found.start() for found in re.finditer("ss", entry)):
            frequencies[f"{entry[:at]}ß{entry[at + 2 :]}"] = frequency


def _doubtful(language: str) -> NDArray[np.uint64]:
    """The hashes of words that are slips between certain others: "ln", "Al"."""
    words = [rule.wrong for rule in rules.contexts() if rule.language == language]
    return hashes_of(pa.array(words, pa.string()), alphabet())


def _hidden(frequencies: Mapping[str, float]) -> list[str]:
    """Entries that are slips themselves: with a first l for I, or I for l, much more common.

    The lists came of scans too: "lndian" is in the English one, "iike" for "Iike". Other slips in
    them cannot be told from rare words ("ladles").
    """
    swaps = {"l": "i", "i": "l"}
    least, most = 10.0 ** (KNOWN - 9), 10.0 ** (_HIDDEN_ZIPF - 9)
    return [
        word
        for word, frequency in frequencies.items()
        if least <= frequency < most
        and word[0] in swaps
        and frequencies.get(swaps[word[0]] + word[1:], 0.0)
        > frequency * _HIDDEN_TIMES_RARER[word[0]]
    ]


_PART = re.compile(r"[^\W\d_]+")
