"""Everything that the page tells, gathered batch by batch: no list here grows with the dump.

What belongs here: reading a run's datasets into plain numbers and a bounded number of examples.
What does not: how they are laid out (page, charts, the templates).
"""

import heapq
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import pyarrow.compute as pc

from pipeline import schema
from pipeline.dedup.settings import DedupSettings
from pipeline.engine.losses import SourceLoss, losses
from pipeline.report import entries
from pipeline.report.entries import Entry
from pipeline.report.histogram import Bin, lengths, shares
from pipeline.report.outcome import ERROR, Outcome
from pipeline.report.summary import (
    KEPT,
    Rule,
    Sample,
    Summary,
    items_passed_over,
    rules_of,
    sample_edits,
    summarise,
    touched_by,
)
from pipeline.review_clusters import Clusters, largest
from pipeline.run import last_made
from pipeline.store.dataset import Dataset
from pipeline.totals import candidate_totals, published_with, raw_totals
from pipeline.underway import Run

_EXAMPLES = 3  # of a verdict, and of a rule
_SAMPLED = 12  # edits of a rule that the examples are chosen from
_PAIRS = 10
_CLUSTERS = 5
_ENTRIES = 200
_ID = re.compile("[0-9a-f]{32}")
_SCORE_BINS = 20
_JACCARD_BINS = 40
_UNKNOWN = "unknown"


@dataclass(frozen=True)
class Loss:
    """One verdict: how many records it took, and the first of them."""

    verdict: str
    count: int
    examples: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class RuleUse:
    """One rule: its edits, the documents that it touched, edits to show."""

    stage: str
    rule: str
    edits: int
    documents: int
    samples: tuple[Sample, ...]


@dataclass(frozen=True)
class Duplicates:
    """Documents dropped for being like another. pairs: those least alike, as rows. clusters: the
    largest. losing: the sources that lose more than the recipe lets them.
    """

    exact: int
    near: int
    jaccard: tuple[Bin, ...]
    pairs: tuple[dict[str, Any], ...]
    clusters: Clusters
    losing: tuple[SourceLoss, ...]


@dataclass(frozen=True)
class Distributions:
    """Of published documents; encodings: of all records that are text."""

    lengths: tuple[Bin, ...]
    scores: tuple[Bin, ...]
    languages: Mapping[str, int]
    encodings: Mapping[str, int]


@dataclass(frozen=True)
class Results:
    """What became of a dump that was taken through all steps."""

    documents: Summary
    rules: tuple[RuleUse, ...]
    duplicates: Duplicates
    distributions: Distributions


@dataclass(frozen=True)
class Facts:
    """All that the page tells of a run.

    file_bytes: size of the files as delivered. raw: the records as read. verdicts: `keep` and all
    others, of all records. results: None where the run stopped after the raw records.
    passed_over: items that are no records, by kind.
    entries: documents spoken of, by id. unlisted: how many more are spoken of.
    """

    totals: Mapping[str, int]
    file_bytes: int
    raw: Summary
    verdicts: Mapping[str, int]
    losses: tuple[Loss, ...]
    passed_over: Mapping[str, int]
    results: Results | None
    entries: Mapping[str, Entry]
    unlisted: int


def gather(run: Run, candidate: Mapping[str, Dataset], outcomes: Sequence[Outcome]) -> Facts:
    """Read what the run has made. An empty candidate means that it stopped after the raw records.

    Raises `StoreError` where a dataset is missing.
    """
    raw_records = run.dataset("raw_documents")
    raw, totals = summarise(raw_records), raw_totals(run)
    if candidate:
        totals |= candidate_totals(run, candidate)
        results = _results(run, candidate, totals)
        judged, places = candidate["rejected"], [candidate["documents"], candidate["rejected"]]
        verdicts = Counter({KEPT: candidate["documents"].rows}) + summarise(judged).verdicts
    else:
        results, judged, places, verdicts = None, raw_records, [raw_records], raw.verdicts
    losses = _losses(judged, verdicts)
    mentioned = list(dict.fromkeys(_mentioned(outcomes, losses, results)))
    ids = [each for each in mentioned[:_ENTRIES] if _ID.fullmatch(each)]
    if candidate:  # what an earlier dump published is what this one duplicates
        places += published_with(run, ids)
    plan = run.dataset("plan").table(["bytes"])
    return Facts(
        totals,
        pc.sum(plan["bytes"]).as_py() or 0,
        raw,
        verdicts,
        losses,
        items_passed_over(candidate["passed_over"]) if candidate else {},
        results,
        entries.find(ids, places),
        max(0, len(mentioned) - _ENTRIES),
    )


