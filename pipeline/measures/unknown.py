"""The words of a text that its language's list does not hold.

What belongs here: the two columns, from texts and their languages. What does not: what the words
mean (slips).
"""

import numpy as np
import pyarrow as pa

from pipeline.kernels.texts import texts_of
from pipeline.kernels.words import exact_hashes, gather, hash_set, unknown_words
from pipeline.slips.alphabet import alphabet
from pipeline.slips.lexicon import LANGUAGES, lexicon

_NO_LIST = hash_set(np.empty(0, np.uint64))


def measure(texts: pa.ChunkedArray | pa.Array, languages: pa.ChunkedArray) -> dict[str, pa.Array]:
    """`unknown_words`: those of each text, once each, in the order in which they come; in a
    language without a list those in which scripts meet or something unseen stands.
    `words_seen`: how many words each text has in all.
    """
    given = texts_of(texts)
    count = len(texts)
    lists = [name if name in LANGUAGES else "" for name in languages.to_pylist()]
    of_language = np.array(lists, object)
    words = np.zeros(count, np.int64)
    found = []
    for language in sorted(set(lists)):
        rows = np.flatnonzero(of_language == language)
        listed = lexicon(language)
        known = listed.known if listed else _NO_LIST
        unknown = unknown_words(given, rows, alphabet(), known)
        words += unknown.words
        found.append(np.stack([unknown.texts, unknown.starts, unknown.ends]))
    every = np.concatenate(found, axis=1) if found else np.empty((3, 0), np.int64)
    of, starts, ends = every[:, np.argsort(every[0], kind="stable")]
    kept = _first_of_each(of, exact_hashes(given.data, starts, ends))
    offsets = np.zeros(count + 1, np.int32)
    np.cumsum(np.bincount(of[kept], minlength=count), out=offsets[1:])
    lists_of = pa.ListArray.from_arrays(
        pa.array(offsets), gather(given.data, starts[kept], ends[kept])
    )
    return {"unknown_words": lists_of, "words_seen": pa.array(words)}


def _first_of_each(of: "np.ndarray", hashes: "np.ndarray") -> "np.ndarray":
    """The places of the first of equal words of a text, in order."""
    order = np.lexsort((hashes, of))
    first = np.ones(len(order), np.bool_)
    first[1:] = (of[order][1:] != of[order][:-1]) | (hashes[order][1:] != hashes[order][:-1])
    return np.sort(order[first])
