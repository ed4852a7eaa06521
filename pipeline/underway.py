"""A dump on its way: where its datasets lie, and what they are known by.

What belongs here: the run that the steps are given, and finding datasets that are finished or
published. What does not: the steps (run).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa

from pipeline.engine.engine import Engine
from pipeline.provenance import code_fingerprint, digest_of, versions
from pipeline.recipe import Recipe
from pipeline.sources.places.place import Place
from pipeline.store.dataset import (
    MANIFEST,
    Compression,
    Dataset,
    Layout,
    Provenance,
    StoreError,
    Target,
)


@dataclass(frozen=True)
class Run:
    """One dump on its way into one corpus.

    place: where the dump's raw files lie. out: the corpus. recipe: what to do. engine: who moves
    the rows. together: the names of dumps that are new with this one: each counts as a witness for
    the others, and what is kept of texts that several have does not depend on which came first. A
    step must be done for all of them before the next.
    """

    dump: str
    place: Place
    out: Path
    recipe: Recipe
    engine: Engine
    together: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.place.holds(self.out):
            raise StoreError(
                f"the corpus {self.out} lies inside the dump {self.place.name}; put it elsewhere"
            )

    @property
    def work(self) -> Path:
        """Where this dump's unpublished datasets lie."""
        return self.out / "_work" / self.dump

    def dataset(self, name: str) -> Dataset:
        """The finished dataset of a step. Raises `StoreError` where the step has not been run."""
        finished = list((self.work / name).glob(f"*/{MANIFEST}"))
        if finished:
            return Dataset(max(finished, key=lambda path: path.stat().st_mtime_ns).parent)
        raise StoreError(f"{name} of dump {self.dump} has not been made yet: run its step first")

    def target(
        self,
        name: str,
        columns: pa.Schema,
        inputs: Iterable[str],
        over: Dataset | None = None,
        compression: Compression = "none",
        counted: tuple[str, str | None] | None = None,
        section: str | None = None,
        layout: Layout = "grouped",
    ) -> Target:
        """Where a step writes: a folder that only equal code, recipe and input lead to.

        over: what the step's dataset will lie over. counted: see `Target`. section: of the recipe,
        where it alone matters.
        """
        recipe = self.recipe.to_json(section)
        parts = [name, self.dump, code_fingerprint(), recipe]
        fingerprint = digest_of([*parts, *inputs])
        provenance = Provenance(
            Path(name).name, self.dump, fingerprint, recipe, versions(), digest_of(parts)
        )
        folder = self.work / name / fingerprint[:16]
        return Target(folder, columns, provenance, over, compression, counted, layout=layout)

    def new_dumps(self) -> list["Run"]:
        """The run itself and those of the dumps that are new with it, past reading, in order."""
        dumps = sorted({self.dump, *self.together})
        return [self if dump == self.dump else replace(self, dump=dump) for dump in dumps]

    def of_other_dumps(self, name: str) -> list[Dataset]:
        """A dataset as the other dumps have it: those that are published, and those new with this.

        Raises `StoreError` where its step has not been run for one of the new.
        """
        new = self.new_dumps()
        others = [run.dataset(name) for run in new if run.dump != self.dump]
        return [*published(self.out, name, besides={run.dump for run in new}), *others]

    def over(self, below: Dataset, name: str, columns: pa.Schema) -> Target:
        """Where a step writes what it changes in the dataset before it."""
        return self.target(name, columns, [below.fingerprint], below)


def candidates(out: Path, name: str) -> list[Dataset]:
    """Candidates for publishing that were refused or not yet committed, in order of their dumps."""
    return [
        Dataset(path.parent) for path in sorted(out.glob(f"_work/*/candidate/{name}/*/{MANIFEST}"))
    ]


def published(out: Path, name: str, *, besides: Collection[str] = ()) -> list[Dataset]:
    """The published partitions of a dataset in order of their dumps, some dumps left out."""
    folders = sorted(path.parent for path in (out / name).glob(f"*/{MANIFEST}"))
    return [Dataset(folder) for folder in folders if folder.name not in besides]
