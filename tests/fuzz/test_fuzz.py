"""Ten thousand damaged inputs are answered; some hundreds go all the way, and none is lost."""

import re
import subprocess
import sys
from collections import Counter
from itertools import islice
from pathlib import Path

from pipeline.sources.formats import FORMATS, format_of
from pipeline.sources.raw import HEAD_BYTES, INSIDE
from tests.conftest import ROOT, publish, rows
from tests.fuzz.check import SETTINGS, holds_nothing
from tests.fuzz.mutate import inputs
from tests.fuzz.seeds import FILES, PACKINGS

SEED = 20_261_125
# Of its own, libraries not counted.
MEGABYTES = 300


def test_every_format_has_a_seed() -> None:
    packed = {f"a.txt{suffix}": pack(FILES["a.txt"]) for suffix, pack in PACKINGS.items()}
    found = {
        known.name
        for name, raw in (FILES | packed).items()
        if (known := format_of(name, raw[:HEAD_BYTES], SETTINGS))
    }
    assert found == {each.name for each in FORMATS}


def test_ten_thousand_damaged_inputs() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz", "--inputs", "10000", "--seed", str(SEED)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    last = re.findall(r"10,000 inputs, ([\d,]+) rows, .*, (\d+) MB", done.stdout)
    assert last, done.stdout[-3000:]
    assert int(last[0][0].replace(",", "")) > 10_000
    assert int(last[0][1]) < MEGABYTES


def test_damaged_inputs_all_the_way(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    for number, (name, content) in enumerate(islice(inputs(SEED + 1), 300)):
        (raw / f"{number:04}-{name}").write_bytes(content)
    out = publish(raw, tmp_path / "out")
    found = rows(out, "documents") + rows(out, "rejected")
    ids = Counter(row["doc_id"] for row in found)
    assert max(ids.values()) == 1
    told = {row["source"].split(INSIDE)[0] for row in [*found, *rows(out, "passed_over")]}
    silent = {path.name for path in raw.iterdir()} - told
    assert {name for name in silent if not holds_nothing(name, (raw / name).read_bytes())} == set()
