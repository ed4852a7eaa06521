"""The machine and the versions that results were measured with, and what else ran on it.

What belongs here: facts about the machine. What does not: measuring ours or theirs.
"""

import os
import platform
import resource
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

_LIBRARIES = ("pyarrow", "numpy", "numba", "ftfy", "langdetect", "datasketch")


def describe() -> dict[str, str]:
    """Name -> what it is, for people."""
    return {
        "processor": _processor(),
        "cores": str(len(os.sched_getaffinity(0)) if _LINUX else os.cpu_count()),
        "system": f"{platform.system()} {platform.machine()}",
        "Python": platform.python_version(),
        **{name: version(name) for name in _LIBRARIES},
    }


def bystanders() -> Callable[[], float]:
    """Start watching; call the answer for the share (0 to 1) of all cores' time that programs other
    than this one and its children took since. 0 where the system does not say.
    """
    busy, every, own = _times()

    def share() -> float:
        busy_now, every_now, own_now = _times()
        others = (busy_now - busy) - (own_now - own)
        return max(0.0, others / max(1e-9, every_now - every))

    return share


def _times() -> tuple[float, float, float]:
    """Seconds since the start: all cores busy, all cores in all, this program and what it ran."""
    place = Path("/proc/stat")
    own = sum(
        used.ru_utime + used.ru_stime
        for used in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )
    if not place.exists():
        return own, own, own
    ticks = [int(word) for word in place.read_text().split("\n", 1)[0].split()[1:9]]
    hertz = os.sysconf("SC_CLK_TCK")
    idle = ticks[3] + ticks[4]
    return (sum(ticks) - idle) / hertz, sum(ticks) / hertz, own


_LINUX = hasattr(os, "sched_getaffinity")


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or "unknown"
