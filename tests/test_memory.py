"""What tests of memory measure with: it sees what is held for a moment, and no pages of files."""

import subprocess
import sys
from pathlib import Path

SCRIPT = """
import mmap, sys
from tests.memory import megabytes, peak

before = megabytes()
held = b"x" * 50_000_000
del held
print(megabytes() - before, peak() - before)

with open(sys.argv[1], "rb") as file:
    mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
assert sum(mapped[:: mmap.PAGESIZE]) == 0
print(peak() - before)
"""


def test_what_a_process_has_held_is_its_own_memory_alone(tmp_path: Path) -> None:
    file = tmp_path / "like a library"
    with file.open("wb") as hole:
        hole.truncate(200_000_000)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(file)], capture_output=True, check=True, text=True
    )
    still, held, mapped = map(float, done.stdout.split())
    assert still < 5
    assert 45 < held < 60
    assert mapped < 60
