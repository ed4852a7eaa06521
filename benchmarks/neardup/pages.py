"""Documents as long as web pages: what finding their duplicates takes, beside datasketch.

What belongs here: the plan, on one core and on all of them. What does not: the other planted
corpora, whose documents are short (corpora).
"""

import shutil
from pathlib import Path
from typing import Any

from benchmarks.neardup import neighbours, ours
from benchmarks.neardup.corpora import documents, pairs_of, scored
from benchmarks.neardup.planted import Plan
from pipeline.engine.pool import cores

_WORDS = (200, 800)  # 3 kB on average, as a web article is
_KEEPERS = ("signatures", "find")


def measure(scratch: Path, count: int, template: int, *, others: bool) -> dict[str, Any]:
    """A row for us on one core, one for us on all, one for datasketch."""
    plan = Plan(count, template=template, words=_WORDS)
    pairs = pairs_of(plan)
    given = ours.write_planted(scratch / "given", "planted", plan)
    rows = []
    for workers in sorted({1, cores()}):
        print(f"  ours, cores: {workers}", flush=True)
        said = ours.ask(scratch / "given", scratch / "out", workers=workers)
        answer = ours.answer(scratch / "out")
        rows.append({"name": "ours", "cores": workers, **scored(said, answer, plan, pairs)})
        shutil.rmtree(scratch / "out")
    found = {
        "documents": count,
        "template": template,
        "bytes": sum(path.stat().st_size for path in given.paths),
        "rows": rows,
    }
    shutil.rmtree(scratch / "given")
    if others:
        texts = neighbours.write(scratch / "given.jsonl", documents(plan))
        rows += [
            told.row | {"cores": 1, "dropped": len(told.answer.dropped)}
            for told in neighbours.ask([neighbours.FROM_TEXTS], texts, scratch)
            if isinstance(told, neighbours.Told)
        ]
    return found


def to_keepers(row: dict[str, Any]) -> float:
    """Seconds from texts to who is kept; of ours without what the index takes for later dumps."""
    seconds = row["seconds"]
    return float(
        sum(seconds[name] for name in _KEEPERS if name in seconds) or sum(seconds.values())
    )
