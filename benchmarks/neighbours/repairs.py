"""What the scripts of the neighbours that repair typos need: texts in, repaired texts out.

What belongs here: the standard library only, since each script runs in its neighbour's own
environment, without this project. What does not: any neighbour.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

WARM_UP = 5  # texts, before the clock starts


class Repairs:
    """IN.json, the first argument, holds the texts; OUT.json, the second, gets them repaired."""

    def __init__(self) -> None:
        given = json.loads(Path(sys.argv[1]).read_text("utf-8"))
        self.language: str = given["language"]
        self.texts: list[str] = given["texts"]
        self.rows: list[dict[str, object]] = []

    def each(self, name: str, call: Callable[[str], str]) -> None:
        """One row: all texts repaired one after another, with dictionaries loaded before."""
        for text in self.texts[:WARM_UP]:
            call(text)
        started = time.perf_counter()
        texts = [call(text) for text in self.texts]
        seconds = time.perf_counter() - started
        self.rows.append({"name": name, "texts": texts, "seconds": seconds})

    def say(self) -> None:
        """Write OUT.json; the answer, as benchmarks.child reads it, is the rows without texts."""
        Path(sys.argv[2]).write_text(json.dumps({"rows": self.rows}), "utf-8")
        rows = [{"name": row["name"], "seconds": row["seconds"]} for row in self.rows]
        print(f"answer: {json.dumps({'rows': rows})}", flush=True)
