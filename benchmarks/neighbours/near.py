"""What every script that looks for near-duplicates needs: the documents, shingles, the answer.

What belongs here: the standard library only, since each script runs in its neighbour's own
environment, without this project. What does not: any neighbour.
"""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BANDS, ROWS, PERMUTATIONS, SHINGLE, THRESHOLD = 14, 8, 112, 5, 0.75


def given() -> Path:
    """The JSON Lines file of the documents: the first argument."""
    return Path(sys.argv[1])


def scratch() -> Path:
    """An empty folder for what a script must write: the second argument."""
    folder = Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def documents() -> tuple[list[str], list[str]]:
    """(ids, texts), in order."""
    with given().open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [row["id"] for row in rows], [row["text"] for row in rows]


def shingles(text: str) -> list[str]:
    """Runs of five words, as one would write them; one run where there are fewer."""
    words = text.lower().split()
    return [" ".join(words[at : at + SHINGLE]) for at in range(max(1, len(words) - SHINGLE + 1))]


class Answers:
    """What a script found and what it took."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.found: dict[str, object] = {}
        self.notes: dict[str, object] = {}
        self.peak = 0.0

    @contextmanager
    def timed(self, part: str) -> Iterator[None]:
        """The time of a part of the work, and the peak of memory until its end."""
        started = time.perf_counter()
        yield
        self.seconds[part] = time.perf_counter() - started
        self.peak = peak_megabytes()

    def say(self, documents: int) -> None:
        """Write what was found, and answer as benchmarks.child reads it."""
        told = {
            "documents": documents,
            "seconds": self.seconds,
            "peak_megabytes": self.peak,
            **self.notes,
        }
        (scratch() / "found.json").write_text(json.dumps(self.found), "utf-8")
        print(f"answer: {json.dumps(told)}", flush=True)


def peak_megabytes() -> float:
    """The largest memory (VmHWM) that this process has held."""
    status = Path("/proc/self/status")
    if not status.exists():  # not Linux
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    fields = dict(line.split(":", 1) for line in status.read_text().splitlines())
    return int(fields["VmHWM"].split()[0]) * 1024 / 1e6
