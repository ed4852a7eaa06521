"""What a new dump costs, by the number of earlier dumps that it is compared with.

What belongs here: dumps of one size, of which the new one holds edited copies of documents of the
last before it: so the same is to be found however many dumps lie before. What does not: corpora
that are looked at alone (corpora).
"""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.neardup import ours
from benchmarks.neardup.corpora import pairs_of, scored
from benchmarks.neardup.planted import ALONE, EDITED, Numbers, Plan

NEW = "new"
_COPIES = 0.1  # of the new dump


def measure(scratch: Path, documents: int, earlier: Sequence[int]) -> dict[str, Any]:
    """A row for each number of earlier dumps. documents: in a dump."""
    plan, dumps = plan_of(documents, max(earlier))
    for name, numbers in dumps.items():
        ours.write_planted(scratch / "given", name, plan, numbers)
    pairs = pairs_of(plan)
    rows = []
    for count in sorted(earlier):
        print(f"  {count} earlier dumps", flush=True)
        out = scratch / "out"
        said = ours.ask(scratch / "given", out, earlier=count)
        # Without an earlier dump there is nothing to find.
        wanted = pairs if count else []
        rows.append({"dumps": count, **scored(said, ours.answer(out), plan, wanted)})
        shutil.rmtree(out)
    shutil.rmtree(scratch)
    return {"documents": documents, "rows": rows}


def plan_of(documents: int, earlier: int) -> tuple[Plan, dict[str, Numbers]]:
    """(plan, its documents by dump; the names sort in the dumps' order)."""
    copies = int(documents * _COPIES)
    everything = documents * (earlier + 1)
    plan = Plan(
        everything,
        template=0,
        edited=2 * copies / everything + 1e-9,
        chained=0,
        translated=0,
        equal=0,
    )
    edited, alone = plan.kind(EDITED), plan.kind(ALONE)
    originals = edited.first + 2 * np.arange(edited.groups)
    single = alone.first + np.arange(alone.groups)
    new = np.concatenate([originals + 1, single[: documents - copies]])
    # Of what is dealt out to the earlier dumps, the last one gets the first: the originals.
    rest = np.concatenate([originals, single[documents - copies :]])
    dumps = {
        f"dump-{number:03d}": rest[(earlier - number) * documents :][:documents]
        for number in range(1, earlier + 1)
    }
    numbers = {name: np.sort(plan.numbers(places)) for name, places in dumps.items()}
    return plan, numbers | {NEW: np.sort(plan.numbers(new))}
