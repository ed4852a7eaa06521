"""`python -m benchmarks.ingest [--megabytes N] [--large N]`: reading files of every format.

What belongs here: how fast each format is planned and read, beside Python's own parsing of the same
JSON Lines in the same run, and whether memory stays flat for a large file. What does not: what is
done with the texts afterwards (benchmarks).

Writes benchmarks/INGEST.md. Each measurement is a process of its own; seconds are its processor
time. Texts are drawn from random words: only their size matters here.
"""

import argparse
import csv
import gzip
import io
import json
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks import machine
from benchmarks.novels import ROOT
from pipeline.sources.places.place import Folder
from pipeline.sources.settings import IngestSettings
from pipeline.steps import ingest

FILE = ROOT / "benchmarks" / "INGEST.md"
_WORDS = 400  # of a text
_MB = 1_000_000
_PLAIN = "json.loads, line by line"


def texts(megabytes: float) -> Iterator[str]:
    """Texts of some 2.5 kB, so many megabytes of them, the same each time."""
    random = Random(0)
    words = ["".join(random.choices("etaoinshrdlu", k=random.randint(2, 9))) for _ in range(5000)]
    size = 0
    while size < megabytes * _MB:
        text = " ".join(random.choices(words, k=_WORDS)) + "."
        size += len(text)
        yield text


def _jsonl(path: Path, given: Iterator[str]) -> None:
    with path.open("w") as file:
        for number, text in enumerate(given):
            file.write(json.dumps({"id": number, "text": text}) + "\n")


def _jsonl_gz(path: Path, given: Iterator[str]) -> None:
    with gzip.open(path, "wt", 6) as file:
        for number, text in enumerate(given):
            file.write(json.dumps({"id": number, "text": text}) + "\n")


def _json(path: Path, given: Iterator[str]) -> None:
    path.write_text(json.dumps([{"id": n, "text": text} for n, text in enumerate(given)]))


def _csv(path: Path, given: Iterator[str]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "text"])
        writer.writerows(enumerate(given))


def _parquet(path: Path, given: Iterator[str]) -> None:
    table = pa.table({"text": list(given)})
    pq.write_table(table, path, row_group_size=5000)


def _arrow(path: Path, given: Iterator[str]) -> None:
    table = pa.table({"text": list(given)})
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=5000)


def _warc_gz(path: Path, given: Iterator[str]) -> None:
    with path.open("wb") as file:
        for number, text in enumerate(given):
            block = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n" + text.encode()
            head = (
                "WARC/1.0\r\nWARC-Type: response\r\n"
                f"WARC-Target-URI: https://quay.example/{number}\r\n"
                f"Content-Type: application/http\r\nContent-Length: {len(block)}\r\n\r\n"
            )
            file.write(gzip.compress(head.encode() + block + b"\r\n\r\n", 6))


def _mbox(path: Path, given: Iterator[str]) -> None:
    with path.open("w") as file:
        for number, text in enumerate(given):
            file.write(
                "From bela@quay.example Sun Nov 22 10:00:00 2026\nFrom: bela@quay.example\n"
                f"Subject: {number}\nDate: Sun, 22 Nov 2026 10:00:00 +0000\n\n{text}\n\n"
            )


