"""How much longer the first run on a fresh machine takes, compilation included, than the second.

What belongs here: `hygiene run` on the example dump with an empty folder for compiled code, and
again with what the first run put there. What does not: warm speed (path, kernels).
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.novels import ROOT

_EXAMPLE = ROOT / "examples" / "raw" / "2026-11-21"


def measure() -> dict[str, float]:
    """Seconds of the first and of the second run."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        return {name: _run(place / name, place / "code") for name in ("first", "second")}


def _run(out: Path, code: Path) -> float:
    environment = os.environ | {
        "NUMBA_CACHE_DIR": str(code),
        "PYTHONPATH": str(ROOT),
    }
    started = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "pipeline.cli", "run", str(_EXAMPLE), "--out", str(out)],
        cwd=ROOT,
        env=environment,
        check=True,
        capture_output=True,
    )
    return time.perf_counter() - started
