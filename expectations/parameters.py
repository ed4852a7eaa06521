"""The values that expectations take from the recipe and from what was counted.

What belongs here: every name that a suite may put behind `$PARAMETER`.
What does not: what is done with it (the suites), counting (pipeline.engine.facts).
"""

import codecs
import encodings
import pkgutil
from collections.abc import Mapping
from encodings.aliases import aliases
from typing import Any

import numpy as np

from pipeline import schema
from pipeline.measures.language import languages
from pipeline.recipe import Recipe

# Python calls these encodings of text, but no text is delivered in them.
_NO_ENCODINGS = {"charmap", "idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape"}


def parameters(recipe: Recipe, totals: Mapping[str, int]) -> dict[str, Any]:
    """Parameter names and their values for one run."""
    wanted, records = recipe.language.wanted, totals["records"]
    return {
        "encodings": known_encodings(),
        "half_of_files": totals.get("files", 0) / 2,
        "half_of_records": records / 2,
        "languages": list(wanted or languages()),
        # There cannot be more equal texts than records: without `exact` anything goes.
        "max_equal_texts": 0 if recipe.dedup.exact else records,
        "max_invalid_share": recipe.quality.max_invalid_share,
        "max_replacement_characters": recipe.quality.max_replacement_characters,
        "min_jaccard": _as_stored(recipe.dedup.threshold),
        "min_language_score": _as_stored(recipe.language.min_score if wanted else 0.0),
        "min_words": recipe.quality.min_words,
        "verdict_pattern": rf"^(?:{'|'.join(schema.VERDICTS)})(?::[a-z_]+)?$"
        rf"|^{schema.PASSED_OVER}:.",
    }


def known_encodings() -> list[str]:
    """The names that Python gives its encodings of text; `pipeline.decode` uses no others."""
    names = {module.name for module in pkgutil.iter_modules(encodings.__path__)}
    known = set()
    for name in names | set(aliases.values()):
        try:
            "".encode(name)
            known.add(codecs.lookup(name).name)
        except (LookupError, UnicodeError):
            continue  # no codec, one of another system, or not of text
    return sorted(known - _NO_ENCODINGS)


def _as_stored(threshold: float) -> float:
    """The threshold as a column of 32-bit floats would hold it.

    Rounding keeps order, so what is at or above the threshold is so after rounding of both.
    """
    return float(np.float32(threshold))
