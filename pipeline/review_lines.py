"""The lines that a dump's sites repeat, most often cut first: for a person to read, and to say no.

What belongs here: what was learned beside how often it was cut. What does not: showing it
(report.terminal), repairs of words (review).
"""

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from pipeline import schema
from pipeline.kernels.lines import lines_of, uses_of
from pipeline.kernels.texts import texts_of
from pipeline.review import datasets_of
from pipeline.stages.repeats import Repeats
from pipeline.store.dataset import Dataset

STAGE = Repeats.name
_COLUMNS = ("stage", "before", "evidence")


@dataclass(frozen=True)
class RepeatedLine:
    """A line of a site, as it stands in a document of the dump.

    documents, of: those of the site that have it, and all of the site, over all dumps. elsewhere,
    elsewhere_of: the same of all other sites. cut: how often it was cut in this dump.
    """

    site: str
    line: str
    doc_id: str
    documents: int
    of: int
    elsewhere: int
    elsewhere_of: int
    cut: int


def repeated_lines(out: Path, dump: str, limit: int) -> tuple[list[RepeatedLine], int]:
    """(those that were cut most often, how many there are).

    A dump that was refused is read where it waits. Raises `LookupFailed` for one that is neither.
    """
    datasets = datasets_of(out, dump)
    cut = _cut(datasets("ledger"))
    found = [
        RepeatedLine(
            row["site"],
            row["example"],
            row["doc_id"],
            row["documents"],
            row["of"],
            row["elsewhere"],
            row["elsewhere_of"],
            cut[row["site"], row["line"]],
        )
        for dataset in datasets("repeated_lines")
        for row in dataset.table(schema.REPEATED_LINES.names).to_pylist()
    ]
    found.sort(key=lambda line: (-line.cut, -line.documents, line.site, line.line))
    return found[:limit], len(found)


def _cut(ledgers: list[Dataset]) -> Counter[tuple[str, int]]:
    """How often each line of each site was cut, by site and the line's hash."""
    cut = Counter[tuple[str, int]]()
    for ledger in ledgers:
        for batch in ledger.batches(_COLUMNS):
            mine = batch.filter(pc.equal(batch["stage"], STAGE))
            made = mine.group_by(["before", "evidence"], use_threads=False)
            counted = made.aggregate([("stage", "count")]).combine_chunks()
            uses = uses_of(lines_of(texts_of(counted["before"])))
            rows = counted.take(pa.array(uses.texts)).select(["evidence", "stage_count"])
            for row, line in zip(rows.to_pylist(), uses.hashes.tolist(), strict=True):
                cut[json.loads(row["evidence"])["site"], line] += row["stage_count"]
    return cut
