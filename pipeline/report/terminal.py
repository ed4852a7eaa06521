"""What the command line shows: progress bars and tables.

What belongs here: laying out facts for a terminal, every text made harmless. What does not:
finding the facts (summary, lookup), deciding anything (cli).
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table
from rich.text import Text

from pipeline import rules as rule_files
from pipeline import schema as columns
from pipeline.difference import Span, changed_lines
from pipeline.document import history, restore
from pipeline.lookup import NAMED, Found
from pipeline.report import duplicates
from pipeline.report.outcome import Outcome
from pipeline.report.page import Report
from pipeline.report.summary import Summary, items_passed_over, rules_of, shorten, summarise
from pipeline.report.visible import visible
from pipeline.review import Repair
from pipeline.review_lines import RepeatedLine
from pipeline.store.dataset import Dataset
from pipeline.totals import raw_totals
from pipeline.underway import Run

_CONTEXT = 30
_ID_DIGITS = 8


class Bars:
    """A bar for each dataset that is made, on standard error; nothing where that is no terminal."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}

    def shards(self, dataset: str, done: int, total: int) -> None:
        """Shards of a dataset that are done; each name has one bar."""
        name = dataset.replace("_", " ")
        if name not in self._tasks:
            self._tasks[name] = self._progress.add_task(name, total=total)
        self._progress.update(self._tasks[name], completed=done, total=total)

    def say(self, words: str) -> None:
        """A line for work that has no shards."""
        self._progress.add_task(words, total=None)


