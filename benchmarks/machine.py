"""The machine and the versions that results were measured with."""

import os
import platform
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


_LINUX = hasattr(os, "sched_getaffinity")


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or "unknown"
