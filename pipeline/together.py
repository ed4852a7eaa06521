"""Dumps that are new together: what is kept of a text that several have does not depend on which of
them came first.

What belongs here: taking several dumps through the steps, publishing those that expectations let
pass. What does not: the steps (run), asking expectations, telling what came of it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline import run as steps
from pipeline.report.outcome import Outcome, stops
from pipeline.store.dataset import Dataset
from pipeline.underway import Run

# What is found of a dump and what would be published of it.
Ask = Callable[[Run, Mapping[str, Dataset]], list[Outcome]]


@dataclass(frozen=True)
class Ending:
    """How a dump's run ended.

    datasets: what is published of it, or would have been; none where its raw records were refused.
    outcomes: all that was asked. refused: an expectation of severity error does not hold.
    """

    run: Run
    datasets: Mapping[str, Dataset]
    outcomes: list[Outcome]
    refused: bool


def bound(runs: Sequence[Run]) -> list[Run]:
    """The runs, each knowing of the others as new with it."""
    names = tuple(run.dump for run in runs)
    return [replace(run, together=names) for run in runs]


def clean(runs: Sequence[Run]) -> None:
    """Every step between reading and the candidate, each for all dumps before the next."""
    for step in steps.CLEANING:
        for run in runs:
            step(run)


def publish(runs: Sequence[Run], ask: Ask) -> Iterator[Ending]:
    """Publish the dumps that expectations let pass, all of them at once; each ending as it comes.

    runs: bound together, and cleaned so. What is refused is no witness, and nothing's kept copy:
    the others are cleaned and asked about again without it.
    """
    while runs:
        candidates = {run.dump: steps.publish(run) for run in runs}
        outcomes = {run.dump: ask(run, candidates[run.dump]) for run in runs}
        refused = {run.dump for run in runs if stops(outcomes[run.dump])}
        if not refused:
            live = steps.commit_together([(run, candidates[run.dump]) for run in runs])
            for run in runs:  # after the commit: only then is it true
                yield Ending(run, live[run.dump], outcomes[run.dump], refused=False)
            return
        for run in runs:
            if run.dump in refused:
                yield Ending(run, candidates[run.dump], outcomes[run.dump], refused=True)
        runs = bound([run for run in runs if run.dump not in refused])
        clean(runs)
