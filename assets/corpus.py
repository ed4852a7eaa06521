"""The corpus as a Dagster resource: where dumps come from, where datasets go, by which recipe.

What belongs here: opening dumps for one step, and saying plainly why that is not possible.
What does not: steps (pipeline.run), which dumps are there (dumps).
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
from pydantic import Field

from pipeline import recipe, together
from pipeline.engine.engine import EngineError
from pipeline.engine.local import LocalEngine
from pipeline.rules import RuleError
from pipeline.sources.places.dumps import dates_in, delivery
from pipeline.sources.places.place import DumpError, Folder
from pipeline.sources.places.remote import Remote
from pipeline.store.commit import finish_all, locked
from pipeline.store.dataset import StoreError
from pipeline.underway import Run

# What the person who runs this can put right; everything else is ours and keeps its traceback.
_FAULTS = (DumpError, EngineError, RuleError, StoreError, recipe.RecipeError)
# A dataset writes at most this many lines of progress into a run's log.
_PROGRESS_LINES = 20


class Corpus(dg.ConfigurableResource[Any]):
    """One corpus and the dumps that it grows by."""

    raw: str = Field(
        description="folder of dumps, each a folder named by its date: a path, or a URL of a store"
    )
    out: str = Field(description="where the datasets are published")
    recipe: str = Field(default="", description="settings in TOML; empty: every language is kept")
    workers: int = Field(default=1, ge=1, description="processes of a step")

    def place(self, dump: str) -> Folder | Remote:
        """Where a dump is delivered. Raises `DumpError` where no dump can be."""
        return delivery(self.raw, dump)

    def dumps(self) -> list[str]:
        """The dumps that are there, oldest first. Raises `DumpError` where that cannot be told."""
        return dates_in(self.raw)

    def among(self, days: Sequence[str]) -> list[str]:
        """Those of the days that have a dump. Raises `dagster.Failure`, not to be retried, where
        that cannot be told.
        """
        try:
            there = set(self.dumps())
        except DumpError as error:
            raise _failure(str(error)) from None
        return [day for day in days if day in there]

    @contextmanager
    def open(self, dumps: Sequence[str]) -> Iterator[list[Run]]:
        """The dumps, new together and ready for one step, and nobody else's until it is done.

        A commit that a crash cut short is finished first. Raises `dagster.Failure`, not to be
        retried, where a dump is missing, another run holds it, or the recipe or a dataset is
        wrong.
        """
        try:
            places = [self._there(dump) for dump in dumps]
            settings = recipe.load(Path(self.recipe) if self.recipe else None)
            with ExitStack() as locks, LocalEngine(self.workers, _log_progress) as engine:
                runs = together.bound(
                    [
                        Run(dump, place, Path(self.out), settings, engine)
                        for dump, place in zip(dumps, places, strict=True)
                    ]
                )
                for run in runs:
                    locks.enter_context(locked(run.work))
                finish_all(Path(self.out))
                yield runs
        except _FAULTS as error:
            raise _failure(str(error)) from None

    def _there(self, dump: str) -> Folder | Remote:
        place = self.place(dump)
        if isinstance(place, Folder) and not place.root.is_dir():
            raise DumpError(
                f"No dump {dump}: there is no folder {place.name}. Deliver it, or set "
                "HYGIENE_RAW to the folder that holds the dumps."
            )
        return place


def _failure(words: str) -> dg.Failure:
    return dg.Failure(words, allow_retries=False)


def _log_progress(dataset: str, done: int, total: int) -> None:
    """Every so often a line in the run's log; what is a single shard is soon done."""
    if total > 1 and (done == total or done % max(1, total // _PROGRESS_LINES) == 0):
        dg.get_dagster_logger().info(f"{dataset}: {done} of {total} shards")
