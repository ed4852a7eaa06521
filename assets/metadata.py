"""What a dataset says about itself on Dagster's pages.

What belongs here: turning datasets and summaries into metadata. Numbers are plain and their names
stay, so that Dagster draws them over time. What does not: counting (pipeline.report.summary).
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

import dagster as dg
import pyarrow as pa
import pyarrow.compute as pc

from assets.markdown import cell, table
from pipeline import schema
from pipeline.engine.losses import losses
from pipeline.report.losses import source
from pipeline.report.outcome import ERROR, Outcome
from pipeline.report.page import Report
from pipeline.report.summary import (
    KEPT,
    Rule,
    Sample,
    items_passed_over,
    rules_of,
    sample_edits,
    summarise,
)
from pipeline.review_clusters import largest
from pipeline.sources.places.place import Folder, Place
from pipeline.store.dataset import Dataset

Metadata = dict[str, int | float | dg.MetadataValue]

# Of raw records that expectations stop.
REFUSED = "refused"

_MB = 1_000_000
_TOP_RULES = 20
_CLUSTERS = 10
_EDITS_A_RULE = 2
_MOST_EDITS = 24
_CONTEXT = 14  # code points of the text on each side of an edit
_ID_DIGITS = 12  # enough for `hygiene explain`


def columns(of: pa.Schema) -> dg.TableSchema:
    """A dataset's columns with their meaning."""
    return dg.TableSchema(
        [
            dg.TableColumn(
                name,
                _kind(of.field(name).type),
                meaning,
                dg.TableColumnConstraints(nullable=of.field(name).nullable),
            )
            for name, _, meaning in schema.describe(of)
        ]
    )


def of_delivery(plan: Dataset, where: Place) -> Metadata:
    """A dump as it was found: files, megabytes, place."""
    parts = plan.table(["source", "bytes"])
    files = pc.count_distinct(parts["source"]).as_py()
    return {
        "files": files,
        "mb": (pc.sum(parts["bytes"]).as_py() or 0) / _MB,
        "path": place(Path(where.name)) if isinstance(where, Folder) else _text(where.name),
    }


def of_dataset(dataset: Dataset, of: pa.Schema) -> Metadata:
    """What every dataset says: rows, columns, place."""
    return {
        "dagster/row_count": dataset.rows,
        "dagster/column_schema": dg.MetadataValue.table_schema(columns(of)),
        "path": place(dataset.folder),
    }


def of_slips(dataset: Dataset, of: pa.Schema) -> Metadata:
    """What every dataset says, with the slips by rule and examples."""
    found = dataset.table(["language", "slip", "meant", "rule"]).to_pylist()
    shown = [(s["language"], cell(s["slip"]), cell(s["meant"])) for s in found[:_MOST_EDITS]]
    return {
        **of_dataset(dataset, of),
        "slips_by_rule": _counts("rule", _tally(dataset, "rule")),
        "slips": _markdown(("language", "slip", "meant"), shown),
    }


def of_repeats(dataset: Dataset, of: pa.Schema) -> Metadata:
    """What every dataset says, with the number of sites and the lines that most documents have."""
    found = dataset.table(["site", "documents", "of", "elsewhere", "example"])
    order = [("documents", "descending"), ("site", "ascending"), ("example", "ascending")]
    shown = found.sort_by(order).slice(0, _MOST_EDITS).to_pylist()
    rows = [
        (cell(s["site"]), cell(s["example"]), s["documents"], s["of"], s["elsewhere"])
        for s in shown
    ]
    return {
        **of_dataset(dataset, of),
        "sites": pc.count_distinct(found["site"]).as_py(),
        "lines": _markdown(("site", "line", "documents", "of", "elsewhere"), rows),
    }


def of_documents(dataset: Dataset, of: pa.Schema, stages: Collection[str] = ()) -> Metadata:
    """The same, with megabytes of text and rows by verdict: kept, rejected.

    stages: of these, what they did: edits, edits by rule, examples.
    """
    summary = summarise(dataset)
    kept = summary.verdicts[KEPT]
    about = {
        **of_dataset(dataset, of),
        "text_mb": summary.text_bytes / _MB,
        "kept": kept,
        "rejected": summary.rows - kept,
        "verdicts": _counts("verdict", summary.verdicts),
    }
    if stages:
        about |= _rules(
            Counter({rule: n for rule, n in summary.rules.items() if rule[0] in stages})
        )
        about["edit_samples"] = _samples(sample_edits(dataset, _EDITS_A_RULE, stages=stages))
    return about


def of_raw(dataset: Dataset, of: pa.Schema, *, refused: bool) -> Metadata:
    """The same, and whether expectations stop the dump."""
    return {**of_documents(dataset, of), REFUSED: dg.MetadataValue.bool(refused)}


def of_measured(dataset: Dataset, of: pa.Schema) -> Metadata:
    """The same as of other documents, and by language."""
    return of_documents(dataset, of) | of_languages(dataset)


def of_published(dataset: Dataset, of: pa.Schema) -> Metadata:
    """What every dataset says, with megabytes of text and documents by language."""
    return {
        **of_dataset(dataset, of),
        "text_mb": summarise(dataset).text_bytes / _MB,
        **of_languages(dataset),
    }


def of_languages(dataset: Dataset) -> Metadata:
    """Documents by language, the most frequent first."""
    return {"languages": _counts("language", _tally(dataset, "language"))}


