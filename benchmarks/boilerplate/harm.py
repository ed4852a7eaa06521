"""What is cut from clean texts.

What belongs here: running the stage over them, counting, listing. What does not: the texts (clean).
"""

import re
from collections import Counter
from typing import Any

from benchmarks.boilerplate import article
from benchmarks.boilerplate.clean import sources
from benchmarks.boilerplate.cutting import cut, edits_of, failed, table_of
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
                done = cut(table_of(texts, languages), stage)
                made = Counter(edits_of(done))
                cuts.update({(strength, source.name, *each): n for each, n in made.items()})
                lost = sum(len(_WORD.findall(each[2])) * n for each, n in made.items())
                row = {"strength": strength, "cuts": made.total(), "lost": lost}
                row["failed"] = failed(done)
                rows.append({**about, **row})
    return rows, cuts
