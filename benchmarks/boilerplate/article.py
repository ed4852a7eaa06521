"""The strength `article` on the shared pages, without having learned from the page it looks at.

What belongs here: cross-validation of the line model, and the stage that uses it.
What does not: the model itself (pipeline).

Until the model is there both answers are None, and the page says "not measured".
"""

from collections.abc import Sequence

from benchmarks.boilerplate.pages import Page
from pipeline.stages.boilerplate import Boilerplate


def kept(pages: Sequence[Page]) -> list[list[bool]] | None:  # noqa: ARG001
    """For each page which of its lines are kept, by a model trained on the other folds
    (`pages.folds(len(pages))`); rules and all, as the stage would.
    """
    return None


def stage() -> Boilerplate | None:
    """The stage as a recipe with `article` runs it, for harm and speed."""
    return None
