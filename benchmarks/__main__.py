"""`make bench`: how fast each step and kernel is, on one core and on two, against a plain Arrow
copy, the libraries and the neighbours in the same run; what damage is found, what harm is done.

What belongs here: the order of the measurements. What does not: any of them.
Writes benchmarks/results.json, RESULTS.md and results.svg. `--memory SMALL LARGE` measures memory
alone and keeps the rest.
"""

import argparse
import json
import statistics
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import child, corpus, first_run, machine, memory, novels, others
from benchmarks.page import ALL, COPY, page
from benchmarks.plot import plot
from benchmarks.targets import Measured

_PLACE = novels.ROOT / "benchmarks"
_STORE = _PLACE / "results.json"
_CORES = {"one": 1, "two": 2}
_KERNEL_MEGABYTES = 16
_HARM_MEGABYTES = 8
Rates = dict[str, list[float]]
"""Name -> [MB/s, documents/s]."""


def main() -> None:
    """Measure, keep the numbers, write the page and the plot."""
    words = _arguments()
    if words.memory:
        measured = json.loads(_STORE.read_text())
        measured["memory"] = {"date": _today(), "peaks": memory.measure(words.memory)}
    elif words.page:
        measured = json.loads(_STORE.read_text())
    else:
        before = json.loads(_STORE.read_text()) if _STORE.exists() else {}
        with tempfile.TemporaryDirectory() as folder:
            measured = _measure(Path(folder), words.megabytes, words.repeats, words.neighbours)
        if "memory" in before:
            measured["memory"] = before["memory"]
    _STORE.write_text(json.dumps(measured, indent=1, ensure_ascii=False) + "\n")
    (_PLACE / "RESULTS.md").write_text(page(measured))
    (_PLACE / "results.svg").write_text(plot(measured))
    print((_PLACE / "RESULTS.md").read_text())


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--megabytes", type=float, default=64, help="of text for the whole path")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--neighbours", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--memory", type=float, nargs="*", metavar="MB", help="memory alone")
    parser.add_argument("--page", action="store_true", help="write the page anew, measure nothing")
    return parser.parse_args()


def _measure(scratch: Path, megabytes: float, repeats: int, neighbours: bool) -> Measured:
    raw = scratch / "raw"
    dump = corpus.write(raw, megabytes)
    _say(f"{dump.documents:,} documents, {dump.bytes / 1e6:.1f} MB")
    rates: dict[str, Rates] = {}
    start_up = {}
    found: dict[str, int] = {}
    for cores in _CORES:
        rates[cores], start_up[cores], found = _path(scratch, cores, repeats, dump)
    _say("kernels and libraries")
    kernels = child.ask("benchmarks.kernels", min(megabytes, _KERNEL_MEGABYTES))["rates"]
    _say("the first run and the second")
    first = first_run.measure()
    _say("harm")
    harm = _harm(scratch)
    _say("neighbours")
    rows, absent = others.measure(scratch / "others") if neighbours else ([], {})
    theirs = {
        row["name"]: [row["bytes"] / 1e6 / row["seconds"], row["documents"] / row["seconds"]]
        for row in rows
    }
    return {
        "date": _today(),
        "machine": machine.describe(),
        "repeats": repeats,
        "input": {
            "origin": novels.origin(),
            "megabytes": dump.bytes / 1e6,
            "documents": dump.documents,
            "files": dump.files,
            "planted": dict(dump.planted),
        },
        "one": rates["one"] | kernels | theirs,
        "two": rates["two"],
        "start_up": start_up,
        "first_run": first,
        "found": found,
        "harm": harm,
        "neighbours": {row["name"]: row for row in rows},
        "absent": absent,
    }


def _path(
    scratch: Path, cores: str, repeats: int, dump: corpus.Dump
) -> tuple[Rates, float, dict[str, int]]:
    """(rates of the copy, of each step and of all, seconds of start-up, what was found)."""
    workers = _CORES[cores]
    arguments = (scratch / "raw", scratch / "out", workers)
    copies, runs = [], []
    for number in range(repeats):
        _say(f"{cores} core{'s' * (workers > 1)}, run {number + 1} of {repeats}")
        copies.append(child.ask("benchmarks.copy", *arguments, cores=workers)["seconds"])
        runs.append(child.ask("benchmarks.path", *arguments, cores=workers))
    seconds = {COPY: statistics.median(copies)}
    for step in runs[0]["seconds"]:
        seconds[step] = statistics.median(run["seconds"][step] for run in runs)
    seconds[ALL] = statistics.median(sum(run["seconds"].values()) for run in runs)
    rates = {
        name: [dump.bytes / 1e6 / taken, dump.documents / taken] for name, taken in seconds.items()
    }
    return rates, statistics.median(run["start_up"] for run in runs), runs[-1]["found"]


def _harm(scratch: Path) -> dict[str, Any]:
    """Edits that are made to novels as they are."""
    dump = corpus.write(scratch / "clean", _HARM_MEGABYTES, damaged=False)
    answer = child.ask("benchmarks.path", scratch / "clean", scratch / "out", 1)
    return {"words": dump.words, "edits": answer["edits"]}


def _today() -> str:
    return f"{datetime.now(UTC):%Y-%m-%d}"


def _say(what: str) -> None:
    print(f"- {what}", flush=True)


if __name__ == "__main__":
    main()
