"""Runs of the nightly job in this process, on real dumps and a Dagster instance of their own."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import dagster as dg
import pytest

from assets.corpus import Corpus
from assets.definitions import defs
from tests.conftest import EXAMPLES


@dataclass(frozen=True)
class Dagster:
    """A Dagster instance and the corpus that its runs work on."""

    instance: dg.DagsterInstance
    corpus: Corpus

    def run(self, dump: str) -> dg.ExecuteInProcessResult:
        """The nightly job for one dump; a failure is in the result."""
        return defs.resolve_job_def("nightly").execute_in_process(
            instance=self.instance,
            resources={"corpus": self.corpus},
            partition_key=dump,
            raise_on_error=False,
        )

    def run_range(self, tags: Mapping[str, str]) -> dg.ExecuteInProcessResult:
        """The nightly job for the days that its tags name, as a backfill starts it."""
        return defs.resolve_job_def("nightly").execute_in_process(
            instance=self.instance,
            resources={"corpus": self.corpus},
            tags=tags,
            raise_on_error=False,
        )

    def under(self, recipe: Path) -> "Dagster":
        """The same corpus, worked on by a recipe."""
        return replace(
            self, corpus=Corpus(raw=self.corpus.raw, out=self.corpus.out, recipe=str(recipe))
        )

    @property
    def out(self) -> Path:
        """Where the corpus is published."""
        return Path(self.corpus.out)


@dataclass(frozen=True)
class Night:
    """Both example dumps, run one after the other."""

    dagster: Dagster
    runs: dict[str, dg.ExecuteInProcessResult]


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    """An instance that is gone after the test."""
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


@pytest.fixture
def dagster(tmp_path: Path, instance: dg.DagsterInstance) -> Dagster:
    """A corpus without dumps; put them into `tmp_path / "raw"`."""
    (tmp_path / "raw").mkdir()
    corpus = Corpus(raw=str(tmp_path / "raw"), out=str(tmp_path / "out"))
    return Dagster(instance, corpus)


@pytest.fixture(scope="session")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Night]:
    """The example dumps, published by Dagster; tests only read what came of it."""
    with dg.DagsterInstance.ephemeral() as instance:
        out = tmp_path_factory.mktemp("dagster")
        dagster = Dagster(instance, Corpus(raw=str(EXAMPLES), out=str(out)))
        yield Night(
            dagster, {dump.name: dagster.run(dump.name) for dump in sorted(EXAMPLES.iterdir())}
        )


def message(result: dg.ExecuteInProcessResult) -> str:
    """What the failed step says to the person who looks at the run."""
    (failure,) = result.filter_events(lambda event: event.is_step_failure)
    about = failure.step_failure_data.user_failure_data
    assert about, f"an error with a traceback: {failure.step_failure_data.error}"
    return about.description or ""
