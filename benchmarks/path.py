"""`python -m benchmarks.path RAW OUT WORKERS [default]`: a dump all the way, each step timed.

Each raw file is a shard of its own, so that two workers have work; with `default`, files are put
together as the default recipe does.

What belongs here: the six steps, warm, in one process. What does not: how often, on how many cores
(who asks), the single kernels (kernels).
"""

import shutil
import sys
import time
from collections import Counter
from pathlib import Path

import pyarrow.compute as pc

from benchmarks import child, corpus
from pipeline import run as steps
from pipeline.engine.local import LocalEngine
from pipeline.recipe import Recipe
from pipeline.report.summary import summarise
from pipeline.sources.places.place import Folder
from pipeline.sources.settings import IngestSettings
from pipeline.store.dataset import Dataset
from pipeline.underway import Run

STEPS = ("ingest", *(step.__name__ for step in steps.CLEANING), "publish")
_WARM_UP = 0.8  # megabytes, in enough shards that each worker gets some
_TINY = Recipe(ingest=IngestSettings(shard_bytes=100_000))


def main(raw: Path, out: Path, workers: int, recipe: Recipe) -> None:
    """Answer with the seconds of each step, what was found, and the memory it took."""
    with LocalEngine(workers) as engine:
        tiny = out.with_name(f"{out.name}-warm-up")
        shutil.rmtree(tiny, ignore_errors=True)
        corpus.write(tiny / "raw", _WARM_UP)
        started = time.perf_counter()
        run(Run("warm-up", Folder(tiny / "raw"), tiny / "out", _TINY, engine))
        start_up = time.perf_counter() - started
        # The first time, one worker may have taken all the shards while another was starting.
        run(Run("warm-up", Folder(tiny / "raw"), tiny / "again", _TINY, engine))
        shutil.rmtree(tiny)
        shutil.rmtree(out, ignore_errors=True)
        dump = Run("bench", Folder(raw), out, recipe, engine)
        seconds = run(dump)
        peak = child.peak_megabytes()
        found = look(out)
        edits = summarise(dump.dataset("measured_documents")).rules
    child.answer(
        seconds=seconds,
        start_up=start_up,
        peak_megabytes=peak,
        found=found,
        edits={"/".join(rule): count for rule, count in sorted(edits.items())},
    )


def run(dump: Run) -> dict[str, float]:
    """Ingest to publish, the commit included: seconds of each step."""
    seconds = {}
    for name in STEPS:
        started = time.perf_counter()
        made = getattr(steps, name)(dump)
        if name == "publish":
            steps.commit(dump, made)
        seconds[name] = time.perf_counter() - started
    return seconds


def look(out: Path) -> dict[str, int]:
    """What became of the dump: documents by verdict, and planted damage that was found.

    Damage is found where a document that has it was edited by the stage for it. Of two that are
    alike either may go, so duplicates are counted wherever they are.
    """
    counts: Counter[str] = Counter()
    planted: dict[str, str] = {}
    for name in ("documents", "rejected"):
        dataset = Dataset(out / name / "bench")
        columns = ["doc_id", "metadata"] + (["verdict"] if name == "rejected" else [])
        for batch in dataset.batches(columns):
            if name == "rejected":
                counts.update(batch["verdict"].to_pylist())
            marked = batch.filter(pc.match_substring(batch["metadata"], '"planted"'))
            planted |= dict(
                zip(marked["doc_id"].to_pylist(), marked["metadata"].to_pylist(), strict=True)
            )
        counts[name] = dataset.rows
    stages = {"mojibake": "mojibake", "typos": "typo", "boilerplate": "form"}
    edited: dict[str, set[str]] = {kind: set() for kind in stages.values()}
    for batch in Dataset(out / "ledger" / "bench").batches(["doc_id", "stage"]):
        for doc_id, stage in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            if stage in stages:
                edited[stages[stage]].add(doc_id)
    for kind, ids in edited.items():
        hit = sum(f'"{kind}"' in planted.get(doc_id, "") for doc_id in ids)
        counts[f"found:{kind}"] = hit
        counts[f"not planted:{kind}"] = len(ids) - hit
    counts["found:near"] = counts["duplicate:near"]
    counts["found:exact"] = counts["duplicate:exact"]
    return dict(counts)


if __name__ == "__main__":
    given = Path(sys.argv[1])
    largest = max(path.stat().st_size for path in given.iterdir())
    shards = IngestSettings() if "default" in sys.argv else IngestSettings(shard_bytes=largest)
    main(given, Path(sys.argv[2]), int(sys.argv[3]), Recipe(ingest=shards))
