"""Timed work runs in a process of its own, on as many cores as it is told: so imports, compiled
code and caches are the same for each.

What belongs here: starting such a process, what it says about itself, its answer as JSON.
What does not: the work.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.novels import ROOT

_ANSWER = "answer: "
Answer = dict[str, Any]


class ChildError(RuntimeError):
    """The process failed; the message holds the end of what it said."""


def ask(
    module: str,
    *arguments: object,
    cores: int = 1,
    first: int = 0,
    python: Path | None = None,
    timeout: float | None = None,
) -> Answer:
    """Run `python -m module arguments` on `cores` cores from the `first`; what it answered.

    python: another environment's; the script is then run as a file, without this project.
    timeout: seconds. Raises `ChildError`.
    """
    environment = os.environ | {
        "PYTHONPATH": str(ROOT),
        "OMP_NUM_THREADS": str(cores),  # pyarrow reads it too
        "OPENBLAS_NUM_THREADS": str(cores),
        "RAYON_NUM_THREADS": str(cores),
        "POLARS_MAX_THREADS": str(cores),
        "TOKENIZERS_PARALLELISM": "false",
        "HF_HUB_OFFLINE": "1",
        "HF_DATASETS_OFFLINE": "1",
    }
    program = [sys.executable, "-m", module]
    if python:
        del environment["PYTHONPATH"]
        program = [str(python), str(ROOT / module)]
    try:
        with _pinned(first, cores):
            done = subprocess.run(
                [*program, *map(str, arguments)],
                cwd=ROOT,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
                timeout=timeout,
            )
    except subprocess.TimeoutExpired as error:
        raise ChildError(f"{module} took more than {timeout} s") from error
    answers = [line for line in done.stdout.splitlines() if line.startswith(_ANSWER)]
    if done.returncode or not answers:
        said = (done.stderr or done.stdout).strip().splitlines()[-15:]
        raise ChildError(f"{module} ended with {done.returncode}: " + "\n".join(said))
    found: Answer = json.loads(answers[-1].removeprefix(_ANSWER))
    return found


def answer(**values: object) -> None:
    """Say the result to whoever asked."""
    print(f"{_ANSWER}{json.dumps(values)}", flush=True)


@contextmanager
def _pinned(first: int, cores: int) -> Iterator[None]:
    """Processes started meanwhile by this thread stay on these cores, where the system can."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(allowed)[first : first + cores] or allowed)
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


def peak_megabytes() -> float:
    """The largest memory (VmHWM) that this process and its living children have held, added up;
    files that are mapped, which are the same libraries in all of them, counted once.
    """
    processes = [os.getpid(), *_children(os.getpid())]
    mapped = [_megabytes(process, "RssFile") for process in processes]
    return sum(_megabytes(each, "VmHWM") for each in processes) - sum(mapped) + max(mapped)


def megabytes(field: str) -> float:
    """What the system says of this process: VmHWM, RssAnon, … (proc(5)); 0 where it does not."""
    return _megabytes(os.getpid(), field)


def _children(parent: int) -> list[int]:
    listed = Path(f"/proc/{parent}/task/{parent}/children")
    mine = [int(word) for word in listed.read_text().split()] if listed.exists() else []
    return mine + [below for child in mine for below in _children(child)]


def _megabytes(process: int, field: str) -> float:
    """What the system says of a process, or nearly so where it is not Linux."""
    status = Path(f"/proc/{process}/status")
    if not status.exists():
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6 if field == "VmHWM" else 0
    fields = dict(line.split(":", 1) for line in status.read_text().splitlines())
    return int(fields[field].split()[0]) * 1024 / 1e6
