"""What several tests need: the example dumps, the shared data, and a way to run steps."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import settings

from pipeline import run as steps
from pipeline.engine.local import LocalEngine
from pipeline.recipe import Recipe
from pipeline.sources.places.place import Folder, Place
from pipeline.underway import Run

settings.register_profile("untimed", deadline=None)  # tests never assert a time
settings.load_profile("untimed")

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "examples" / "raw"
SHARED = Path(os.environ.get("HYGIENE_SHARED", ROOT.parent / "shared"))


@pytest.fixture
def shared() -> Path:
    """Labelled data beside the checkout; tests that read it skip where it is absent."""
    if not (SHARED / "data").is_dir():
        pytest.skip("the shared evaluation data is not here")
    return SHARED


def publish(
    raw: Path | Place,
    out: Path,
    *,
    dump: str | None = None,
    recipe: Recipe | None = None,
    workers: int = 1,
) -> Path:
    """Take a dump through all steps and publish it, expectations aside."""
    place = Folder(raw) if isinstance(raw, Path) else raw
    with LocalEngine(workers) as engine:
        run = Run(dump or raw.name, place, out, recipe or Recipe(), engine)
        for step in (
            steps.ingest,
            *steps.CLEANING,
        ):
            step(run)
        steps.commit(run, steps.publish(run))
    return out


def rows(out: Path, name: str, dump: str | None = None) -> list[dict[str, Any]]:
    """All rows of a published dataset, as a plain reader sees them."""
    files = sorted((out / name).glob(f"{dump or '**'}/*.parquet"))
    return [row for file in files for row in pq.read_table(file, partitioning=None).to_pylist()]


def tree(folder: Path) -> Mapping[str, bytes]:
    """Every file below a folder with its bytes."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="session")
def example_corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both example dumps, published; tests only read it."""
    out = tmp_path_factory.mktemp("corpus")
    for dump in sorted(EXAMPLES.iterdir()):
        publish(dump, out)
    return out