def of_duplicates(dataset: Dataset, of: pa.Schema, column: str) -> Metadata:
    """Exact and near duplicates, by the column that says which."""
    kinds = _tally(dataset, column)
    return {
        **of_dataset(dataset, of),
        "exact": kinds[schema.DUPLICATE_EXACT],
        "near": kinds[schema.DUPLICATE_NEAR],
    }


def of_published_duplicates(
    live: Mapping[str, Dataset], of: pa.Schema, max_loss: float
) -> Metadata:
    """The same, with the largest clusters, and the sources that lose most.

    live: the published datasets. max_loss: the share that a source may lose.
    """
    found = largest(live["duplicates"], _CLUSTERS)
    lost = losses(live["documents"], live["rejected"])
    clusters = [
        (
            c.cluster_id[:_ID_DIGITS],
            c.size,
            c.dropped,
            f"{c.jaccard[0]:.3f}",
            c.kept[0][:_ID_DIGITS],
        )
        for c in found.largest
    ]
    sources = [
        (cell(source(each.site)), each.documents, each.dropped, f"{each.share:.1%}")
        for each in lost.sources[:_TOP_RULES]
    ]
    return {
        **of_duplicates(live["duplicates"], of, "verdict"),
        "clusters": found.clusters,
        "largest_cluster": max((c.size for c in found.largest), default=0),
        "sources_losing": len(lost.above(max_loss)),
        "largest_clusters": _markdown(
            ("cluster", "documents", "dropped", "least alike", "kept"), clusters
        ),
        "sources": _markdown(("source", "documents", "dropped", "share"), sources),
    }


def of_rejected(dataset: Dataset, of: pa.Schema, passed_over: Dataset) -> Metadata:
    """Rejected documents by verdict, also one number for each kind of verdict; and what is in the
    raw files besides records.
    """
    summary = summarise(dataset)
    kinds = Counter[str]()
    for verdict, count in summary.verdicts.items():
        kinds[verdict.partition(":")[0]] += count
    return {
        **of_dataset(dataset, of),
        "text_mb": summary.text_bytes / _MB,
        **{f"rejected_{kind}": kinds[kind] for kind in schema.VERDICTS},
        "verdicts": _counts("verdict", summary.verdicts),
        "passed_over": _counts("kind", items_passed_over(passed_over)),
    }


def of_ledger(ledger: Dataset, of: pa.Schema, documents: Dataset) -> Metadata:
    """All edits by rule, with examples from the documents they were made in."""
    return {
        **of_dataset(ledger, of),
        **_rules(rules_of(ledger)),
        "edit_samples": _samples(sample_edits(documents, 1)),
    }


def of_report(report: Report, outcomes: Sequence[Outcome]) -> Metadata:
    """Where the page is, and how many expectations hold."""
    failed = [outcome for outcome in outcomes if not outcome.passed]
    errors = sum(outcome.severity == ERROR for outcome in failed)
    rows = [(o.severity, o.suite, o.name, cell(o.description, 200), o.unexpected) for o in failed]
    return {
        "path": place(report.html),
        "json": place(report.json),
        "expectations": len(outcomes),
        "failed_errors": errors,
        "failed_warnings": len(failed) - errors,
        "failed": _markdown(("severity", "suite", "name", "expected", "rows"), rows),
    }


def place(path: Path) -> dg.MetadataValue:
    """A path that can be copied from the page and opened."""
    return dg.MetadataValue.path(path.resolve())


def _text(words: str) -> dg.MetadataValue:
    return dg.MetadataValue.text(words)


def _kind(kind: pa.DataType) -> str:
    """A type in a word or two: the page has room for no more."""
    if pa.types.is_list(kind):
        return f"list<{_kind(kind.value_type)}>"
    return "struct" if pa.types.is_struct(kind) else str(kind)


def _tally(dataset: Dataset, column: str) -> Counter[str]:
    """How often each value occurs; nulls are left out."""
    tally = Counter[str]()
    for batch in dataset.batches([column]):
        counted = pc.value_counts(batch[column].drop_null())
        tally.update({str(pair["values"]): pair["counts"].as_py() for pair in counted})
    return tally


def _rules(rules: Counter[Rule]) -> Metadata:
    top = Counter({"/".join(rule): count for rule, count in rules.items()})
    return {"edits": rules.total(), "top_rules": _counts("rule", top)}


def _counts(what: str, counts: Counter[str]) -> dg.MetadataValue:
    """The largest numbers first, equal ones by name."""
    rows = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:_TOP_RULES]
    return _markdown((what, "count"), [(cell(name), count) for name, count in rows])


def _samples(samples: Iterable[Sample]) -> dg.MetadataValue:
    rows = []
    for sample in list(samples)[:_MOST_EDITS]:
        left, right = _end(sample.left), _start(sample.right)
        before, after = (cell(left + text + right) for text in (sample.before, sample.after))
        rule = cell(f"{sample.stage}/{sample.rule}")
        rows.append((rule, before, after, sample.doc_id[:_ID_DIGITS]))
    return _markdown(("rule", "before", "after", "document"), rows)


def _end(text: str) -> str:
    return text if len(text) <= _CONTEXT else f"…{text[-_CONTEXT:]}"


def _start(text: str) -> str:
    return text if len(text) <= _CONTEXT else f"{text[:_CONTEXT]}…"


def _markdown(headers: Sequence[str], rows: Sequence[Sequence[str | int]]) -> dg.MetadataValue:
    return dg.MetadataValue.md(table(headers, rows) if rows else "none")
