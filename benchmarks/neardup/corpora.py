"""Planted corpora: everybody is asked, and what they answer is held against the plan.

What belongs here: one corpus, one row a program. What does not: the plan (planted), counting
(judge), programs (ours, neighbours).
"""

import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import child
from benchmarks.neardup import judge, neighbours, ours
from benchmarks.neardup.judge import Answer
from benchmarks.neardup.neighbours import Way
from benchmarks.neardup.planted import CHAIN, EDITED, Numbers, Plan, number_of
from benchmarks.neardup.strings import likeness, shingles
from benchmarks.neardup.truth import truth

_THRESHOLD = 0.75
_CURVE_FROM = 0.5
"""Threshold of the run that shows how many pairs of each similarity meet in a band."""
_CURVE_OF = (EDITED, CHAIN)
"""Of a template not every pair needs to be reported."""
_KEPT = 100  # of a template; its members are all alike to each other, or all unlike


def measure(scratch: Path, plan: Plan, ways: Sequence[Way]) -> dict[str, Any]:
    """A row for us and for each way of asking a neighbour; recall by similarity of ours."""
    pairs = pairs_of(plan)
    ours.write_planted(scratch / "given", "planted", plan)
    print("  ours", flush=True)
    said = ours.ask(scratch / "given", scratch / "out", threshold=_THRESHOLD)
    rows = [scored({"name": "ours", **said}, ours.answer(scratch / "out"), plan, pairs)]
    ours.ask(scratch / "given", scratch / "low", threshold=_CURVE_FROM)
    pairwise = (pair for pair in pairs if pair["kind"] in _CURVE_OF)
    curve = judge.recall_by_similarity(pairwise, ours.answer(scratch / "low"), _CURVE_FROM)
    for folder in ("given", "out", "low"):
        shutil.rmtree(scratch / folder)
    absent = {}
    if ways:
        given = neighbours.write(scratch / "given.jsonl", documents(plan))
        for told in neighbours.ask(ways, given, scratch):
            if isinstance(told, tuple):
                absent[told[0]] = told[1]
            else:
                rows.append(scored(told.row, told.answer, plan, pairs))
    return {
        "documents": plan.documents,
        "kinds": {kind.name: [kind.groups, kind.size] for kind in plan.kinds},
        "rows": rows,
        "curve": curve,
        "absent": absent,
    }


def pairs_of(plan: Plan) -> list[judge.Row]:
    """The planted pairs with their similarity."""
    return [row for table in truth(plan) for row in table.to_pylist()]


def documents(plan: Plan) -> Iterable[tuple[str, str]]:
    """(id, text) of every document."""
    for table in plan.tables(np.arange(plan.documents)):
        yield from zip(table["doc_id"].to_pylist(), table["text"].to_pylist(), strict=True)


def scored(
    said: child.Answer, answer: Answer, plan: Plan, pairs: list[judge.Row]
) -> dict[str, Any]:
    """What a program took and what its answer is worth. wrong: by kind. missed: by kind, of the
    planted pairs at the threshold.
    """
    relatives = relatives_of(plan, answer)
    texts = texts_of(plan, _looked_at(answer, relatives))
    alike = likeness(texts, _THRESHOLD, shingles)
    wrong, misnamed = judge.wrongly_dropped(answer, relatives, alike)
    return {
        **said,
        "dropped": len(answer.dropped),
        "wrong": _by_kind(plan, wrong),
        "misnamed": len(misnamed),
        "missed": judge.missed(pairs, answer, _THRESHOLD),
    }


def _by_kind(plan: Plan, ids: list[str]) -> dict[str, int]:
    places = plan.places(_numbers(ids))
    found: Counter[str] = Counter()
    for kind in plan.kinds:
        inside = (places >= kind.first) & (places < kind.first + kind.documents)
        found[kind.name] = int(inside.sum())
    return {name: count for name, count in found.items() if count}


def relatives_of(plan: Plan, answer: Answer) -> Callable[[str], list[str]]:
    """Documents of a document's group that are kept; a hundred at most."""
    kept = np.ones(plan.documents, bool)
    kept[_numbers(list(answer.dropped))] = False
    numbers = np.flatnonzero(kept)
    groups = plan.groups(numbers)
    order = np.argsort(groups, kind="stable")
    numbers, groups = numbers[order], groups[order]
    of_group: dict[int, list[str]] = {}

    def relatives(doc: str) -> list[str]:
        group = int(plan.groups(np.array([number_of(doc)]))[0])
        if group not in of_group:
            start, end = np.searchsorted(groups, [group, group + 1])
            some = numbers[start : min(end, start + _KEPT)]
            of_group[group] = plan.ids(some).to_pylist()
        return of_group[group]

    return relatives


def _looked_at(answer: Answer, relatives: Callable[[str], list[str]]) -> set[str]:
    """The documents whose texts the judge may want."""
    found = set(answer.dropped) | set(filter(None, answer.dropped.values()))
    for doc in answer.dropped:
        found.update(relatives(doc))
    return found


def texts_of(plan: Plan, ids: Iterable[str]) -> dict[str, str]:
    """Texts by id."""
    texts: dict[str, str] = {}
    for table in plan.tables(np.sort(_numbers(list(ids)))):
        texts |= zip(table["doc_id"].to_pylist(), table["text"].to_pylist(), strict=True)
    return texts


def _numbers(ids: list[str]) -> Numbers:
    return np.array([number_of(doc) for doc in ids], np.int64)
