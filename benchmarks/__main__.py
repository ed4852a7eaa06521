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
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import child, corpus, first_run, machine, memory, novels, others
from benchmarks.boilerplate import __main__ as boilerplate
from benchmarks.neardup import __main__ as neardup
from benchmarks.page import ALL, COPY, page
from benchmarks.plot import plot
from benchmarks.target import Measured
from benchmarks.typos import __main__ as typos

_PLACE = novels.ROOT / "benchmarks"
_STORE = _PLACE / "results.json"
_CORES = {"one": 1, "two": 2}
_KERNEL_MEGABYTES = 16
_HARM_MEGABYTES = 8
_NEARDUP = ("gold", "corpora", "others", "incremental", "synthetic")
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
    parser.add_argument("--megabytes", type=float, default=512, help="of text for the whole path")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--neighbours", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--memory", type=float, nargs="*", metavar="MB", help="memory alone")
    parser.add_argument("--page", action="store_true", help="write the page anew, measure nothing")
    return parser.parse_args()


def _measure(scratch: Path, megabytes: float, repeats: int, neighbours: bool) -> Measured:
    others_share = machine.bystanders()
    raw = scratch / "raw"
    dump = corpus.write(raw, megabytes)
    _say(f"{dump.documents:,} documents, {dump.bytes / 1e6:.1f} MB")
    rates, start_up, found = _path(scratch, repeats, dump)
    _say("kernels and libraries")
    kernels = _kernels(min(megabytes, _KERNEL_MEGABYTES))
    _say("the first run and the second")
    first = first_run.measure()
    _say("harm")
    harm = _harm(scratch)
    _say("typos: harm and recall")
    slips = typos.main(neighbours=neighbours)
    _say("boilerplate: web pages, strings, harm and speed")
    cuts = boilerplate.main()
    _say("near-duplicates")
    alike = neardup.main(others=neighbours)
    _say("neighbours")
    rows, absent = others.measure(scratch / "others") if neighbours else ([], {})
    theirs = {
        row["name"]: [row["bytes"] / 1e6 / row["seconds"], row["documents"] / row["seconds"]]
        for row in rows
    }
    return {
        "date": _today(),
        "machine": machine.describe(),
        "bystanders": others_share(),
        "repeats": repeats,
        "input": {
            "origin": novels.origin(),
            "megabytes": dump.bytes / 1e6,
            "documents": dump.documents,
            "files": dump.files,
            "planted": dict(dump.planted),
        },
        "one": rates["one"] | kernels["one"] | theirs,
        "two": rates["two"] | kernels["two"],
        "start_up": start_up,
        "first_run": first,
        "found": found,
        "harm": harm,
        "typos": {name: slips[name] for name in ("harm", "recall")},
        "boilerplate": {name: cuts[name] for name in ("web", "harm", "speed")},
        "neardup": {name: alike[name] for name in _NEARDUP if name in alike},
        "neighbours": {row["name"]: row for row in rows},
        "absent": absent,
    }


def _path(
    scratch: Path, repeats: int, dump: corpus.Dump
) -> tuple[dict[str, Rates], dict[str, float], dict[str, int]]:
    """(rates of the copy, of each step and of all; seconds of start-up; what was found).

    One core and two take turns, so that a busy minute of the machine hits both.
    """
    copies: dict[str, list[float]] = {cores: [] for cores in _CORES}
    runs: dict[str, list[child.Answer]] = {cores: [] for cores in _CORES}
    for number in range(repeats):
        for cores, workers in _CORES.items():
            _say(f"run {number + 1} of {repeats}, cores: {workers}")
            arguments = (scratch / "raw", scratch / "out", workers)
            copied = child.ask("benchmarks.copy", *arguments, cores=workers)
            copies[cores].append(copied["seconds"])
            runs[cores].append(child.ask("benchmarks.path", *arguments, cores=workers))
    rates = {cores: _rates(copies[cores], runs[cores], dump) for cores in _CORES}
    start_up = {
        cores: statistics.median(run["start_up"] for run in runs[cores]) for cores in _CORES
    }
    return rates, start_up, runs["two"][-1]["found"]


def _rates(copies: list[float], runs: list[child.Answer], dump: corpus.Dump) -> Rates:
    seconds = {COPY: statistics.median(copies)}
    for step in runs[0]["seconds"]:
        seconds[step] = statistics.median(run["seconds"][step] for run in runs)
    seconds[ALL] = statistics.median(sum(run["seconds"].values()) for run in runs)
    return {
        name: [dump.bytes / 1e6 / taken, dump.documents / taken] for name, taken in seconds.items()
    }


def _kernels(megabytes: float) -> dict[str, Rates]:
    """Kernels and libraries on one core; and on two, each with a process of its own."""

    def on(core: int) -> Rates:
        rates: Rates = child.ask("benchmarks.kernels", megabytes, first=core)["rates"]
        return rates

    one = on(0)
    with ThreadPoolExecutor(2) as threads:
        here, there = threads.map(on, range(2))
    two = {name: [sum(pair) for pair in zip(here[name], there[name], strict=True)] for name in one}
    return {"one": one, "two": two}


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
