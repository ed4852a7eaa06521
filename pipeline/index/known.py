"""What is published, asked by those who check a new dump: whether ids and texts are there.

What belongs here: looking them up whole in the parts of the index. What does not: counting what is
found (engine.facts).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.dedup.bands import text_keys
from pipeline.dedup.ids import ids_of, numbers_of
from pipeline.index.part import Part, documents, documents_with, holds
from pipeline.kernels.lookups import Numbers

_ALL = 1 << 62  # documents of a key


@dataclass(frozen=True)
class Index:
    """Some parts of the index: what they know, at a cost that follows from what is asked."""

    parts: Sequence[Part]

    def has_ids(self, ids: pa.ChunkedArray) -> NDArray[np.bool_]:
        """Whether each id is that of a document. Raises `StoreError`."""
        wanted = np.unique(numbers_of(ids)[0])
        return _among(
            ids,
            (
                documents(part, wanted[there]).select(["doc", "low"])
                for part in self.parts
                if (there := holds(part, wanted)).any()
            ),
        )

    def dumps_with(self, ids: pa.ChunkedArray) -> set[str]:
        """The dumps that may have a document with one of these ids. Raises `StoreError`."""
        wanted = np.unique(numbers_of(ids)[0])
        return {part.dump for part in self.parts if holds(part, wanted).any()}

    def has_texts(self, hashes: pa.ChunkedArray) -> NDArray[np.bool_]:
        """Whether each hash is that of a document's text; parts without keys of texts have none.
        Raises `StoreError`.
        """
        keys = np.unique(text_keys(numbers_of(hashes)[0]))
        return _among(
            hashes,
            (
                documents(part, docs).select(["text_high", "text_low"])
                for part in self.parts
                if len(docs := _docs_with(part, keys))
            ),
        )


def _docs_with(part: Part, keys: Numbers) -> Numbers:
    return np.unique(documents_with(part, keys, _ALL).docs)


def _among(asked: pa.ChunkedArray, found: Iterator[pa.Table]) -> NDArray[np.bool_]:
    """Whether each id, or hash, is one of those found: tables of its high and low number."""
    known = np.zeros(len(asked), np.bool_)
    for table in found:
        some = ids_of(*(column.to_numpy() for column in table.columns))
        known |= pc.is_in(asked, value_set=some).to_numpy()
    return known
