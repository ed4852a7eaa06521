"""Ten million documents, or as many as are asked for: what finding their duplicates takes.

What belongs here: a plan of short texts, one template among them. What does not: the neighbours,
who are not asked this.
"""

import shutil
from pathlib import Path
from typing import Any

from benchmarks.neardup import ours
from benchmarks.neardup.corpora import pairs_of, scored
from benchmarks.neardup.planted import Plan

_WORDS = (20, 30)


def plan_of(documents: int, template: int) -> Plan:
    """A few percent of them in clusters, one template."""
    return Plan(
        documents,
        template=template,
        unlike=False,
        edited=0.02,
        chained=0.005,
        translated=0,
        equal=0.01,
        words=_WORDS,
        seed=2,
    )


def measure(scratch: Path, documents: int, template: int, workers: int) -> dict[str, Any]:
    """Seconds of the parts, peak memory, and what the answer is worth."""
    plan = plan_of(documents, template)
    given = ours.write_planted(scratch / "given", "planted", plan)
    size = sum(path.stat().st_size for path in given.paths)
    said = ours.ask(scratch / "given", scratch / "out", workers=workers)
    row = scored(said, ours.answer(scratch / "out"), plan, pairs_of(plan))
    shutil.rmtree(scratch)
    return {"workers": workers, "template": template, "bytes": size, **row}
