"""The `hygiene` command: it takes words apart, calls the steps, and shows what came of them.

What belongs here: arguments, exit statuses, the order run -> expectations -> commit -> report.
What does not: work on documents (run), what terminals show (report.terminal).
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from pipeline import (
    lookup,
    recipe,
    review,
    review_duplicates,
    review_lines,
    rules,
    schema,
    together,
)
from pipeline import run as steps
from pipeline.decode import encode
from pipeline.dedup.sorting import TooMany
from pipeline.document import EditError, restore
from pipeline.engine.engine import EngineError
from pipeline.engine.local import LocalEngine
from pipeline.index import parts as index_parts
from pipeline.index.checking import kept_missing, problems
from pipeline.inspect.inspecting import SECONDS, inspect
from pipeline.report import duplicates, inspected, page, terminal
from pipeline.report import index as index_report
from pipeline.report.outcome import Outcome, stops
from pipeline.report.starting import starting_recipe
from pipeline.sources.places.dumps import dumps_in
from pipeline.sources.places.place import DumpError, Place
from pipeline.store.commit import finish_all, locked
from pipeline.store.dataset import Dataset, StoreError
from pipeline.together import Ending
from pipeline.underway import Run

FINE, REFUSED, BAD_INPUT, STOPPED = 0, 1, 2, 130
_MAX_SECONDS = 86_400.0
_FAULTS = (
    DumpError,
    EditError,
    EngineError,
    lookup.LookupFailed,
    OSError,
    recipe.RecipeError,
    rules.RuleError,
    StoreError,
    TooMany,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; its exit status: 0 fine, 1 an expectation of severity error failed, 2 bad
    usage or input that cannot be read at all.
    """
    words = _parser().parse_args(arguments)
    try:
        status: int = words.command(words)
        sys.stdout.flush()
    except BrokenPipeError:  # `hygiene rules | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FINE
    except _FAULTS as error:
        print(f"hygiene: {error}", file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        print("hygiene: stopped; the same command goes on where this one was", file=sys.stderr)
        return STOPPED
    return status


def _inspect(words: argparse.Namespace) -> int:
    if words.recipe and words.recipe.exists() and not words.force:
        raise recipe.RecipeError(f"{words.recipe} is there already; --force overwrites it")
    dumps = dumps_in(words.raw, words.dump)
    if words.recipe and any(place.holds(words.recipe) for _, place in dumps):
        raise recipe.RecipeError(
            f"{words.recipe} would lie among the raw files and be read as one; put it elsewhere"
        )
    with terminal.progress() as bars:
        bars.say("looking at the files")
        found = inspect(str(words.raw), dumps, words.seconds)
    if words.recipe:
        with words.recipe.open("w" if words.force else "x", encoding="utf-8") as file:
            file.write(starting_recipe(found, str(words.recipe)))
    if words.json:
        print(inspected.as_json(found))
    else:
        inspected.inspected(Console(), found, recipe=not words.recipe)
    return FINE


def _run(words: argparse.Namespace) -> int:
    settings = recipe.load(words.recipe)
    dumps = dumps_in(words.raw, words.dump)
    return REFUSED if _process(dumps, settings, words) else FINE


def _process(
    dumps: Sequence[tuple[str, Place]], settings: recipe.Recipe, words: argparse.Namespace
) -> bool:
    """Take dumps all the way, together; whether an expectation of severity error stopped one."""
    started = time.monotonic()
    with (
        ExitStack() as locks,
        terminal.progress() as bars,
        LocalEngine(words.workers, bars.shards) as engine,
    ):
        runs = [Run(name, place, words.out, settings, engine) for name, place in dumps]
        for run in runs:
            locks.enter_context(locked(run.work))
        finish_all(words.out)
        told = _told(runs, bars, words.data_docs)
    for each in told:
        seconds = (time.monotonic() - started) / len(told)
        run, outcomes = each.ending.run, each.ending.outcomes
        terminal.table(Console(), run, each.facts, outcomes, each.report, seconds)
    return any(each.ending.refused for each in told)


@dataclass(frozen=True)
class _Told:
    """How a dump's run ended, and what is shown of it."""

    ending: Ending
    report: page.Report
    facts: terminal.Facts


def _told(runs: Sequence[Run], bars: terminal.Bars, data_docs: Path | None) -> list[_Told]:
    """How each run ended, in the order of the dumps."""
    told: dict[str, _Told] = {}
    raw = {run.dump: _raw_outcomes(run, bars, data_docs) for run in runs}

    def tell(ending: Ending) -> None:
        bars.say("writing the report")
        run, datasets = ending.run, ending.datasets
        report = page.write(run, datasets, ending.outcomes, published=not ending.refused)
        told[run.dump] = _Told(ending, report, terminal.facts(run, datasets))

    def ask(run: Run, candidate: Mapping[str, Dataset]) -> list[Outcome]:
        return raw[run.dump] + _outcomes(run, candidate, bars, data_docs)

    for run in runs:
        if stops(raw[run.dump]):
            tell(Ending(run, {}, raw[run.dump], refused=True))
    going = together.bound([run for run in runs if run.dump not in told])
    together.clean(going)
    for ending in together.publish(going, ask):
        tell(ending)
    for each in told.values():
        if not each.ending.refused:
            steps.tidy(each.ending.run)
    return [told[run.dump] for run in runs]


def _raw_outcomes(run: Run, bars: terminal.Bars, data_docs: Path | None) -> list[Outcome]:
    steps.ingest(run)
    bars.say("expectations on the raw records")
    # Great Expectations takes seconds to import: only where it is needed.
    from expectations import runner

    return runner.check_raw(run, data_docs=data_docs)


def _outcomes(
    run: Run, candidate: Mapping[str, Dataset], bars: terminal.Bars, data_docs: Path | None
) -> list[Outcome]:
    from expectations import runner

    bars.say("expectations on what would be published")
    return runner.check_candidate(run, candidate, data_docs=data_docs)


def _explain(words: argparse.Namespace) -> int:
    found = lookup.find(words.out, words.doc_id)
    terminal.explain(Console(), found, lookup.others(words.out, found))
    return FINE


def _restore(words: argparse.Namespace) -> int:
    found = lookup.find(words.out, words.doc_id)
    row = found.row
    if row["text"] is None:
        raise StoreError(f"{row['doc_id']} was never decoded: {row['reason']}")
    text = restore(row["text"], found.ledger)
    if words.bytes and not row["lossless"]:
        raise StoreError(f"{row['doc_id']} was not decoded without loss from {row['encoding']}")
    raw = text.encode()
    if words.bytes:
        raw = encode(text, row["encoding"], row["byte_order_mark"], found.ledger)
    sys.stdout.buffer.write(raw)
    sys.stdout.buffer.flush()
    return FINE


def _index(words: argparse.Namespace) -> int:
    settings = recipe.load(words.recipe)
    if not words.out.is_dir():
        raise StoreError(f"there is no corpus {words.out}")
    finish_all(words.out)
    for name in words.remove:
        index_parts.remove(words.out, name)
    with terminal.progress() as bars, LocalEngine(words.workers, bars.shards) as engine:
        for name in words.rebuild:
            index_parts.rebuild(words.out, name, settings, engine)
    states = [
        index_parts.state_of(part, settings.dedup)
        for part in index_parts.published_parts(words.out)
    ]
    wrong: dict[str, list[str]] = {}
    if words.verify:
        parts = [state.part for state in states if state.readable]
        wrong = {part.dump: list(problems(words.out, part)) for part in parts}
        wrong |= {state.part.dump: [state.stale] for state in states if state.broken}
        for name, found in kept_missing(words.out):
            wrong.setdefault(name, []).append(found)
    if words.json:
        print(index_report.as_json(states, wrong))
    else:
        index_report.index(Console(), states, wrong, verified=words.verify)
    return REFUSED if any(wrong.values()) else FINE


def _typos(words: argparse.Namespace) -> int:
    found, different = review.repairs(words.out, words.dump, words.limit)
    terminal.repairs(Console(), found, different)
    return FINE


def _repeats(words: argparse.Namespace) -> int:
    found, known = review_lines.repeated_lines(words.out, words.dump, words.limit)
    if words.json:
        sys.stdout.writelines(f"{json.dumps(vars(line), ensure_ascii=False)}\n" for line in found)
    else:
        terminal.repeats(Console(), found, known)
    return FINE


def _duplicates(words: argparse.Namespace) -> int:
    found = review_duplicates.duplicates(words.out, words.dump, words.limit)
    if words.json:
        print(duplicates.as_json(found, words.limit))
    else:
        duplicates.duplicates(Console(), found, words.limit)
    return FINE


def _rules(words: argparse.Namespace) -> int:
    terminal.rules(Console(), words.language)
    return FINE


def _schema(words: argparse.Namespace) -> int:
    names = [words.dataset] if words.dataset else list(schema.PUBLISHED)
    for name in names:
        terminal.schema(Console(), name)
    return FINE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="hygiene",
        description="Raw text dumps in; clean Parquet, a ledger of every change, and expectation "
        "reports out.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    _add_inspect(commands)
    _add_run(commands)
    explain = _command(
        commands,
        "explain",
        _explain,
        "show what happened to one document",
        "hygiene explain 5f2c9e --out corpus",
    )
    explain.add_argument("doc_id", metavar="DOC_ID", help="its id, or the first digits of it")
    _add_out(explain)

    back = _command(
        commands,
        "restore",
        _restore,
        "print a document's text as it was decoded",
        "hygiene restore 5f2c9e --out corpus > original.txt",
    )
    back.add_argument("doc_id", metavar="DOC_ID", help="its id, or the first digits of it")
    _add_out(back)
    back.add_argument(
        "--bytes", action="store_true", help="in its original encoding; a text file byte for byte"
    )

    typos = _command(
        commands,
        "typos",
        _typos,
        "list the look-alike slips that were repaired, most frequent first, with examples",
        "hygiene typos 2026-11-22 --out corpus",
        "A repair that is wrong: put the word, as it stands before the arrow, on the list `deny` "
        "in [typos] of the recipe, and run the dump again.",
    )
    _add_review(typos)

    repeats = _command(
        commands,
        "repeats",
        _repeats,
        "list the lines that sites repeat, those most often cut first, with an example",
        "hygiene repeats 2026-11-22 --out corpus",
        "A line that belongs to its documents: put it, as it is shown, on the list `allow` in "
        "[repeats] of the recipe, and run the dump again.",
    )
    _add_review(repeats)
    repeats.add_argument("--json", action="store_true", help="one JSON object a line")

    _add_index(commands)
    dropped = _command(
        commands,
        "duplicates",
        _duplicates,
        "list the largest clusters of duplicates with samples, and what each source loses",
        "hygiene duplicates 2026-11-22 --out corpus",
        "A text that is no duplicate: raise `threshold` in [dedup] of the recipe, and run the dump "
        "again. `hygiene explain DOC_ID` compares two texts in full.",
    )
    _add_review(dropped, limit=20)
    dropped.add_argument("--json", action="store_true", help="all of it as one JSON object")

    listed = _command(commands, "rules", _rules, "list the rules", "hygiene rules --language en")
    listed.add_argument("--language", help="only of this language, or `any`")

    columns = _command(
        commands, "schema", _schema, "print the datasets' columns", "hygiene schema documents"
    )
    columns.add_argument("dataset", nargs="?", choices=list(schema.PUBLISHED), help="only this one")
    return parser


def _add_inspect(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    look = _command(
        commands,
        "inspect",
        _inspect,
        "say what a dump holds, from a sample, and propose a recipe for it",
        "hygiene inspect raw/2026-11-22 --recipe recipe.toml",
        "Nothing is written but the recipe. Exit status: 0 fine, 2 bad usage or a folder that "
        "cannot be listed.",
    )
    look.add_argument(
        "raw",
        metavar="RAW",
        help="where they are, as for `hygiene run`",
    )
    look.add_argument("--dump", metavar="DATE", help="only the dump of this name")
    look.add_argument(
        "--seconds",
        type=_seconds,
        default=SECONDS,
        metavar="N",
        help=f"read for about so long (default: {SECONDS:g})",
    )
    look.add_argument("--recipe", type=Path, metavar="FILE", help="write the starting recipe there")
    look.add_argument("--force", action="store_true", help="overwrite the recipe that is there")
    look.add_argument("--json", action="store_true", help="all that was found as a JSON object")


def _add_index(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    index = _command(
        commands,
        "index",
        _index,
        "show what later dumps are compared with, verify it, or take a dump out",
        "hygiene index --out corpus --verify",
        "Exit status: 0 fine, 1 --verify found something wrong, 2 bad usage.",
    )
    _add_out(index)
    index.add_argument(
        "--verify", action="store_true", help="read all of it, and hold it against the documents"
    )
    index.add_argument(
        "--remove",
        action="append",
        default=[],
        metavar="DUMP",
        help="compare nothing with this dump any more; its documents stay. May be repeated",
    )
    index.add_argument(
        "--rebuild",
        action="append",
        default=[],
        metavar="DUMP",
        help="make this dump's part anew from its documents. May be repeated",
    )
    index.add_argument("--recipe", type=Path, help="settings in TOML, as for `hygiene run`")
    index.add_argument("--workers", type=_whole, default=1, help="processes (default: 1)")
    index.add_argument("--json", action="store_true", help="one JSON object")


def _add_run(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    run = _command(
        commands,
        "run",
        _run,
        "clean a dump and publish it",
        "hygiene run raw/2026-11-22 --out corpus --workers 4",
        "Exit status: 0 fine, 1 an expectation of severity error failed and nothing was "
        "published, 2 bad usage or input that cannot be read at all.",
    )
    run.add_argument(
        "raw",
        metavar="RAW",
        help="folder of raw files, or of such folders named by date; or a file, a pattern in "
        'quotes ("raw/**/*.jsonl.gz"), @FILE with a path or URL on each line, or a URL: s3://, '
        "gs://, abfs://, hf://, https:// (docs/places.md)",
    )
    _add_out(run)
    run.add_argument(
        "--recipe", type=Path, help="settings in TOML; without, every language is kept"
    )
    run.add_argument("--dump", metavar="DATE", help="name of the dump; without, from RAW's own")
    run.add_argument("--workers", type=_whole, default=1, help="processes (default: 1)")
    run.add_argument(
        "--data-docs",
        type=Path,
        metavar="DIR",
        help="also build Great Expectations' own pages there (they need the network)",
    )


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    function: object,
    what: str,
    example: str,
    more: str = "",
) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        name,
        help=what,
        description=f"{what[0].upper()}{what[1:]}.",
        epilog=f"Example:\n  {example}\n\n{more}".rstrip(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(command=function)
    return parser


def _add_out(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="DIR",
        help="the corpus: where everything is written",
    )


def _add_review(parser: argparse.ArgumentParser, limit: int = 1000) -> None:
    parser.add_argument("dump", metavar="DUMP", help="name of the dump")
    _add_out(parser)
    parser.add_argument(
        "--limit",
        type=_whole,
        default=limit,
        metavar="N",
        help=f"show this many (default: {limit})",
    )


def _seconds(word: str) -> float:
    try:
        seconds = float(word)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= _MAX_SECONDS:
        raise argparse.ArgumentTypeError(f"takes a number of seconds above 0, not {word!r}")
    return seconds


def _whole(word: str) -> int:
    if not word.isdecimal() or int(word) < 1:
        raise argparse.ArgumentTypeError(f"takes a whole number of at least 1, not {word!r}")
    return int(word)


if __name__ == "__main__":
    sys.exit(main())
