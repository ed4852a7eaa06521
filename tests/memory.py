"""How much memory this process has needed that is its own.

What belongs here: asking the system. What does not: what is little (each test says that itself).

Pages of files are not counted. Those of libraries are most of what a small process holds, and how
many of them are mapped at once is a matter of the page cache: of two copies of one library, loaded
by the same Python, 35 MB are mapped of one and 96 MB of the other.
"""

from pathlib import Path

_STATUS = Path("/proc/self/status")


def megabytes() -> float:
    """What it holds now."""
    return _field("RssAnon")


def peak() -> float:
    """The most that it has held, in MB, or a little less: by what was mapped since then.

    Not `ru_maxrss`: a process inherits that from the one that started it.
    """
    return _field("VmHWM") - _field("RssFile") - _field("RssShmem")


def _field(name: str) -> float:
    return int(_STATUS.read_text().partition(f"{name}:")[2].split()[0]) / 1024
