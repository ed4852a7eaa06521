"""A text as a set of hashed shingles, and as one hash where only equality counts.

What belongs here: what two texts must share to be alike, for whole arrays of texts.
What does not: what folding does (folding), signatures, comparison of documents.
"""

from hashlib import sha256
from itertools import pairwise

import numpy as np
import pyarrow as pa

from pipeline.dedup.folding import alike_folding, same_folding, unspaced
from pipeline.dedup.settings import DedupSettings
from pipeline.kernels.folding import fold
from pipeline.kernels.shingling import Hashes, Shingling, shingle_hashes
from pipeline.kernels.texts import texts_of

# With fewer words than this many shingles' worth, one changed word would change half the set.
_SHORT = 2
_DIGITS = 32  # of SHA-256, which processors have instructions for


def text_hashes(texts: pa.Array) -> list[str]:
    """32 hex digits for each text, equal for texts equal but for case and white space."""
    folded, offsets = fold(texts_of(texts), same_folding())
    data = memoryview(folded.data)
    return [
        sha256(data[start:end], usedforsecurity=False).hexdigest()[:_DIGITS]
        for start, end in pairwise(offsets.tolist())
    ]


def shingling(settings: DedupSettings) -> Shingling:
    """How texts are cut: into runs of words, or of code points where a text is short or its script
    is written without spaces.
    """
    short = _SHORT * settings.shingle_words
    return Shingling(settings.shingle_words, settings.shingle_chars, short, unspaced())


def shingle_sets(texts: pa.Array, settings: DedupSettings) -> list[Hashes]:
    """For each text the sorted distinct 64-bit hashes of its shingles.

    Empty where the text is shorter than one shingle: such texts are compared by their text hash.
    """
    found = shingle_hashes(texts_of(texts), alike_folding(), shingling(settings))
    return [np.unique(hashes) for hashes in found]


def jaccard(a: Hashes, b: Hashes) -> float:
    """Exact Jaccard similarity of two shingle sets; 0 where either is empty."""
    if not len(a) or not len(b):
        return 0.0
    common = len(np.intersect1d(a, b, assume_unique=True))
    return common / (len(a) + len(b) - common)
