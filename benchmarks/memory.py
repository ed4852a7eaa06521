"""Whether memory stays flat: the peak of a small and of a large run.

What belongs here: two runs with one worker and the default recipe, files of one size, and the
largest memory (VmHWM) of the process that did all the work. What does not: speed.
"""

import tempfile
from pathlib import Path

from benchmarks import child, corpus

_FILE_BYTES = 12_500_000


def measure(sizes: list[float]) -> dict[str, float]:
    """Peak megabytes by megabytes of input."""
    found = {}
    for megabytes in sizes:
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder)
            corpus.write(place / "raw", megabytes, file_bytes=_FILE_BYTES)
            answer = child.ask("benchmarks.path", place / "raw", place / "out", 1, "default")
        found[f"{megabytes:g}"] = answer["peak_megabytes"]
        print(f"  {megabytes:g} MB of input: {found[f'{megabytes:g}']:.0f} MB", flush=True)
    return found
