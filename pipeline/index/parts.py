"""The index over all published dumps: which parts it has, and which can be used.

What belongs here: where parts lie, whether they were made by the same settings, making those anew
that were not, taking one out. What does not: what a look-up finds (part), publishing (run).

A part that was made by other settings or by an older version is made anew from the dump's documents
and kept beside the corpus, until its dump is run again or `rebuild` puts it in place.
"""

import shutil
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipeline import schema
from pipeline.dedup.settings import DedupSettings
from pipeline.dedup.signatures import FORMAT, banding
from pipeline.engine.engine import Engine
from pipeline.index.making import BANDS, DATASETS, keys_in_order, make
from pipeline.index.part import Part
from pipeline.index.signing import SIGNED_FROM, signatures_again
from pipeline.provenance import SIGNATURES, code_fingerprint, digest_of, versions
from pipeline.recipe import Recipe
from pipeline.store import commit as store_commit
from pipeline.store.dataset import (
    MANIFEST,
    Dataset,
    Layout,
    Provenance,
    StoreError,
    Target,
)

# Where parts that had to be made anew are kept, below the folder of dumps on their way.
_ANEW = ".index"
_SETTINGS = (
    "exact",
    "near",
    "shingle_words",
    "shingle_chars",
    "threshold",
    "banding",
    "bands",
    "rows",
    "permutations",
)


def published_parts(out: Path, besides: Collection[str] = ()) -> list[Part]:
    """The parts that are published, in order of their dumps, some dumps left out.

    A dump that has signatures but no index yet, from an older version, has a part too.
    """
    return [
        _part(out, path.parent.name)
        for path in sorted((out / "signatures").glob(f"*/{MANIFEST}"))
        if path.parent.name not in besides
    ]


def removed_dumps(out: Path) -> set[str]:
    """The dumps that were taken out of the index."""
    return {part.dump for part in published_parts(out) if _is_removed(part)}


def _is_removed(part: Part) -> bool:
    try:
        return not Dataset(part.band_index).manifest()["files"]
    except StoreError:  # missing or damaged: that is no removal
        return False


def _part(out: Path, dump: str) -> Part:
    folders = [out / name / dump for name in DATASETS]
    try:
        fingerprint = Dataset(folders[0]).fingerprint
    except StoreError:  # it will be made anew
        fingerprint = Dataset(out / "signatures" / dump).fingerprint
    return Part(dump, fingerprint, *folders)


@dataclass(frozen=True)
class State:
    """How a dump's part stands.

    removed: by `remove`; nothing is compared with it. stale: why it cannot be compared as it is;
    empty where it can. readable: whether it is there, as this version makes it, by whatever
    settings. broken: it is stale because something is missing or damaged.
    """

    part: Part
    removed: bool = False
    stale: str = ""
    readable: bool = False
    broken: bool = False


def state_of(part: Part, settings: DedupSettings) -> State:
    """Whether the part can be compared with documents by these settings."""
    if _is_removed(part):
        return State(part, removed=True)
    folders = (part.band_index, part.document_index, part.shingles)
    if not any(folder.is_dir() for folder in folders):
        return State(part, stale="made by a version without an index")
    if broken := [why for folder in folders if (why := _broken(folder))]:
        return State(part, stale=broken[0], broken=True)
    manifest = Dataset(part.band_index).manifest()
    made_of = manifest.get("versions", {}).get(SIGNATURES)
    if made_of != str(FORMAT):
        return State(part, stale=f"signatures of format {made_of}, not {FORMAT}")
    differs = _lacks(_settings(manifest["recipe"].get("dedup", {})), settings)
    stale = f"made with another {', '.join(differs)}" if differs else ""
    return State(part, stale=stale, readable=True)


def _broken(folder: Path) -> str:
    """What is wrong with a dataset, as far as that shows without reading it; empty where nothing
    is.
    """
    try:
        files = Dataset(folder).manifest()["files"]
    except StoreError as error:
        return str(error)
    for file in files:
        path = folder / file["name"]
        if not path.is_file():
            return f"{path} is gone"
        if path.stat().st_size != file["bytes"]:
            return f"{path} has another size than its manifest says"
    return ""


def _lacks(made_by: DedupSettings, wanted: DedupSettings) -> list[str]:
    """The settings by which a part does not have what is wanted of it; it may have more."""
    found = ["exact"] if wanted.exact and not made_by.exact else []
    if not wanted.near:
        return found
    if not made_by.near:
        return [*found, "near"]
    names = ("shingle_words", "shingle_chars")
    found += [name for name in names if getattr(made_by, name) != getattr(wanted, name)]
    return [*found, "bands"] if banding(made_by) != banding(wanted) else found


def _settings(table: dict[str, Any]) -> DedupSettings:
    """The settings that a manifest names, as far as they matter here."""
    return replace(DedupSettings(), **{name: table[name] for name in _SETTINGS if name in table})


def telling_parts(out: Path, besides: Collection[str], settings: DedupSettings) -> list[Part]:
    """The parts that can be asked instead of their dumps' documents: that know texts, and whose
    documents are there, as far as that shows without reading them.
    """
    states = (state_of(part, settings) for part in published_parts(out, besides))
    fit = (state.part for state in states if not (state.removed or state.stale))
    return [part for part in fit if _knows_texts(part) and _is_whole(out, part)]


def _knows_texts(part: Part) -> bool:
    return _settings(Dataset(part.band_index).manifest()["recipe"].get("dedup", {})).exact


