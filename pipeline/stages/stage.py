"""The shape that every stage has."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol, runtime_checkable

import pyarrow as pa

from pipeline.document import Edit


class Proposer(Protocol):
    """Looks at texts and proposes edits."""

    @property
    def name(self) -> str:
        """The word that its edits carry."""
        ...

    def propose(self, text: str, language: str) -> Iterable[Edit]:
        """The edits for one text whose language is known (`und` where it is not)."""
        ...


class Stage(Proposer, Protocol):
    """Can tell from the texts alone which of them it may touch."""

    def screen(self, texts: pa.Array) -> pa.Array:
        """Booleans, one a text: false only where `propose` would yield nothing."""
        ...


@runtime_checkable
class BatchStage(Proposer, Protocol):
    """A stage that is much faster over many texts at once."""

    def propose_all(
        self, texts: Sequence[str], languages: Sequence[str]
    ) -> Iterator[Iterable[Edit]]:
        """The same as `propose`, for each text."""
        ...


def propose_all(
    stage: Proposer, texts: Sequence[str], languages: Sequence[str]
) -> Iterator[Iterable[Edit]]:
    """The stage's edits for each text."""
    if isinstance(stage, BatchStage):
        return iter(stage.propose_all(texts, languages))
    return (stage.propose(*each) for each in zip(texts, languages, strict=True))
