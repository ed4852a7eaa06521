"""Debian's copyright files: of the pairs that are known to be alike, how many are found, and what
is dropped that is like nothing kept.

What belongs here: reading the files and their list of pairs, asking everybody about them. What does
not: counting (judge).
"""

import hashlib
from collections import defaultdict
from pathlib import Path
from typing import Any

import pyarrow as pa

from benchmarks import child
from benchmarks.neardup import judge, neighbours, ours
from benchmarks.neardup.judge import Answer
from benchmarks.neardup.strings import gold_shingles, likeness, shingles
from benchmarks.novels import SHARED

_PLACE = SHARED / "neardup"
_THRESHOLD = 0.75
ALIKE = 0.8
"""Pairs of the gold from here on are to be found."""
_WAYS = (
    neighbours.TEXTS_PAIRS,
    neighbours.RENSA_PAIRS,
    *(way for way in neighbours.OTHERS if way.name != "rensa"),
)


class Gold:
    """texts by id; pairs: ids in order, and their exact similarity, from 0.5 on."""

    def __init__(self, place: Path = _PLACE) -> None:
        names = {path.stem: path for path in sorted((place / "debian-copyright").glob("*.txt"))}
        ids = {name: hashlib.sha256(name.encode()).hexdigest()[:32] for name in names}
        self.texts = {
            ids[name]: path.read_text("utf-8", errors="replace") for name, path in names.items()
        }
        lines = (place / "debian-copyright.pairs.tsv").read_text("utf-8").splitlines()[1:]
        rows = (line.split("\t") for line in lines)
        self.pairs = {judge.ordered(ids[a], ids[b]): float(similarity) for a, b, similarity in rows}
        self._relatives: dict[str, list[str]] = defaultdict(list)
        for a, b in self.pairs:
            self._relatives[a].append(b)
            self._relatives[b].append(a)

    def relatives(self, doc: str) -> list[str]:
        """The documents that are half alike to it, or more."""
        return self._relatives[doc]


def measure(scratch: Path, *, others: bool) -> dict[str, Any] | None:
    """A row for each program; None where the files are not there."""
    if not _PLACE.is_dir():
        return None
    gold = Gold()
    table = pa.table({"doc_id": list(gold.texts), "text": list(gold.texts.values())})
    ours.write(scratch / "given", "gold", [table])
    said = ours.ask(scratch / "given", scratch / "out")
    rows = [scored("ours", said, ours.answer(scratch / "out"), gold)]
    absent = {}
    given = neighbours.write(scratch / "given.jsonl", gold.texts.items())
    for told in neighbours.ask(_WAYS if others else (), given, scratch):
        if isinstance(told, tuple):
            absent[told[0]] = told[1]
        else:
            rows.append(scored(told.way.name, told.row, told.answer, gold))
    alike = [similarity for similarity in gold.pairs.values() if similarity >= ALIKE]
    return {"documents": len(gold.texts), "alike": len(alike), "rows": rows, "absent": absent}


def scored(name: str, said: child.Answer, answer: Answer, gold: Gold) -> dict[str, Any]:
    """A program's row. A pair is at the threshold if it is so by the words of the gold or by the
    folded ones; below_folded: pairs that are not so by the folded ones.
    """
    either = likeness(gold.texts, _THRESHOLD, shingles, gold_shingles)
    folded = likeness(gold.texts, _THRESHOLD, shingles)
    wanted = [pair for pair, similarity in gold.pairs.items() if similarity >= ALIKE]
    reported, below = judge.unlike(answer.reported(), either)
    wrong, misnamed = judge.wrongly_dropped(answer, gold.relatives, either)
    both = sum(a not in answer.dropped and b not in answer.dropped for a, b in wanted)
    return {
        "name": name,
        "what": said.get("what", ""),
        "seconds": said["seconds"],
        "peak_megabytes": said["peak_megabytes"],
        "found": sum(answer.found(*pair) for pair in wanted),
        "reported": reported,
        "below": below,
        "below_folded": judge.unlike(answer.reported(), folded)[1],
        "dropped": len(answer.dropped),
        "wrong": len(wrong),
        "misnamed": len(misnamed),
        "both_kept": both,
    }