@contextmanager
def progress() -> Iterator[Bars]:
    """Bars that are gone when the work is done."""
    console = Console(stderr=True)
    with Progress(
        TextColumn("{task.description:<28}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as bars:
        yield Bars(bars)


@dataclass(frozen=True)
class Facts:
    """The numbers of the closing table. Bytes are those of the records as delivered."""

    read: int
    raw_bytes: int
    documents: Summary
    rejected: Summary
    passed_over: Mapping[str, int]
    edits: list[tuple[str, str, int]]


def facts(run: Run, candidate: Mapping[str, Dataset]) -> Facts:
    """Count what came in and what would go out, nothing where there is no candidate."""
    raw = run.dataset("raw_documents")
    size = sum(sum(batch["raw_bytes"].to_pylist()) for batch in raw.batches(["raw_bytes"]))
    if not candidate:
        return Facts(raw_totals(run)["records"], size, Summary(), Summary(), {}, [])
    edits = rules_of(candidate["ledger"])
    documents, rejected = summarise(candidate["documents"]), summarise(candidate["rejected"])
    return Facts(
        documents.rows + rejected.rows,
        size,
        documents,
        rejected,
        items_passed_over(candidate["passed_over"]),
        sorted(((*rule, count) for rule, count in edits.items()), key=lambda e: (-e[2], e[:2])),
    )


def table(
    console: Console,
    run: Run,
    counted: Facts,
    outcomes: Sequence[Outcome],
    report: Report,
    seconds: float,
) -> None:
    """The closing table of a run."""
    grid = Table(title=f"Dump {run.dump}", title_justify="left", show_header=False)
    grid.add_column(no_wrap=True)
    grid.add_column(justify="right", no_wrap=True)
    grid.add_row("records read", f"{counted.read:,}")
    grid.add_row("published", f"{counted.documents.rows:,}")
    grid.add_row("rejected", f"{counted.rejected.rows:,}")
    for verdict, count in sorted(counted.rejected.verdicts.items()):
        grid.add_row(f"  {verdict}", f"{count:,}")
    for kind, items in sorted(counted.passed_over.items()):
        grid.add_row(visible(f"passed over: {kind}"), f"{items:,}")
    grid.add_row("edits", f"{sum(count for *_, count in counted.edits):,}")
    for stage, rule, count in counted.edits:
        grid.add_row(f"  {stage}/{rule}", f"{count:,}")
    grid.add_row("speed", _speed(counted.raw_bytes, seconds))
    console.print(grid)
    failed = [outcome for outcome in outcomes if not outcome.passed]
    console.print(f"expectations: {len(outcomes) - len(failed)} met, {len(failed)} not met")
    for outcome in failed:
        line = f"  {outcome.severity}: {outcome.suite}/{outcome.name}: {outcome.description}"
        console.print(Text(visible(f"{line} ({outcome.observed or outcome.error})")))
    refused = any(outcome.severity == "error" for outcome in failed)
    if refused:
        console.print(Text("Nothing was published; readers see what they saw before."))
    else:
        for name in columns.PUBLISHED:
            _place(console, name, run.out / name / run.dump)
    _place(console, "report", report.html)


def _speed(size: int, seconds: float) -> str:
    megabytes = size / 1e6 / max(seconds, 1e-9)
    return f"{megabytes:.2f} MB/s" if megabytes >= 0.01 else f"{megabytes * 1000:.2f} kB/s"


def _place(console: Console, name: str, path: Path) -> None:
    console.print(Text(f"{name:<12} {path}"), soft_wrap=True)


def explain(console: Console, found: Found, others: Mapping[str, Mapping[str, Any]]) -> None:
    """What happened to one document, before and after, edit by edit, and what it duplicates.

    others: rows of what it duplicates or is kept for; those without a text are not compared.
    """
    row = found.row
    state = f"rejected: {row['verdict']} ({row['reason']})" if row["verdict"] else "published"
    if not found.published:
        state = f"not published, its dump was refused; {state.replace('published', 'kept')}"
    for name, value in (
        ("document", row["doc_id"]),
        ("from", f"{row['source']}, record {row['record']}, dump {row['dump']}"),
        ("state", state),
        ("encoding", f"{row['encoding']} ({row['encoding_evidence']})"),
        ("language", _language(row)),
        ("metadata", row["metadata"]),
    ):
        console.print(Text(f"{name:<10} {visible(str(value))}"), soft_wrap=True)
    for duplicate in found.duplicates[:NAMED]:
        _print_duplicate(console, row, duplicate, others)
    if (more := len(found.duplicates) - NAMED) > 0:
        console.print(Text(f"{'':>11}… and {more:,} more"))
    if row["text"] is None:
        return
    states = dict(history(row["text"], found.ledger))
    console.print(Text(f"\n{len(found.ledger)} edits", style="bold"))
    for number, edit in enumerate(found.ledger):
        text = states[edit.stage]
        end = edit.start + len(edit.before)
        line = Text(f"{number:>4}  {edit.stage}/{edit.rule} at {edit.start}: ", style="dim")
        line.append(_flat(text[max(0, edit.start - _CONTEXT) : edit.start]), style="not dim")
        line.append(f"[-{_flat(shorten(edit.before))}-]", style="not dim red")
        if edit.after:
            line.append(f"{{+{_flat(shorten(edit.after))}+}}", style="not dim green")
        line.append(_flat(text[end : end + _CONTEXT]), style="not dim")
        console.print(line, soft_wrap=True)
        if edit.evidence:
            console.print(Text(f"      {_evidence(edit.evidence)}", style="dim"), soft_wrap=True)
    _print_difference(console, restore(row["text"], found.ledger), row["text"])


def _evidence(facts: str) -> str:
    """The parts of an edit's evidence in a line."""
    parts = []
    for name, value in json.loads(facts).items():
        if value is not None:
            shown = " ".join(map(str, value)) if isinstance(value, list) else value
            shown = {True: "yes", False: "no"}[value] if isinstance(value, bool) else shown
            parts.append(f"{name.replace('_', ' ')} {shown}")
    return _flat("; ".join(parts))


def _language(row: Mapping[str, Any]) -> str:
    """The language, with what speaks against it: other paragraphs, what the record declares."""
    said = f"{row['language']}, score {row['language_score'] or 0:.3f}"
    shares = row.get("languages") or []
    if len(shares) > 1:
        said += "; by paragraph " + ", ".join(f"{s['language']} {s['share']:.0%}" for s in shares)
    if row.get("language_agrees") is False:
        said += f"; declared as {row['declared_language']}"
    return said


def _print_duplicate(
    console: Console,
    row: Mapping[str, Any],
    duplicate: Mapping[str, Any],
    others: Mapping[str, Mapping[str, Any]],
) -> None:
    dropped = duplicate["doc_id"] == row["doc_id"]
    other = duplicate["kept_id" if dropped else "doc_id"]
    place = "no longer in the corpus: run its dump again"
    if other in others:
        where = others[other]
        place = f"{visible(where['source'])}, record {where['record']}, dump {where['dump']}"
        if dropped and where.get("verdict"):
            place += f"; rejected itself now ({where['verdict']}): run dump {row['dump']} again"
    words = "duplicates" if dropped else "kept for"
    line = f"{words:<10} {other} (Jaccard {duplicate['jaccard']:.3f}): {place}"
    console.print(Text(line), soft_wrap=True)
    texts = others.get(other, {}).get("text"), row["text"]
    duplicates.explained(console, duplicate, *(texts if dropped else texts[::-1]))


def _print_difference(console: Console, before: str, after: str) -> None:
    """Lines that differ between the text as decoded and as it stands."""
    console.print(Text("\nas decoded (-) and as it stands (+)", style="bold"))
    shown = False
    for line in _unified(before.split("\n"), after.split("\n")):
        style = {"-": "red", "+": "green", "@": "cyan"}.get(line[0], "")
        console.print(Text(visible(line), style=style), soft_wrap=True)
        shown = True
    if not shown:
        console.print(Text("no difference"))


def _unified(before: Sequence[str], after: Sequence[str]) -> Iterator[str]:
    """The lines of a unified diff, one line around each change."""
    hunks: list[list[Span]] = []
    for span in changed_lines(before, after):
        if hunks and span[0] - hunks[-1][-1][1] <= 2:
            hunks[-1].append(span)
        else:
            hunks.append([span])
    for hunk in hunks:
        lead = min(1, hunk[0][0])
        tail = min(1, len(before) - hunk[-1][1])
        start, stop = hunk[0][0] - lead, hunk[-1][1] + tail
        put_start, put_stop = hunk[0][2] - lead, hunk[-1][3] + tail
        yield f"@@ -{_range(start, stop)} +{_range(put_start, put_stop)} @@"
        at = start
        for a, b, c, d in hunk:
            yield from (f" {line}" for line in before[at:a])
            yield from (f"-{line}" for line in before[a:b])
            yield from (f"+{line}" for line in after[c:d])
            at = b
        yield from (f" {line}" for line in before[at:stop])


def _range(start: int, stop: int) -> str:
    """A range of lines as `diff` writes it."""
    if stop - start == 1:
        return f"{start + 1}"
    return f"{start + (stop > start)},{stop - start}"


def _flat(text: str) -> str:
    return visible(text, keep="")


def repairs(console: Console, found: Sequence[Repair], different: int) -> None:
    """The repairs of a dump: a line for each, and the places of its examples under it."""
    for repair in found:
        score = "" if repair.score is None else f", score {repair.score:.1f}"
        line = Text(f"{repair.times:>7,} × ")
        line.append(_flat(repair.before), style="red").append(" → ")
        line.append(_flat(repair.after), style="green")
        documents = f"{repair.documents:,} document{'s' if repair.documents > 1 else ''}"
        line.append(f"   {repair.rule}{score}, in {documents}", style="dim")
        console.print(line, soft_wrap=True)
        for example in repair.examples:
            where = Text(f"{'':>10}{example.doc_id[:_ID_DIGITS]}  …{_flat(example.left)}")
            where.append(f"[{_flat(repair.before)}]", style="bold")
            where.append(f"{_flat(example.right)}…")
            console.print(where, soft_wrap=True)
    total = f"{different:,} different repair{'' if different == 1 else 's'}"
    rest = f", {len(found):,} of them shown" if len(found) < different else ""
    console.print(f"{total}{rest}. To keep a word as it stands, add it to `deny` in \\[typos].")


def repeats(console: Console, found: Sequence[RepeatedLine], known: int) -> None:
    """The lines that sites repeat, by site: how often each was cut, and where it is from."""
    by_site: dict[str, list[RepeatedLine]] = {}
    for line in found:
        by_site.setdefault(line.site, []).append(line)
    for site, lines in by_site.items():
        console.print(Text(f"{_flat(site)}, {lines[0].of:,} documents", style="bold"))
        for line in lines:
            row = Text(f"{line.cut:>7,} × {_flat(shorten(line.line))}")
            where = f"   in {line.documents:,} documents, {line.elsewhere:,} elsewhere"
            row.append(f"{where}; {line.doc_id[:_ID_DIGITS]}", style="dim")
            console.print(row, soft_wrap=True)
    total = f"{known:,} repeated line{'' if known == 1 else 's'}"
    rest = f", {len(found):,} of them shown" if len(found) < known else ""
    how = "To keep a line, add it to `allow` in [repeats]."
    console.print(Text(f"{total}{rest}. {how}"), soft_wrap=True)


def rules(console: Console, language: str | None) -> None:
    """All rules, or those of one language."""
    grid = Table("stage", "language", "rule", "what it does", "source")
    for name in [language] if language else rule_files.boilerplate_languages():
        for rule in rule_files.boilerplate(name):
            what = f"{rule.scope}: {' | '.join((*rule.phrases, *filter(None, [rule.pattern])))}"
            grid.add_row(*map(Text, ("boilerplate", rule.language, rule.name, what, rule.source)))
    for slip in rule_files.confusions():
        if language in (None, slip.language):
            what = f"{slip.strength}: {', '.join(f'{a} -> {b}' for a, b in slip.pairs)}"
            grid.add_row(*map(Text, ("typos", slip.language, slip.name, what, slip.source)))
    for context in rule_files.contexts():
        if language in (None, context.language):
            what = (
                f"{context.wrong} -> {context.right} between {context.before} and {context.after}"
            )
            cells = ("typos", context.language, context.name, what, context.source)
            grid.add_row(*map(Text, cells))
    console.print(grid)


def schema(console: Console, name: str) -> None:
    """The columns of one dataset."""
    grid = Table("column", "type", "meaning", title=name, title_justify="left")
    for column in columns.describe(columns.PUBLISHED[name]):
        grid.add_row(*map(Text, column))
    console.print(grid)
