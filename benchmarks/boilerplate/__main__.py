"""`python -m benchmarks.boilerplate`: measure, and write BOILERPLATE.md, boilerplate.json and
out/boilerplate-cuts.tsv.
"""

import argparse
import json
from datetime import UTC, datetime
from typing import Any

from benchmarks import child, machine
from benchmarks.boilerplate import harm, known
from benchmarks.boilerplate.page import listing, page
from benchmarks.novels import ROOT

_PLACE = ROOT / "benchmarks"
STORE = _PLACE / "boilerplate.json"
CUTS = ROOT / "out" / "boilerplate-cuts.tsv"  # not kept with the project: texts of others


def main() -> dict[str, Any]:
    """Measure, keep the numbers, write the pages; the numbers."""
    others_share = machine.bystanders()
    print("  web pages", flush=True)
    web = child.ask("benchmarks.boilerplate.web")["web"]
    print("  interface strings", flush=True)
    strings = known.measure()
    print("  clean texts", flush=True)
    rows, cuts = harm.measure()
    print("  speed", flush=True)
    speed = child.ask("benchmarks.boilerplate.speed")["speed"]
    measured = {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": machine.describe(),
        "bystanders": others_share(),
        "web": web,
        "strings": strings,
        "harm": rows,
        "cuts": [[*cut, times] for cut, times in sorted(cuts.items(), key=_order)],
        "speed": speed,
    }
    kept = {name: value for name, value in measured.items() if name != "cuts"}
    STORE.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", "utf-8")
    (_PLACE / "BOILERPLATE.md").write_text(page(measured), "utf-8")
    CUTS.parent.mkdir(exist_ok=True)
    CUTS.write_text(listing(measured["cuts"]), "utf-8")
    return measured


def _order(pair: tuple[harm.Cut, int]) -> tuple[object, ...]:
    """By strength and source, the most frequent first."""
    cut, times = pair
    return (*cut[:2], -times, *cut[2:])


if __name__ == "__main__":
    argparse.ArgumentParser(prog="python -m benchmarks.boilerplate").parse_args()
    main()
    print((_PLACE / "BOILERPLATE.md").read_text("utf-8"))
