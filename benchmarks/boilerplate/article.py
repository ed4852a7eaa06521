"""The strength `article` on the shared pages, without having learned from the page it looks at.

What belongs here: cross-validation of the line model, and the stage that uses it.
What does not: the model itself (train, pipeline/stages/linemodel.py).
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from benchmarks.boilerplate.pages import FOLDS, Page, folds
from benchmarks.boilerplate.train import grow, lesson
from pipeline.stages import linemodel
from pipeline.stages.boilerplate import Boilerplate, BoilerplateSettings


def kept(pages: Sequence[Page]) -> list[list[bool]] | None:
    """For each page which of its lines are kept, by a model trained on the other folds
    (`pages.folds(len(pages))`); what rules cut is cut.
    """
    if not pages:
        return None
    given = lesson(pages)
    of = folds(len(pages))
    found: list[list[bool]] = [[] for _ in pages]
    for fold in range(FOLDS):
        model = linemodel.parse(grow(given, of != fold))
        here = np.flatnonzero(of == fold)
        texts = pa.array([pages[at].text for at in here], pa.string())
        known = [given.known[at] for at in here]
        for at, flags, chosen in zip(here, known, linemodel.kept(texts, known, model), strict=True):
            found[at] = (chosen & (flags < 1)).tolist()
    return found


def stage() -> Boilerplate | None:
    """The stage as a recipe with `article` runs it, for harm and speed."""
    return Boilerplate(BoilerplateSettings(strength="article"))
