"""Whether a dump is as it must be: datasets in, one outcome for each declared expectation out.

What belongs here: bringing suites, frames and parameters together. What does not: what is expected
(the TOML files), Great Expectations' own ways (ask), what its answers mean (answers).
Importing this imports Great Expectations, which takes seconds: import it where it is used.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from expectations import frames
from expectations.answers import outcome
from expectations.ask import Session
from expectations.parameters import parameters
from expectations.suites import ROWS, TOTALS, Suite, read
from pipeline.report.outcome import Outcome
from pipeline.store.dataset import Dataset
from pipeline.totals import candidate_totals, raw_totals
from pipeline.underway import Run

_CANDIDATE = ("documents", "rejected", "duplicates")


def check_raw(run: Run, *, data_docs: Path | None = None) -> list[Outcome]:
    """The outcomes of suite `raw`, in the order of its file. `ingest` must have been run.

    data_docs: a folder in which Great Expectations' own pages about all runs are kept.
    """
    suite = read("raw")
    return _check_all(run, {suite: run.dataset(suite.dataset)}, raw_totals(run), data_docs)


def check_candidate(
    run: Run, candidate: Mapping[str, Dataset], *, data_docs: Path | None = None
) -> list[Outcome]:
    """The outcomes of suites `documents`, `rejected` and `duplicates`, in that order.

    candidate: what `pipeline.run.publish` made. data_docs: as for `check_raw`.
    """
    suites = {suite: candidate[suite.dataset] for suite in map(read, _CANDIDATE)}
    return _check_all(run, suites, candidate_totals(run, candidate), data_docs)


def _check_all(
    run: Run, suites: Mapping[Suite, Dataset], totals: Mapping[str, int], data_docs: Path | None
) -> list[Outcome]:
    session = Session(run.dump, data_docs)
    given = parameters(run.recipe, totals)
    counted = pd.DataFrame([totals])
    outcomes = []
    for suite, dataset in suites.items():
        looked_at = {ROWS: frames.rows(dataset, suite.expectations), TOTALS: counted}
        outcomes += _check(suite, looked_at, given, session)
    session.close()
    return outcomes


def _check(
    suite: Suite,
    looked_at: Mapping[str, pd.DataFrame],
    given: Mapping[str, Any],
    session: Session,
) -> list[Outcome]:
    """The outcomes of one suite on its frames: exactly one for each expectation, in their order."""
    outcomes: dict[str, Outcome] = {}
    for name, stored in looked_at.items():
        entries = [entry for entry in suite.expectations if entry.frame == name]
        frame = frames.asked_of(stored, entries)
        answers = session.ask(f"{suite.name}_{name}", entries, frame, given)
        for entry in entries:
            missing = [n for n in frames.stored_columns(entry) if n not in stored.columns]
            answer = answers.get(entry.name)
            outcomes[entry.name] = outcome(suite, entry, frame, missing, answer)
    return [outcomes[entry.name] for entry in suite.expectations]
