"""`python -m benchmarks.typos`: measure, and write TYPOS.md, typos.json and typos-edits.tsv."""

import argparse
import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.novels import ROOT
from benchmarks.typos import measure, others
from benchmarks.typos.page import listing, page

_PLACE = ROOT / "benchmarks"
STORE = _PLACE / "typos.json"


def main(*, neighbours: bool = True) -> dict[str, Any]:
    """Measure, keep the numbers, write the pages; the numbers."""
    rows, changes = measure.harm()
    print("  recall", flush=True)
    recall = measure.recall()
    print("  other programs", flush=True)
    with tempfile.TemporaryDirectory() as scratch:
        beside, absent = others.measure(Path(scratch), neighbours=neighbours)
    measured = {
        "date": datetime.now(UTC).date().isoformat(),
        "harm": rows,
        "recall": recall,
        "misspellings": measure.misspellings(),
        "others": beside,
        "absent": absent,
    }
    STORE.write_text(json.dumps(measured, indent=1, ensure_ascii=False) + "\n", "utf-8")
    (_PLACE / "TYPOS.md").write_text(page(measured), "utf-8")
    (_PLACE / "typos-edits.tsv").write_text(listing(changes), "utf-8")
    return measured


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.typos")
    parser.add_argument("--neighbours", action=argparse.BooleanOptionalAction, default=True)
    main(neighbours=parser.parse_args().neighbours)
    print((_PLACE / "TYPOS.md").read_text("utf-8"))
