"""The neighbours that repair typos, on the same texts as we.

What belongs here: handing texts over, and holding what came back against the originals.
What does not: any neighbour's interface (neighbours/run_*.py).
"""

import json
import time
from pathlib import Path
from typing import Any

from benchmarks import child
from benchmarks.others import Neighbour, environment, reason
from benchmarks.typos import noise
from benchmarks.typos.measure import compared
from benchmarks.typos.repair import repair
from benchmarks.typos.texts import sources
from pipeline.document import apply
from pipeline.slips.settings import TypoSettings

_NEIGHBOURS = (Neighbour("symspellpy", 1), Neighbour("bifixer", 1))
_KINDS = (noise.L_I, "rn and m", "e and c")
_DOCUMENTS = 300
_PATIENCE = 600  # seconds


def measure(scratch: Path, *, neighbours: bool) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """(rows of ours and of all neighbours, reason by name of those that could not be asked)."""
    source = next(source for source in sources() if source.language == "en")
    originals = source.read()[:_DOCUMENTS]
    noisy = originals
    for name in _KINDS:
        noisy = noise.put_into(noisy, name).texts
    about = {"documents": len(originals), "words": sum(len(text.split()) for text in originals)}
    rows = []
    for strength in ("safe", "ocr"):
        settings = TypoSettings(strength)
        repair(noisy[:5], "en", settings)  # lists and compiled code
        started = time.perf_counter()
        edits = repair(noisy, "en", settings).edits
        outs = [apply(text, mine)[0] for text, mine in zip(noisy, edits, strict=True)]
        seconds = time.perf_counter() - started
        row = {"name": f"corpus-hygiene ({strength})", "seconds": seconds}
        rows.append({**row, **about, **compared(originals, noisy, outs)})
    absent = {}
    given, made = scratch / "given.json", scratch / "made.json"
    given.write_text(json.dumps({"language": "en", "texts": noisy}), "utf-8")
    for neighbour in _NEIGHBOURS if neighbours else ():
        print(f"  {neighbour.name}", flush=True)
        try:
            python = environment(neighbour)
            child.ask(neighbour.script, given, made, python=python, timeout=_PATIENCE)
        except child.ChildError as error:
            absent[neighbour.name] = reason(error)
            continue
        for row in json.loads(made.read_text("utf-8"))["rows"]:
            counts = compared(originals, noisy, row["texts"])
            rows.append({"name": row["name"], "seconds": row["seconds"], **about, **counts})
    return rows, absent
