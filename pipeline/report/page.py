"""The page: what a run did, for a person, and the same in short as JSON, for a program.

What belongs here: laying facts out through the templates, and writing both files.
What does not: finding the facts (gather), positions in charts (charts), words of values (show).

Every text is escaped by Jinja2 and made harmless by `show.harmless` before that, whatever template
it stands in; no template marks anything as safe.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from pipeline import schema
from pipeline.provenance import versions
from pipeline.report import charts, losses, show
from pipeline.report.gather import Facts, gather
from pipeline.report.meanings import family, meaning
from pipeline.report.outcome import ERROR, Outcome
from pipeline.report.summary import CONTEXT, KEPT
from pipeline.store.dataset import Dataset, write_whole
from pipeline.underway import Run

# The order of the steps; a suite of another name comes after these.
_SUITES = ("raw", "documents", "rejected", "duplicates")
_LINKED = 10  # failing documents of one expectation


@dataclass(frozen=True)
class Report:
    """Where the two files are."""

    html: Path
    json: Path


def write(
    run: Run,
    candidate: Mapping[str, Dataset],
    outcomes: Sequence[Outcome],
    *,
    published: bool,
) -> Report:
    """Write `report.html` and `expectations.json` of a run, each whole or not at all.

    candidate: what would be, or has been, published; empty where the run stopped after the raw
    records. published: whether readers see it. Equal input gives equal bytes.
    Raises `StoreError` where a step has not been run.
    """
    facts = gather(run, candidate, outcomes)
    folder = run.out / "reports" / run.dump
    report = Report(folder / "report.html", folder / "expectations.json")
    write_whole(report.html, _bytes(_html(run, facts, outcomes, published)))
    write_whole(report.json, _bytes(_json(run.dump, facts, outcomes, published)))
    return report


def _bytes(text: str) -> bytes:
    # A lone surrogate, should a message hold one, becomes \udc80: in JSON that is its own escape.
    return text.encode("utf-8", "backslashreplace")


def _html(run: Run, facts: Facts, outcomes: Sequence[Outcome], published: bool) -> str:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        finalize=show.harmless,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "count": show.count,
        "share": show.share,
        "size": show.size,
        "many": show.one_or_many,
        "meaning": meaning,
    }
    page = environment.get_template("page.html")
    return page.render(
        dump=run.dump,
        facts=facts,
        results=facts.results,
        published=published,
        change=show.change,
        context=CONTEXT,
        linked=_LINKED,
        kept=facts.verdicts.get(KEPT, 0),
        suites=_by_suite(outcomes),
        charts=_charts(facts, published),
        recipe=show.toml(run.recipe).split("\n"),
        threshold=run.recipe.dedup.threshold,
        losing=_losing(run, facts),
        versions=versions(),
    )


def _losing(run: Run, facts: Facts) -> str:
    """The sources that lose too much as duplicates, in a sentence."""
    losing = facts.results.duplicates.losing if facts.results else ()
    return losses.warning(losing, run.recipe.dedup.max_source_loss)


def _by_suite(outcomes: Sequence[Outcome]) -> list[tuple[str, list[Outcome]]]:
    """The suites, those with a failure first; in each the failed expectations first."""
    suites: dict[str, list[Outcome]] = {}
    for outcome in sorted(outcomes, key=_rank):
        suites.setdefault(outcome.suite, []).append(outcome)
    return sorted(suites.items(), key=lambda suite: (_rank(suite[1][0])[:2], _place(suite[0])))


def _rank(outcome: Outcome) -> tuple[Any, ...]:
    return outcome.passed, outcome.severity != ERROR, outcome.vacuous, outcome.name


def _place(suite: str) -> tuple[int, str]:
    return (_SUITES.index(suite) if suite in _SUITES else len(_SUITES)), suite


def _charts(facts: Facts, published: bool) -> dict[str, Any]:
    """Every chart of the page by name."""
    drawn: dict[str, Any] = {"flow": charts.flow(_parts(facts, published))}
    if facts.results:
        found = facts.results.distributions
        drawn |= {
            "jaccard": charts.columns(facts.results.duplicates.jaccard),
            "lengths": charts.columns(found.lengths),
            "scores": charts.columns(found.scores),
            "languages": charts.rows(found.languages),
            "encodings": charts.rows(found.encodings),
        }
    return drawn


def _parts(facts: Facts, published: bool) -> list[tuple[str, str, int]]:
    """What the records became: (kind, label, count), the kept first, then losses by size."""
    losses: dict[str, int] = {}
    for loss in facts.losses:
        name = family(loss.verdict)
        losses[name] = losses.get(name, 0) + loss.count
    ranked = sorted(losses.items(), key=lambda item: (-item[1], item[0]))
    kinds = {family(schema.DUPLICATE_EXACT): "duplicate"}
    kept = "published" if published else "to publish" if facts.results else "readable"
    parts = [("kept", kept, facts.verdicts.get(KEPT, 0))]
    parts += [(kinds.get(name, "rejected"), name, number) for name, number in ranked]
    return [part for part in parts if part[2]]


def _json(dump: str, facts: Facts, outcomes: Sequence[Outcome], published: bool) -> str:
    edits = [
        {"stage": use.stage, "rule": use.rule, "edits": use.edits}
        for use in (facts.results.rules if facts.results else ())
    ]
    content = {
        "dump": dump,
        "published": published,
        "totals": dict(facts.totals),
        "verdicts": {KEPT: 0, **facts.verdicts},
        "passed_over": dict(facts.passed_over),
        "edits": sorted(edits, key=lambda edit: (edit["stage"], edit["rule"])),
        "expectations": [
            asdict(outcome) for outcome in sorted(outcomes, key=lambda o: (o.suite, o.name))
        ],
    }
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