def _zip(path: Path, given: Iterator[str]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, text in enumerate(given):
            archive.writestr(f"{number}.txt", text)


MAKE: dict[str, Callable[[Path, Iterator[str]], None]] = {
    "a.jsonl": _jsonl,
    "a.jsonl.gz": _jsonl_gz,
    "a.json": _json,
    "a.csv": _csv,
    "a.parquet": _parquet,
    "a.arrow": _arrow,
    "a.warc.gz": _warc_gz,
    "a.mbox": _mbox,
    "texts.zip": _zip,
}


def read(folder: str) -> dict[str, float]:
    """Plan and read the files of a folder: seconds of each, records, the most memory in MB."""
    place, settings = Folder(Path(folder)), IngestSettings()
    begun = time.process_time()
    shards = ingest.plan(place, settings)
    planned = time.process_time()
    records = sum(
        table.num_rows
        for shard in shards
        for table in ingest.read(shard, place=place, dump="d", settings=settings)
    )
    done = time.process_time()
    return {"plan": planned - begun, "read": done - planned, "records": records, "peak": _peak()}


def plain(folder: str) -> dict[str, float]:
    """What Python itself takes for the objects of a JSON Lines file."""
    begun = time.process_time()
    with (Path(folder) / "a.jsonl").open("rb") as file:
        records = sum(1 for line in file if json.loads(line)["text"])
    return {"plan": 0.0, "read": time.process_time() - begun, "records": records, "peak": _peak()}


def _peak() -> float:
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def _repeat(path: Path, megabytes: float) -> None:
    """Make the file as large by writing it again and again."""
    once = path.read_bytes()
    with path.open("ab") as file:
        while file.tell() + len(once) <= megabytes * _MB:
            file.write(once)


def _asked(what: str, folder: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.ingest", "--ask", what, str(folder)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    answer: dict[str, float] = json.loads(done.stdout)
    return answer


def page(megabytes: float, large: float) -> str:
    """The results, measured now."""
    rows, watching = [], machine.bystanders()
    with tempfile.TemporaryDirectory() as scratch:
        base = 0.0
        for name, make in MAKE.items():
            folder = Path(scratch) / name
            folder.mkdir()
            make(folder / name, texts(megabytes))
            for label, what in [(name, "read"), *([(_PLAIN, "plain")] if not rows else [])]:
                _asked(what, folder)  # warm
                found = _asked(what, folder)
                rows.append((label, (folder / name).stat().st_size / _MB, found))
                if what == "plain":
                    base = found["read"]
            (folder / name).unlink()
        flat = []
        for size in (megabytes, large):
            folder = Path(scratch) / f"{size:g}"
            folder.mkdir()
            _jsonl(folder / "a.jsonl", texts(min(size, megabytes)))
            _repeat(folder / "a.jsonl", size)
            flat.append((size, _asked("read", folder)))
            (folder / "a.jsonl").unlink()
    about = ", ".join(f"{name} {value}" for name, value in machine.describe().items())
    out = io.StringIO()
    print(
        f"# Reading files\n\nMade by `make bench-ingest` on {datetime.now(UTC):%Y-%m-%d}: {about}; "
        f"other programs took {watching():.0%} of the cores' time meanwhile.\n\n"
        f"{megabytes:g} MB of text in each format, texts of some 2.5 kB; one process, seconds of "
        "its processor time; reading is decoding, hashing and making rows too; planning, hashing "
        "the file and finding where it can be cut. MB are 10⁶ bytes of text.\n\n"
        "| file | MB on disk | records | plan, s | read, s | read, MB/s | times as fast as "
        f"{_PLAIN} | peak memory, MB |\n|---|---:|---:|---:|---:|---:|---:|---:|",
        file=out,
    )
    for label, size, found in rows:
        print(
            f"| {label} | {size:.0f} | {found['records']:,} | {found['plan']:.2f} | "
            f"{found['read']:.2f} | {megabytes / found['read']:.0f} | "
            f"{base / found['read']:.2f} | {found['peak']:.0f} |",
            file=out,
        )
    print("\n## Memory\n\n| JSON Lines, MB | records | peak memory, MB |", file=out)
    print("|---:|---:|---:|", file=out)
    for size, found in flat:
        print(f"| {size:,.0f} | {found['records']:,} | {found['peak']:.0f} |", file=out)
    return out.getvalue()


def main() -> None:
    """Measure and write the page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ingest")
    parser.add_argument("--megabytes", type=float, default=64)
    parser.add_argument("--large", type=float, default=5000)
    parser.add_argument("--ask", nargs=2, metavar=("WHAT", "FOLDER"), help=argparse.SUPPRESS)
    words = parser.parse_args()
    if words.ask:
        what, folder = words.ask
        print(json.dumps({"read": read, "plain": plain}[what](folder)))
        return
    made = page(words.megabytes, words.large)
    FILE.write_text(made)
    print(made)


if __name__ == "__main__":
    main()
