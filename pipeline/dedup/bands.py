"""Band keys: what documents must share to be compared.

What belongs here: the keys of a document, one for its text and one for each band of its signature.
What does not: who meets by them (meeting).

A key is a hash whose lowest byte is the band's number: 0 for the hash of the whole text.
"""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.dedup.ids import numbers_of
from pipeline.dedup.settings import DedupSettings
from pipeline.dedup.signatures import banding, unpacked
from pipeline.kernels.bands import MOST_BANDS, Keys, band_keys

_UPPER = np.uint64(2**64 - 1 - MOST_BANDS)
BAND_KEYS = pa.schema(
    [
        pa.field("key", pa.uint64(), nullable=False),
        pa.field("doc", pa.uint64(), nullable=False),  # the high number of its id
    ]
)
BAND_KEYS_BYTES = 16
"""Of one row, in memory and on disk."""


def keys_of(table: pa.Table, *, settings: DedupSettings) -> Iterator[pa.Table]:
    """Kernel: signatures in, a row for each key of each document out."""
    table = table.filter(pc.is_valid(table["text_hash"]))  # the others were rejected before
    docs, _ = numbers_of(table["doc_id"])
    if settings.exact:
        texts, _ = numbers_of(table["text_hash"])
        yield _rows(text_keys(texts), docs)
    if settings.near:
        packed = table["minima"].combine_chunks()
        some = np.flatnonzero(packed.is_valid())
        bands, rows = banding(settings)
        minima = unpacked(packed.drop_null())[0].reshape(len(some), bands * rows)
        keys = band_keys(minima, bands, rows)
        yield _rows(keys.reshape(-1), np.repeat(docs[some], bands))


def text_keys(high: NDArray[np.uint64]) -> Keys:
    """The keys of whole texts, given the high numbers of their hashes."""
    return high & _UPPER


def is_of_text(keys: Keys) -> NDArray[np.bool_]:
    """Whether each key is of a whole text."""
    return np.asarray(keys & ~_UPPER == 0)


def _rows(keys: Keys, docs: NDArray[np.uint64]) -> pa.Table:
    return pa.table({"key": keys, "doc": docs}, BAND_KEYS)
