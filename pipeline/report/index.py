"""The index on a terminal: what later dumps are compared with.

What belongs here: the table, and the same as JSON. What does not: finding out (pipeline.index).
"""

import json
from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipeline.index.making import DATASETS
from pipeline.index.parts import State
from pipeline.store.dataset import Dataset, StoreError

Wrong = Mapping[str, Sequence[str]]
"""What is wrong with the part of each dump that was verified."""


def index(console: Console, states: Sequence[State], wrong: Wrong, *, verified: bool) -> None:
    """A line for each dump, and what is wrong with it."""
    if not states:
        console.print("No dump is published.")
        return
    table = Table(box=None, pad_edge=False)
    for name in ("dump", "documents", "keys", "MB", "state"):
        table.add_column(name, justify="left" if name in ("dump", "state") else "right")
    for state in states:
        documents, keys, size = _sizes(state)
        said = _said(state, wrong.get(state.part.dump, ()), verified=verified)
        numbers = (f"{documents:,}", f"{keys:,}", f"{size / 1e6:,.1f}")
        table.add_row(Text(state.part.dump), *numbers, Text(said))
    console.print(table)
    for dump, problems in wrong.items():
        for problem in problems:
            console.print(Text(f"{dump}: {problem}", style="red"), soft_wrap=True)
    if any(state.stale for state in states):
        console.print(
            "What is stale is made anew by the first run that needs it; "
            "`hygiene index --rebuild DUMP` puts it in place.",
            soft_wrap=True,
        )


def as_json(states: Sequence[State], wrong: Wrong) -> str:
    """The same as one object."""
    rows = []
    for state in states:
        documents, keys, size = _sizes(state)
        row: dict[str, object] = {
            "dump": state.part.dump,
            "documents": documents,
            "keys": keys,
            "bytes": size,
            "removed": state.removed,
            "stale": state.stale or None,
        }
        if state.part.dump in wrong:
            row["problems"] = list(wrong[state.part.dump])
        rows.append(row)
    return json.dumps({"dumps": rows}, indent=1, ensure_ascii=False)


def _said(state: State, problems: Sequence[str], *, verified: bool) -> str:
    if state.removed:
        return "removed: nothing is compared with it"
    if problems:
        return f"{len(problems)} wrong"
    said = f"stale: {state.stale}" if state.stale else "fine"
    return f"{said}; verified" if verified and state.readable else said


def _sizes(state: State) -> tuple[int, int, int]:
    """(documents, keys, bytes) of a part; zeros where it is missing."""
    part = state.part
    try:
        manifests = [
            Dataset(folder).manifest()
            for folder in (part.band_index, part.document_index, part.shingles)
        ]
    except StoreError:
        return 0, 0, 0
    sizes = dict(zip(DATASETS, manifests, strict=True))
    total = sum(int(each["bytes"]) for each in manifests)
    return int(sizes["document_index"]["rows"]), int(sizes["band_index"]["rows"]), total
