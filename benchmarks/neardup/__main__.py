"""`python -m benchmarks.neardup`: measure, and write NEARDUP.md and neardup.json.

What is not measured this time stays as it was. `--synthetic 10000000`
measures all there is.
"""

import argparse
import json
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import machine
from benchmarks.neardup import corpora, giant, gold, incremental, neighbours, pages, synthetic
from benchmarks.neardup.page import page
from benchmarks.neardup.planted import Plan
from benchmarks.novels import ROOT

_PLACE = ROOT / "benchmarks"
STORE = _PLACE / "neardup.json"
_DOCUMENTS = (200_000, 2_000_000)
_TEMPLATE = 50_000
_WITH_DATASKETCH = 200_000  # documents: beyond, it takes too long and too much memory
_PAGES = 200_000
# text-dedup holds all pairs of a cluster at once.
_SMALL, _SMALL_TEMPLATE = 20_000, 1_000
_GIANTS = (500_000, 2_000_000)
_DUMP, _EARLIER = 20_000, (0, 1, 10, 50)


def main(
    *,
    documents: Sequence[int] = _DOCUMENTS,
    template: int = _TEMPLATE,
    dumps: Sequence[int] = _EARLIER,
    giants: Sequence[int] = _GIANTS,
    synthetic_documents: int = 0,
    workers: int = 1,
    others: bool = True,
) -> dict[str, Any]:
    """Measure, keep the numbers, write the page; the numbers."""
    measured = json.loads(STORE.read_text("utf-8")) if STORE.exists() else {}
    others_share = machine.bystanders()
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        _say("Debian's copyright files")
        if found := gold.measure(scratch / "gold", others=others):
            measured["gold"] = _dated(found)
        for size in documents:
            _say(f"{size:,} planted documents")
            ways = neighbours.DATASKETCH if others and size <= _WITH_DATASKETCH else ()
            plan = Plan(size, template=template)
            planted = corpora.measure(scratch / "corpus", plan, ways)
            measured.setdefault("corpora", {})[str(size)] = _dated(planted)
        _say(f"{_PAGES:,} documents as long as web pages")
        measured["pages"] = _dated(
            pages.measure(scratch / "pages", _PAGES, template, others=others)
        )
        if others:
            _say(f"{_SMALL:,} planted documents, and everybody")
            plan = Plan(_SMALL, template=_SMALL_TEMPLATE)
            ways = (neighbours.FROM_TEXTS, *neighbours.OTHERS)
            measured["others"] = _dated(corpora.measure(scratch / "small", plan, ways))
        if dumps:
            _say("a new dump against earlier ones")
            found = incremental.measure(scratch / "dumps", _DUMP, dumps)
            measured["incremental"] = _dated(found)
        if giants:
            _say("one linked group of many documents")
            rows = [giant.measure(scratch / "giant", members) for members in giants]
            measured["giants"] = _dated({"rows": rows})
        if synthetic_documents:
            _say(f"{synthetic_documents:,} short documents")
            row = synthetic.measure(scratch / "short", synthetic_documents, template, workers)
            measured["synthetic"] = _dated(row)
    measured |= {
        "date": _today(),
        "machine": machine.describe(),
        "bystanders": others_share(),
    }
    STORE.write_text(json.dumps(measured, indent=1, ensure_ascii=False) + "\n", "utf-8")
    (_PLACE / "NEARDUP.md").write_text(page(measured), "utf-8")
    return measured


def _dated(found: dict[str, Any]) -> dict[str, Any]:
    """Since parts of a page may be of different days."""
    return {"date": _today(), **found}


def _today() -> str:
    return f"{datetime.now(UTC):%Y-%m-%d}"


def _say(what: str) -> None:
    print(f"  {what}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.neardup")
    parser.add_argument(
        "--documents", type=int, nargs="*", default=_DOCUMENTS, help="sizes of planted corpora"
    )
    parser.add_argument("--template", type=int, default=_TEMPLATE, help="members of a template")
    parser.add_argument(
        "--dumps", type=int, nargs="*", default=_EARLIER, help="numbers of earlier dumps"
    )
    parser.add_argument(
        "--giants", type=int, nargs="*", default=_GIANTS, help="members of a single linked group"
    )
    parser.add_argument(
        "--synthetic", type=int, default=0, metavar="DOCUMENTS", help="of the largest run"
    )
    parser.add_argument("--workers", type=int, default=1, help="of the largest run")
    parser.add_argument("--neighbours", action=argparse.BooleanOptionalAction, default=True)
    words = parser.parse_args()
    main(
        documents=words.documents,
        template=words.template,
        dumps=words.dumps,
        giants=words.giants,
        synthetic_documents=words.synthetic,
        workers=words.workers,
        others=words.neighbours,
    )
    print((_PLACE / "NEARDUP.md").read_text("utf-8"))
