"""`make bench`: how fast each step is, as a ratio to a plain Arrow copy in the same run, and how
much harm each stage does to clean novels. Writes benchmarks/RESULTS.md.
"""

import json
import os
import platform
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.json as pj

from benchmarks.corpus import ROOT, documents
from pipeline import run as steps
from pipeline import schema
from pipeline.engine.local import LocalEngine
from pipeline.recipe import Recipe
from pipeline.report.summary import summarise
from pipeline.store.dataset import write_shard

COUNT = int(os.environ.get("HYGIENE_BENCH_DOCUMENTS", "1500"))
REPEATS = 3
STEPS = (steps.ingest, steps.repair, steps.strip, steps.measure, steps.deduplicate, steps.publish)
STAGES = ("mojibake", "characters", "typos", "boilerplate")


def main() -> None:
    """Run all benchmarks and write the table."""
    origin, texts = documents(COUNT)
    megabytes = sum(len(text.encode()) for text in texts) / 1e6
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder) / "raw"
        raw.mkdir()
        with (raw / "novels.jsonl").open("w") as file:
            file.writelines(json.dumps({"text": text}, ensure_ascii=False) + "\n" for text in texts)
        copy = _seconds(lambda: _copy(raw / "novels.jsonl", Path(folder) / "copy.parquet"))
        taken = [_steps(raw, Path(folder) / "out") for _ in range(REPEATS)]
        edits = _edits(raw, Path(folder) / "out")
    medians = {
        step.__name__: statistics.median(run[n] for run in taken) for n, step in enumerate(STEPS)
    }
    words = sum(len(text.split()) for text in texts)
    page = _page(origin, len(texts), megabytes, copy, medians, words, edits)
    (ROOT / "benchmarks" / "RESULTS.md").write_text(page)
    print(page)


def _copy(source: Path, target: Path) -> None:
    """What any job must do: read the same input, write the same output columns, do nothing."""
    table = pj.read_json(source, pj.ReadOptions(use_threads=False))
    columns = {
        field.name: table["text"] if field.name == "text" else pa.nulls(table.num_rows, field.type)
        for field in schema.DOCUMENTS
    }
    nullable = pa.schema([field.with_nullable(True) for field in schema.DOCUMENTS])
    write_shard(target, nullable, [pa.table(columns, nullable)])


def _seconds(work: Callable[[], None]) -> float:
    found = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        work()
        found.append(time.perf_counter() - started)
    return statistics.median(found)


def _steps(raw: Path, out: Path) -> list[float]:
    """Seconds of each step, on one core, from nothing."""
    shutil.rmtree(out, ignore_errors=True)
    found = []
    with LocalEngine(1) as engine:
        run = steps.Run("bench", raw, out, Recipe(), engine)
        for step in STEPS:
            started = time.perf_counter()
            step(run)
            found.append(time.perf_counter() - started)
    return found


def _edits(raw: Path, out: Path) -> dict[str, int]:
    """Edits that the last run made, by stage and by rule."""
    with LocalEngine(1) as engine:
        run = steps.Run("bench", raw, out, Recipe(), engine)
        counted = summarise(run.dataset("measured_documents")).rules
    found = dict.fromkeys(STAGES, 0)
    for (stage, rule), count in sorted(counted.items()):
        found[stage] += count
        found[f"{stage}/{rule}"] = count
    return found


def _page(
    origin: str,
    count: int,
    megabytes: float,
    copy: float,
    medians: dict[str, float],
    words: int,
    edits: dict[str, int],
) -> str:
    total = sum(medians.values())
    rows = [("plain Arrow copy", copy), *medians.items(), ("all steps", total)]
    lines = [
        "# Benchmark results",
        "",
        f"Made by `make bench` on {datetime.now(UTC):%Y-%m-%d}, {platform.machine()}, "
        f"{os.cpu_count()} cores, Python {platform.python_version()}; one core used. "
        f"Median of {REPEATS}.",
        f"Input: {count:,} documents, {megabytes:.1f} MB of text, from {origin}.",
        "",
        "## Speed",
        "",
        "| step | MB/s | documents/s | times the plain copy |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {name} | {megabytes / seconds:.2f} | {count / seconds:,.0f} | {seconds / copy:.1f} |"
        for name, seconds in rows
    ]
    lines += [
        "",
        "## Harm on clean novels",
        "",
        f"Edits in {words:,} words that were right, or nearly so, as they stood.",
        "",
        "| stage or rule | edits | per million words |",
        "|---|---|---|",
    ]
    lines += [f"| {name} | {n:,} | {n / words * 1e6:.1f} |" for name, n in edits.items()]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
