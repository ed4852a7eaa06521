"""The neighbours on the same documents: datasketch, rensa, text-dedup, datatrove.

What belongs here: which script runs how, and its answer. What does not: their interfaces
(benchmarks/neighbours/near_*.py), what the answers are worth (judge).
"""

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import child
from benchmarks.neardup.judge import Answer, ordered
from benchmarks.others import NEIGHBOURS, Neighbour, environment, reason

_PATIENCE = 900  # seconds


@dataclass(frozen=True)
class Way:
    """One way to ask one neighbour. what: what was done, for people. neighbour: whose environment;
    None for this project's own.
    """

    name: str
    what: str
    script: str
    arguments: tuple[str, ...] = ()
    neighbour: Neighbour | None = None
    folder: str = ""


def _neighbour(name: str) -> Neighbour:
    return next(each for each in NEIGHBOURS if each.name == name)


_RENSA, _TEXT_DEDUP, _DATATROVE = map(_neighbour, ("rensa", "text-dedup", "datatrove"))
FROM_TEXTS = Way(
    "datasketch from texts",
    "word 5-grams in Python, `update_batch`; MinHashLSH asked, and added to where nothing is found",
    "near_datasketch",
    ("texts", "keep"),
    folder="datasketch",
)
FROM_SIGNATURES = Way(
    "datasketch from ready signatures",
    "MinHashLSH alone, asked, and added to where nothing is found",
    "near_datasketch",
    ("signatures", "keep"),
    folder="datasketch",
)
VERIFIED = Way(
    "datasketch from texts, verified",
    "word 5-grams in Python, `update_batch`; MinHashLSH asked, what it finds verified by the "
    "5-grams at 0.75, and added to where nothing is found that is alike",
    "near_datasketch",
    ("texts", "verify"),
    folder="datasketch",
)
PAIRS = Way(
    "datasketch from ready signatures, all pairs",
    "MinHashLSH alone: every document added, then every one asked",
    "near_datasketch",
    ("signatures", "all"),
    folder="datasketch",
)
TEXTS_PAIRS = Way(
    "datasketch",
    "word 5-grams in Python, `update_batch`; MinHashLSH: every document added, then every one "
    "asked, the first stays",
    "near_datasketch",
    ("texts", "all"),
    folder="datasketch",
)
DATASKETCH = (FROM_TEXTS, FROM_SIGNATURES, VERIFIED, PAIRS)
"""In this order: the first leaves the signatures."""
OTHERS = (
    Way(
        "rensa",
        "word 5-grams in Python, its batch call, RMinHashLSH; the signatures' estimate at 0.75",
        "near_rensa",
        ("keep",),
        _RENSA,
    ),
    Way(
        "text-dedup",
        "read to write; pairs of a cluster verified at 0.75",
        "near_text_dedup",
        (),
        _TEXT_DEDUP,
    ),
    Way(
        "datatrove",
        "its four stages with `str.split`; nothing verified",
        "near_datatrove",
        (),
        _DATATROVE,
    ),
)
RENSA_PAIRS = Way(
    "rensa",
    "word 5-grams in Python, its batch call, RMinHashLSH: every document added, then every one "
    "asked; the signatures' estimate at 0.75",
    "near_rensa",
    ("all",),
    _RENSA,
)


@dataclass(frozen=True)
class Told:
    """What a neighbour answered. said: seconds of the parts, peak memory and the like."""

    way: Way
    said: dict[str, Any]
    answer: Answer

    @property
    def row(self) -> dict[str, Any]:
        """What it took, for the page."""
        return {"name": self.way.name, "what": self.way.what, **self.said}


def ask(ways: Iterable[Way], given: Path, scratch: Path) -> Iterator[Told | tuple[str, str]]:
    """What each says of the JSON Lines file; (name, reason) for one that could not be asked. One
    core each.
    """
    for way in ways:
        print(f"  {way.name}", flush=True)
        place = scratch / (way.folder or way.script)
        script = f"benchmarks/neighbours/{way.script}.py"
        try:
            python = environment(way.neighbour) if way.neighbour else Path(sys.executable)
            said = child.ask(script, given, place, *way.arguments, python=python, timeout=_PATIENCE)
        except child.ChildError as error:
            yield way.name, reason(error)
        else:
            yield Told(way, said, read(place / "found.json"))


def read(path: Path) -> Answer:
    """What a script wrote down."""
    found = json.loads(path.read_text("utf-8"))
    pairs = frozenset(ordered(*pair) for pair in found.get("pairs", ()))
    return Answer(found.get("dropped", {}), pairs, found.get("clusters", {}))


def write(path: Path, documents: Iterable[tuple[str, str]]) -> Path:
    """The documents (id, text) as JSON Lines, for the scripts."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        for doc, text in documents:
            file.write(json.dumps({"id": doc, "text": text}, ensure_ascii=False) + "\n")
    return path
