"""The shape that every stage has."""

from collections.abc import Iterable
from typing import Protocol

import pyarrow as pa

from pipeline.document import Edit


class Stage(Protocol):
    """Looks at texts and proposes edits."""

    @property
    def name(self) -> str:
        """The word that its edits carry."""
        ...

    def screen(self, texts: pa.Array) -> pa.Array:
        """Booleans, one a text: false only where `propose` would yield nothing."""
        ...

    def propose(self, text: str, language: str) -> Iterable[Edit]:
        """The edits for one text whose language is known (`und` where it is not)."""
        ...
