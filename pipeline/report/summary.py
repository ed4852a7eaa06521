"""A dataset in plain numbers and a few examples, for tables, metadata and pages alike.

What belongs here: counting what a step's dataset says about itself, batch by batch.
What does not: how it is shown (page, cli, assets).
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline import schema
from pipeline.document import Edit, EditError, history
from pipeline.store.dataset import Dataset

Rule = tuple[str, str]
"""(stage, rule)"""

CONTEXT = 40  # code points on each side of a sample
_LONGEST = 160
KEPT = "keep"


@dataclass(frozen=True)
class Sample:
    """One edit with the words around it, as its stage found them; long texts are shortened.

    Where the ledger does not fit the text, which an expectation says, no words are around it.
    """

    doc_id: str
    stage: str
    rule: str
    left: str
    before: str
    after: str
    right: str


@dataclass
class Summary:
    """Counts of one dataset: records by verdict (`keep` where there is none), edits by rule, bytes
    of text as UTF-8. What was passed over is no record.
    """

    rows: int = 0
    text_bytes: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    rules: Counter[Rule] = field(default_factory=Counter)


def summarise(dataset: Dataset) -> Summary:
    """Count a dataset of documents on their way, or a published one with or without verdicts."""
    total = Summary()
    names = dataset.columns
    wanted = [name for name in ("text", "verdict", "edits") if name in names]
    for batch in dataset.batches(wanted):
        total.text_bytes += pc.sum(pc.binary_length(batch["text"])).as_py() or 0
        if "verdict" in wanted:
            total.verdicts += _count(pc.fill_null(batch["verdict"], KEPT))
            for verdict in [name for name in total.verdicts if passed_over(name)]:
                del total.verdicts[verdict]
        else:
            total.verdicts[KEPT] += batch.num_rows
        if "edits" in wanted:
            total.rules += _rules(batch["edits"].combine_chunks().flatten())
    total.rows = total.verdicts.total()
    return total


def passed_over(verdict: str) -> bool:
    """Whether a row counts items that are no records."""
    return verdict.startswith(f"{schema.PASSED_OVER}:")


def items_passed_over(dataset: Dataset) -> Counter[str]:
    """Items by kind of a published `passed_over`."""
    total: Counter[str] = Counter()
    for batch in dataset.batches(["kind", "items"]):
        for row in batch.to_pylist():
            total[row["kind"]] += row["items"]
    return total


def rules_of(ledger: Dataset) -> Counter[Rule]:
    """Edits by rule of a published ledger."""
    total: Counter[Rule] = Counter()
    for batch in ledger.batches(["stage", "rule"]):
        for struct in batch.to_struct_array().chunks:
            total += _rules(struct)
    return total


def touched_by(dataset: Dataset) -> Counter[Rule]:
    """Documents that each rule changed, in a dataset with `edits`."""
    total: Counter[Rule] = Counter()
    for batch in dataset.batches(["edits"]):
        edits = batch["edits"].combine_chunks()
        if len(flat := edits.flatten()):
            rules = {"stage": flat.field("stage"), "rule": flat.field("rule")}
            table = pa.table({**rules, "row": pc.list_parent_indices(edits)})
            total += _by_rule(table.group_by([*rules, "row"]).aggregate([]))
    return total


def sample_edits(dataset: Dataset, each: int, *, stages: Iterable[str] = ()) -> list[Sample]:
    """The first `each` edits of every rule (of some stages), in the order of the documents."""
    found: dict[Rule, list[Sample]] = defaultdict(list)
    only = set(stages)
    for batch in dataset.batches(["doc_id", "text", "edits"]):
        edits = batch["edits"].combine_chunks()
        if not len(edits.flatten()):
            continue
        for row in _rows_worth_a_look(edits, found, each):
            document = batch.slice(row, 1).to_pylist()[0]
            for sample in _samples(document):
                rule = sample.stage, sample.rule
                if len(found[rule]) < each and (not only or sample.stage in only):
                    found[rule].append(sample)
    return [sample for rule in sorted(found) for sample in found[rule]]


def _rows_worth_a_look(
    edits: pa.ListArray, found: dict[Rule, list[Sample]], each: int
) -> list[int]:
    """The first rows with an edit of each rule that still wants samples."""
    flat = edits.flatten()
    table = pa.table(
        {
            "stage": flat.field("stage"),
            "rule": flat.field("rule"),
            "row": pc.list_parent_indices(edits),
        }
    )
    rows: set[int] = set()
    for group in table.group_by(["stage", "rule"]).aggregate([("row", "list")]).to_pylist():
        missing = each - len(found[(group["stage"], group["rule"])])
        rows.update(list(dict.fromkeys(group["row_list"]))[: max(0, missing)])
    return sorted(rows)


def _samples(document: dict[str, Any]) -> Iterable[Sample]:
    ledger = [Edit(**edit) for edit in document["edits"]]
    try:
        states = dict(history(document["text"], ledger))
    except EditError:
        states = {}
    for edit in ledger:
        text = states.get(edit.stage, "")
        end = edit.start + len(edit.before)
        yield Sample(
            document["doc_id"],
            edit.stage,
            edit.rule,
            text[max(0, edit.start - CONTEXT) : edit.start],
            shorten(edit.before),
            shorten(edit.after),
            text[end : end + CONTEXT],
        )


def shorten(text: str, longest: int = _LONGEST) -> str:
    """The text, its middle left out where it is longer."""
    if len(text) <= longest:
        return text
    half = (longest - 3) // 2
    return f"{text[:half]} … {text[-half:]}"


def _count(values: pa.ChunkedArray) -> Counter[str]:
    counts = pc.value_counts(values)
    return Counter({str(c["values"]): c["counts"].as_py() for c in counts})


def _rules(edits: pa.StructArray) -> Counter[Rule]:
    if not len(edits):
        return Counter()
    return _by_rule(pa.table({"stage": edits.field("stage"), "rule": edits.field("rule")}))


def _by_rule(table: pa.Table) -> Counter[Rule]:
    counted = table.group_by(["stage", "rule"]).aggregate([([], "count_all")]).to_pylist()
    return Counter({(row["stage"], row["rule"]): row["count_all"] for row in counted})
