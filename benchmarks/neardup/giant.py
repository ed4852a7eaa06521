"""One linked group of many documents: what comparing it takes, and how much of that is memory that
the system cannot take back. As a program: TINY GIVEN OUT.

What belongs here: a dump that is one template. What does not: what the answer is worth (corpora).
"""

import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks import child
from benchmarks.neardup import ours
from benchmarks.neardup.planted import Plan
from pipeline.dedup.settings import DedupSettings
from pipeline.engine.local import LocalEngine

_WORDS = (20, 30)
_LOOKS_A_SECOND = 100


def plan_of(members: int) -> Plan:
    """A template and a few texts that are alone."""
    return Plan(
        members + members // 100,
        template=members,
        unlike=False,
        edited=0,
        chained=0,
        translated=0,
        equal=0,
        words=_WORDS,
    )


def measure(scratch: Path, members: int) -> dict[str, Any]:
    """Seconds of the parts, peak memory with mapped files and without them, documents dropped."""
    ours.write_planted(scratch / "given", "planted", plan_of(members))
    with tempfile.TemporaryDirectory() as warm_up:
        tiny = Path(warm_up)
        ours.write_planted(tiny / "given", "tiny", ours.WARM_UP)
        arguments = tiny, scratch / "given", scratch / "out"
        said = child.ask("benchmarks.neardup.giant", *arguments)
    shutil.rmtree(scratch)
    return {"members": members, "setting": DedupSettings().process_memory_mb, **said}


def main(tiny: Path, given: Path, out: Path) -> None:
    """Answer with what `ours.compare` says, warm, and what was held meanwhile."""
    settings = DedupSettings()
    with LocalEngine(1) as engine:
        ours.compare(engine, tiny / "given", tiny / "out", 0, settings)
        with _held() as held:
            said = ours.compare(engine, given, out, 0, settings)
    child.answer(**said, held_megabytes=max(held), held_before=held[0])


@contextmanager
def _held() -> Iterator[list[float]]:
    """What this process holds that lies in no file (RssAnon), looked at again and again."""
    found = [child.megabytes("RssAnon")]
    done = threading.Event()

    def look() -> None:
        while not done.wait(1 / _LOOKS_A_SECOND):
            found.append(child.megabytes("RssAnon"))

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield found
    finally:
        done.set()
        watcher.join()


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
