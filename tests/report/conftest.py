"""The example dumps, taken up to the moment before they would be published."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from pipeline import run as steps
from pipeline.engine.local import LocalEngine
from pipeline.recipe import Recipe
from pipeline.report import page
from pipeline.report.outcome import Outcome
from pipeline.sources.places.place import Folder
from pipeline.store.dataset import Dataset
from pipeline.underway import Run
from tests.conftest import EXAMPLES, publish
from tests.report.dom import Node, parse

PASSED = Outcome("documents", "text_clean", "No text holds U+FFFD", "why", "error", passed=True)
VACUOUS = Outcome("duplicates", "likeness", "All alike", "why", "error", passed=True, vacuous=True)
WARNED = Outcome("documents", "long_enough", "Texts are long", "why", "warning", passed=False)
FAILED = Outcome("raw", "files_read", "Files can be read", "fetch again", "error", passed=False)


@dataclass(frozen=True)
class Case:
    """A dump that has been through all steps and is not committed."""

    run: Run
    candidate: Mapping[str, Dataset] = field(default_factory=dict)

    def write(
        self,
        outcomes: Sequence[Outcome] = (PASSED,),
        *,
        published: bool = True,
        candidate: Mapping[str, Dataset] | None = None,
    ) -> tuple[Node, dict[str, Any]]:
        """The page as a tree, and the JSON."""
        chosen = self.candidate if candidate is None else candidate
        report = page.write(self.run, chosen, outcomes, published=published)
        return parse(report.html.read_text("utf-8")), json.loads(report.json.read_bytes())

    def html(self) -> bytes:
        """The page as bytes."""
        return page.write(self.run, self.candidate, (PASSED,), published=True).html.read_bytes()


def take(raw: Path, out: Path, recipe: Recipe | None = None) -> Case:
    """All steps but the commit."""
    with LocalEngine(1) as engine:
        run = Run(raw.name, Folder(raw), out, recipe or Recipe(), engine)
        for step in (
            steps.ingest,
            *steps.CLEANING,
        ):
            step(run)
        return Case(run, steps.publish(run))


def take_examples(out: Path) -> Case:
    """The first example dump published, the second one up to the commit."""
    publish(EXAMPLES / "2026-11-21", out)
    return take(EXAMPLES / "2026-11-22", out)


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return take_examples(tmp_path_factory.mktemp("report"))
