"""Paragraphs that many documents have: all go but the first of all.

What belongs here: which paragraphs of one document go, one edit each. What does not: what a
paragraph is (kernels.paragraphs), which of them are repeated (steps.passages), blank lines left
over (lines).
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.document import Edit
from pipeline.kernels.folding import Folding
from pipeline.kernels.lines import Hashes
from pipeline.kernels.paragraphs import Paragraphs, paragraphs_of
from pipeline.kernels.texts import texts_of
from pipeline.stages.lines import cuts

RULE = "repeated-passage"


@dataclass(frozen=True)
class Repeated:
    """Passages that are cut: their hashes in order, how many documents have each, and the id of the
    document that keeps it.
    """

    hashes: Hashes
    documents: NDArray[np.int64]
    firsts: pa.StringArray

    def places(self, hashes: Hashes) -> NDArray[np.int64]:
        """Where each hash is among them; -1 for those that are not."""
        if not len(self.hashes):
            return np.full(len(hashes), -1)
        places = np.minimum(np.searchsorted(self.hashes, hashes), len(self.hashes) - 1)
        return np.where(self.hashes[places] == hashes, places, -1)


@dataclass(frozen=True)
class Passages:
    """Cuts repeated passages. What it is told of a text is its document's id."""

    repeated: Repeated
    least_words: int
    folding: Folding
    name: str = "passages"

    def screen(self, texts: pa.Array) -> pa.Array:
        """Texts with a passage that is repeated, the first of its kind or not."""
        found = self._found(texts)
        touched = np.zeros(len(texts), np.bool_)
        touched[found.texts[self.repeated.places(found.hashes) >= 0]] = True
        return pa.array(touched)

    def propose(self, text: str, language: str) -> Iterator[Edit]:
        """One edit for each passage and the blank lines left over. language: the document's id."""
        for proposed in self.propose_all([text], [language]):
            yield from proposed

    def propose_all(
        self, texts: Sequence[str], languages: Sequence[str]
    ) -> Iterator[Iterator[Edit]]:
        """The same for each text."""
        found = self._found(pa.array(texts, pa.string()))
        places = self.repeated.places(found.hashes)
        edges = np.searchsorted(found.texts, np.arange(len(texts) + 1)).tolist()
        for number, (text, doc_id) in enumerate(zip(texts, languages, strict=True)):
            own = slice(edges[number], edges[number + 1])
            rows = zip(found.firsts[own], found.lasts[own], places[own], strict=True)
            yield self._edits(text, doc_id, [(int(a), int(b), int(c)) for a, b, c in rows])

    def _found(self, texts: pa.Array) -> Paragraphs:
        return paragraphs_of(texts_of(texts), self.least_words, self.folding)

    def _edits(self, text: str, doc_id: str, own: Sequence[tuple[int, int, int]]) -> Iterator[Edit]:
        """own: (first line, last line, place among the repeated or -1) of each paragraph."""
        lines = text.split("\n")
        marks = [""] * len(lines)
        kept = set()
        for first, last, place in own:
            if place < 0:
                continue
            if place not in kept and self.repeated.firsts[place].as_py() == doc_id:
                kept.add(place)
                continue
            marks[first : last + 1] = [f"{place} {first}"] * (last + 1 - first)
        for start, before, mark, *_ in cuts(text, lines, marks):
            yield Edit(self.name, RULE, start, before, "", self._evidence(int(mark.split()[0])))

    def _evidence(self, place: int) -> str:
        documents = int(self.repeated.documents[place])
        return json.dumps({"documents": documents, "first": self.repeated.firsts[place].as_py()})