def _is_whole(out: Path, part: Part) -> bool:
    documents = out / "documents" / part.dump
    return not _broken(documents) and Dataset(documents).rows == Dataset(part.document_index).rows


def comparable_parts(
    out: Path, besides: Collection[str], recipe: Recipe, engine: Engine
) -> list[Part]:
    """The parts to compare with, each as it is or made anew. Raises `StoreError`.

    Commits that a crash cut short must have been finished: one may publish what was made anew.
    """
    found = []
    for part in published_parts(out, besides):
        state = state_of(part, recipe.dedup)
        if state.removed:
            continue
        found.append(_anew(out, part, recipe, engine) if state.stale else part)
    return found


def _anew(out: Path, part: Part, recipe: Recipe, engine: Engine) -> Part:
    """The part made anew from the dump's documents, or as it was made before."""
    documents = Dataset(out / "documents" / part.dump)
    folder = out / "_work" / _ANEW / part.dump
    with store_commit.in_turn(folder):  # whoever comes second finds it made
        made = _made_from(documents, folder, recipe, engine)
    fingerprint = made[BANDS].fingerprint
    return Part(part.dump, fingerprint, *(made[name].folder for name in DATASETS))


def _made_from(
    documents: Dataset, folder: Path, recipe: Recipe, engine: Engine
) -> dict[str, Dataset]:
    settings = recipe.to_json("dedup")
    parts = [documents.folder.name, documents.fingerprint, code_fingerprint(), settings]
    place = folder / digest_of(parts)[:16]
    for older in folder.glob("*"):
        if older != place:
            shutil.rmtree(older)

    def target_of(name: str, columns: pa.Schema, layout: Layout) -> Target:
        provenance = Provenance(
            name, documents.folder.name, digest_of([name, *parts]), recipe.to_json(), versions()
        )
        return Target(place / name, columns, provenance, layout=layout)

    made = [target_of(name, schema.PUBLISHED[name], "flat").finished() for name in DATASETS]
    if all(made):
        return {name: each for name, each in zip(DATASETS, made, strict=True) if each}
    kernel = partial(signatures_again, settings=recipe.dedup)
    columns = [name for name in SIGNED_FROM if name != "verdict"]
    target = target_of("signed", schema.SIGNED, "flat")
    beside = _signed_whole(documents)
    signed = engine.map(kernel, documents, target, columns=columns, beside=beside)
    keys = keys_in_order(engine, signed, target_of, recipe.dedup)
    found = make(engine, signed, keys, None, target_of, recipe.dedup)
    for name in ("signed", "band_keys", "keys_in_order", "document_places"):
        shutil.rmtree(place / name, ignore_errors=True)
    return found


def _signed_whole(documents: Dataset) -> Dataset | None:
    """The published signatures, where passages were cut out of documents after they were signed:
    copies are told by the hash of the whole text. None where the texts are whole, or the hashes are
    made otherwise now.
    """
    cut = documents.manifest()["recipe"].get("dedup", {}).get("passages", False)
    signed = Dataset(documents.folder.parent.parent / "signatures" / documents.folder.name)
    is_same = cut and signed.manifest().get("versions", {}).get(SIGNATURES) == str(FORMAT)
    return signed if is_same else None


def remove(out: Path, dump: str) -> None:
    """Take a dump out of the index: later dumps are not compared with it. Its documents stay.

    Raises `StoreError` where the corpus has no such dump, or another run works on it.
    """
    _known(out, dump)
    with store_commit.locked(out / "_work" / dump), store_commit.committing(out):
        store_commit.roll_all_forward(out)  # what a crash left of an earlier commit comes first
        swaps = {}
        for name in DATASETS:
            provenance = Provenance(name, dump, digest_of([name, dump, "removed"]), "{}", ())
            columns = schema.PUBLISHED[name]
            target = Target(out / "_work" / dump / "removed" / name, columns, provenance)
            swaps[target.finish([]).folder] = out / name / dump
        store_commit.commit(out / "_work" / dump, swaps)
        shutil.rmtree(out / "_work" / dump / "removed", ignore_errors=True)
    forget(out, dump)


def rebuild(out: Path, dump: str, recipe: Recipe, engine: Engine) -> None:
    """Make a dump's part of the index anew from its documents, and put it in place.

    A dump that was taken out is in the index again. Raises `StoreError` where the corpus has no
    such dump, or another run works on it.
    """
    _known(out, dump)
    folder = out / "_work" / _ANEW / dump
    with store_commit.locked(out / "_work" / dump), store_commit.in_turn(folder):
        store_commit.finish_all(out)
        made = _made_from(Dataset(out / "documents" / dump), folder, recipe, engine)
        with store_commit.committing(out):
            swaps = {made[name].folder: out / name / dump for name in DATASETS}
            store_commit.commit(out / "_work" / dump, swaps)
        shutil.rmtree(folder, ignore_errors=True)


def forget(out: Path, dump: str) -> None:
    """Remove what was made anew of a dump's part: the dump has another now, or none."""
    folder = out / "_work" / _ANEW / dump
    if folder.is_dir():
        with store_commit.in_turn(folder):
            shutil.rmtree(folder, ignore_errors=True)


def _known(out: Path, dump: str) -> None:
    known = [part.dump for part in published_parts(out)]
    if dump not in known:
        has = f"it has {', '.join(known)}" if known else "nothing is published in it"
        raise StoreError(f"{out} has no published dump {dump}; {has}")
