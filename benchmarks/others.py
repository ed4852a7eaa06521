"""The neighbours: an environment for each, and what their scripts answer on the same documents.

What belongs here: setting the environments up from pinned files, running the scripts.
What does not: any neighbour's interface (neighbours/run_*.py).

A neighbour that does not install or run here is named with the reason; the others go on.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import child, corpus
from benchmarks.novels import ROOT

_PINS = ROOT / "benchmarks" / "neighbours"
_PATIENCE = 600  # seconds
_ENVIRONMENTS = ROOT / ".venv-neighbours"


@dataclass(frozen=True)
class Neighbour:
    """megabytes: of documents that it gets, so that each takes well under two minutes.
    python: the oldest that it runs on.
    """

    name: str
    megabytes: float
    python: tuple[int, int] = (3, 11)

    @property
    def script(self) -> str:
        return f"benchmarks/neighbours/run_{self.name.replace('-', '_')}.py"


NEIGHBOURS = (
    Neighbour("datatrove", 2),
    Neighbour("rensa", 16),
    Neighbour("text-dedup", 2, python=(3, 12)),
    Neighbour("dolma", 2),
)


def measure(scratch: Path) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """(rows of all neighbours, reason by name of those that could not be asked). One core each."""
    rows: list[dict[str, Any]] = []
    absent = {}
    for neighbour in NEIGHBOURS:
        print(f"  {neighbour.name}", flush=True)
        folder = scratch / neighbour.name
        corpus.write(folder / "raw", neighbour.megabytes, file_bytes=neighbour.megabytes * 1e6)
        try:
            python = environment(neighbour)
            answer = child.ask(
                neighbour.script, folder / "raw", folder / "made", python=python, timeout=_PATIENCE
            )
        except child.ChildError as error:
            absent[neighbour.name] = reason(error)
        else:
            rows += answer["rows"]
        shutil.rmtree(folder)
    return rows, absent


def reason(error: Exception) -> str:
    """The last line of an error, without the paths of this machine."""
    line = str(error).strip().splitlines()[-1]
    return line.replace(str(ROOT), ".").replace(str(Path.home()), "~")


def environment(neighbour: Neighbour) -> Path:
    """The Python of the neighbour's environment, made anew when its pins have changed."""
    pins = _PINS / f"{neighbour.name}.txt"
    folder = _ENVIRONMENTS / neighbour.name
    python = folder / "bin" / "python"
    ready = folder / f"ready-{hashlib.sha256(pins.read_bytes()).hexdigest()[:16]}"
    if not ready.exists():
        _uv("venv", "--clear", "--python", _interpreter(neighbour.python), str(folder))
        _uv("pip", "install", "--python", str(python), "--require-hashes", "-r", str(pins))
        ready.touch()
    return python


def _interpreter(oldest: tuple[int, int]) -> str:
    """This one if it is new enough, else one of that version, or the version for uv to find.

    pyenv's own commands run only in folders that ask for their version, so its versions are looked
    for where it keeps them.
    """
    if sys.version_info[:2] >= oldest:
        return sys.executable
    wanted = ".".join(map(str, oldest))
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    kept = sorted(pyenv.glob(f"versions/{wanted}.*/bin/python"))
    return str(kept[-1]) if kept else wanted


def _uv(*arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "uv", "--quiet", "--no-python-downloads", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise child.ChildError(f"did not install: {' '.join(done.stderr.split())[:300]}")
