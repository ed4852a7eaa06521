"""What every neighbour's script needs: the documents, and the way to answer.

What belongs here: the standard library only, since each script runs in its neighbour's own
environment, without this project. What does not: any neighbour.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

WARM_UP = 5  # documents, so that models and tables are loaded before the clock starts


def texts() -> list[str]:
    """The texts of the JSONL files in the folder that the first argument names."""
    return [
        json.loads(line)["text"]
        for path in sorted(Path(sys.argv[1]).glob("*.jsonl"))
        for line in path.read_text("utf-8").splitlines()
    ]


def scratch() -> Path:
    """An empty folder for what a script must write: the second argument."""
    folder = Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    return folder


class Results:
    """Timings of one neighbour on the same documents."""

    def __init__(self) -> None:
        self.texts = texts()
        self.bytes = sum(len(text.encode()) for text in self.texts)
        self.rows: list[dict[str, object]] = []

    def add(self, name: str, seconds: float, what: str) -> None:
        """One row. what: what was done, so that a reader can judge if it is the same work."""
        row = {"name": name, "seconds": seconds, "what": what}
        self.rows.append(row | {"documents": len(self.texts), "bytes": self.bytes})

    def each(self, name: str, what: str, call: Callable[[str], object]) -> None:
        """Time a call for each document, warm."""
        for text in self.texts[:WARM_UP]:
            call(text)
        started = time.perf_counter()
        for text in self.texts:
            call(text)
        self.add(name, time.perf_counter() - started, what)

    def say(self) -> None:
        """The answer, as benchmarks.child reads it."""
        print(f"answer: {json.dumps({'rows': self.rows})}", flush=True)
