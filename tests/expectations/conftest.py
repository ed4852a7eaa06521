"""The example dumps on their way: the first published, the second a candidate."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
import pytest

from expectations import frames, runner, suites
from expectations.ask import Session
from expectations.parameters import parameters
from expectations.suites import Suite
from pipeline import run as steps
from pipeline import totals as totals_of
from pipeline.engine.local import LocalEngine
from pipeline.measures.language import LanguageSettings
from pipeline.recipe import Recipe
from pipeline.report.outcome import Outcome
from pipeline.sources.places.place import Folder
from pipeline.store.dataset import Dataset
from pipeline.underway import Run
from tests.conftest import EXAMPLES

# A recipe that wants languages, so that its thresholds are among what is expected.
RECIPE = Recipe(language=LanguageSettings(("de", "en", "fi", "fr", "ja", "ru", "uk"), 0.65))

Frames = dict[str, pd.DataFrame]


@dataclass(frozen=True)
class Examined:
    """A run up to its candidate, and what its suites look at."""

    run: Run
    candidate: Mapping[str, Dataset]
    given: Mapping[str, Any]
    whole: Mapping[str, Frames]

    def frames(self, suite: str) -> Frames:
        """A suite's frames, to be broken at will."""
        return {name: frame.copy() for name, frame in self.whole[suite].items()}

    def check(self, suite: str | Suite, looked_at: Frames) -> dict[str, Outcome]:
        """The outcomes by name of a suite's expectations on these frames."""
        suite = suites.read(suite) if isinstance(suite, str) else suite
        asked = tuple(entry for entry in suite.expectations if entry.frame in looked_at)
        suite = replace(suite, expectations=asked)
        outcomes = runner._check(suite, looked_at, self.given, Session())
        return {outcome.name: outcome for outcome in outcomes}


def candidate_of(run: Run) -> dict[str, Dataset]:
    for step in (steps.ingest, *steps.CLEANING):
        step(run)
    return steps.publish(run)


@pytest.fixture(scope="session")
def examined(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Examined]:
    out = tmp_path_factory.mktemp("out")
    with LocalEngine(1) as engine:
        first = Run("2026-11-21", Folder(EXAMPLES / "2026-11-21"), out, RECIPE, engine)
        steps.commit(first, candidate_of(first))
        run = Run("2026-11-22", Folder(EXAMPLES / "2026-11-22"), out, RECIPE, engine)
        candidate = candidate_of(run)
        totals = totals_of.candidate_totals(run, candidate)
        whole = {
            suite: {
                "rows": frames.rows(candidate[suite], suites.declared(suite)),
                "totals": pd.DataFrame([totals]),
            }
            for suite in ("documents", "rejected", "duplicates")
        }
        whole["raw"] = {
            "rows": frames.rows(run.dataset("raw_documents"), suites.declared("raw")),
            "totals": pd.DataFrame([totals_of.raw_totals(run)]),
        }
        yield Examined(run, candidate, parameters(RECIPE, totals), whole)