def _mentioned(
    outcomes: Sequence[Outcome], losses: Sequence[Loss], results: Results | None
) -> Iterator[str]:
    """Ids of the documents that the page speaks of, the most wanted first."""
    for outcome in sorted(outcomes, key=lambda o: (o.passed, o.severity != ERROR)):
        yield from outcome.failing_ids
    if results:
        for pair in results.duplicates.pairs:
            yield from (pair["doc_id"], pair["kept_id"])
        for cluster in results.duplicates.clusters.largest:
            yield from cluster.kept[:1]
    yield from (example["doc_id"] for loss in losses for example in loss.examples)
    if results:
        yield from (sample.doc_id for use in results.rules for sample in use.samples)


def _losses(judged: Dataset, verdicts: Mapping[str, int]) -> tuple[Loss, ...]:
    """The verdicts by count, each with its first records."""
    examples: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for batch in judged.batches(["doc_id", "source", "record", "verdict", "reason"]):
        for verdict in pc.unique(batch["verdict"]).drop_null().to_pylist():
            if (missing := _EXAMPLES - len(examples[verdict])) > 0:
                hits = batch.filter(pc.equal(batch["verdict"], verdict))
                examples[verdict] += hits.slice(0, missing).to_pylist()
    ranked = sorted(verdicts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(
        Loss(verdict, number, tuple(examples[verdict]))
        for verdict, number in ranked
        if verdict != KEPT
    )


def _results(run: Run, candidate: Mapping[str, Dataset], totals: Mapping[str, int]) -> Results:
    measured = last_made(run)
    return Results(
        summarise(candidate["documents"]),
        _rules(measured, candidate["ledger"]),
        _duplicates(candidate, run.recipe.dedup, losing=totals["sources_losing"] > 0),
        _distributions(candidate),
    )


def _rules(measured: Dataset, ledger: Dataset) -> tuple[RuleUse, ...]:
    samples: dict[Rule, list[Sample]] = defaultdict(list)
    for sample in sample_edits(measured, _SAMPLED):
        samples[sample.stage, sample.rule].append(sample)
    touched, used = touched_by(measured), rules_of(ledger)
    return tuple(
        RuleUse(*rule, edits, touched[rule], tuple(_telling(samples[rule])))
        for rule, edits in sorted(used.items(), key=lambda item: (-item[1], item[0]))
    )


def _telling(samples: Sequence[Sample]) -> list[Sample]:
    """A few samples, as unlike each other as they come."""
    unlike = {(sample.before, sample.after): sample for sample in reversed(samples)}
    first = sorted(samples, key=lambda it: unlike[it.before, it.after] is not it)
    return first[:_EXAMPLES]


def _duplicates(
    candidate: Mapping[str, Dataset], settings: DedupSettings, *, losing: bool
) -> Duplicates:
    """losing: any source loses too much; they are counted again only then."""
    dropped = candidate["duplicates"]
    histogram, verdicts = shares(_JACCARD_BINS), Counter[str]()
    least: list[dict[str, Any]] = []
    for batch in dropped.batches(["doc_id", "kept_id", "jaccard", "verdict"]):
        near = batch.filter(pc.equal(batch["verdict"], schema.DUPLICATE_NEAR))
        histogram.add(near["jaccard"])
        verdicts.update({schema.DUPLICATE_NEAR: near.num_rows})
        verdicts.update({schema.DUPLICATE_EXACT: batch.num_rows - near.num_rows})
        closest = batch.sort_by([("jaccard", "ascending"), ("doc_id", "ascending")])
        rows = closest.slice(0, _PAIRS).to_pylist()
        least = heapq.nsmallest(
            _PAIRS, chain(least, rows), key=lambda row: (row["jaccard"], row["doc_id"])
        )
    return Duplicates(
        verdicts[schema.DUPLICATE_EXACT],
        verdicts[schema.DUPLICATE_NEAR],
        tuple(histogram.bins(from_edge=settings.threshold, to_end=True)),
        tuple(least),
        largest(dropped, _CLUSTERS),
        losses(candidate["documents"], candidate["rejected"]).above(settings.max_source_loss)
        if losing
        else (),
    )


def _distributions(candidate: Mapping[str, Dataset]) -> Distributions:
    sizes, scores = lengths(), shares(_SCORE_BINS)
    languages, encodings = Counter[str](), Counter[str]()
    for batch in candidate["documents"].batches(["chars", "language", "language_score"]):
        sizes.add(batch["chars"])
        scores.add(batch["language_score"])
        languages += _count(pc.fill_null(batch["language"], _UNKNOWN))
    for name in ("documents", "rejected"):
        for batch in candidate[name].batches(["encoding"]):
            encodings += _count(batch["encoding"].drop_null())
    return Distributions(
        tuple(sizes.bins()), tuple(scores.bins(from_edge=0.5, to_end=True)), languages, encodings
    )


def _count(values: Any) -> Counter[str]:
    pairs = pc.value_counts(values).to_pylist()
    return Counter({pair["values"]: pair["counts"] for pair in pairs})
