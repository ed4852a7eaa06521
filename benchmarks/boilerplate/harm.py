"""What is cut from clean texts.

What belongs here: running the stage over them, counting, listing. What does not: the texts (clean).
"""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from benchmarks.boilerplate import article
from benchmarks.boilerplate.clean import sources
from benchmarks.boilerplate.pages import languages_of
from pipeline.stages.boilerplate import Boilerplate, BoilerplateSettings

_WORD = re.compile(r"\w+")
Cut = tuple[str, str, str, str, str]
"""(strength, source, language, rule, text)"""


def measure() -> tuple[list[dict[str, Any]], Counter[Cut]]:
    """(a row for each source and strength, how often each cut is made)."""
    stages = [Boilerplate(BoilerplateSettings()), article.stage()]
    rows, cuts = [], Counter[Cut]()
    for source in sources():
        texts = source.read()
        if not texts:
            continue
        languages = languages_of(texts)
        about = {
            "source": source.name,
            "what": source.what,
            "documents": len(texts),
            "languages": len(set(languages)),
            "words": sum(len(_WORD.findall(text)) for text in texts),
        }
        for stage in stages:
            if stage is not None:
                strength = stage.settings.strength
                made = cuts_of(stage, texts, languages)
                cuts.update({(strength, source.name, *cut): n for cut, n in made.items()})
                lost = sum(len(_WORD.findall(cut[2])) * n for cut, n in made.items())
                row = {"strength": strength, "cuts": made.total(), "lost": lost}
                rows.append({**about, **row})
    return rows, cuts


def cuts_of(
    stage: Boilerplate, texts: Sequence[str], languages: Sequence[str]
) -> Counter[tuple[str, str, str]]:
    """(language, rule, text) -> how often it is cut."""
    looks = stage.screen(pa.array(texts, pa.string()), pa.array(languages, pa.string()))
    rows = [row for row, look in enumerate(looks.to_pylist()) if look]
    spoken = [languages[row] for row in rows]
    proposals = stage.propose_all([texts[row] for row in rows], spoken)
    return Counter(
        (language, edit.rule, edit.before.strip())
        for language, proposed in zip(spoken, proposals, strict=True)
        for edit in proposed
    )
