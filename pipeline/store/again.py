"""Shards of an older dataset that are still good: a dump that has changed a little is made anew
only where it has.

What belongs here: telling which shards those are, and taking them over. What does not: making the
others (engine), deciding which datasets are worth it (run).

A dataset's manifest, which is written last and whole, says which shard was made from which and by
which code and settings; without one nothing is taken over.
"""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from pipeline.store.dataset import MANIFEST, Dataset, Shard, StoreError, Target, read_shard


def shard_by_shard(target: Target, source: Dataset) -> Target:
    """The target of a step that makes each of its shards from one of the source's alone."""
    return replace(target, made_from=tuple(file["sha256"] for file in source.manifest()["files"]))


def take_over(target: Target, source: Dataset, good: Callable[[Path], bool]) -> int:
    """Link the shards that an older dataset of the same maker made from equal shards into the
    target's folder, so that they need not be made; how many.

    good: asked about each. Where the file system has no links none are taken over.
    """
    names = dict(zip(target.made_from, (path.name for path in source.paths), strict=True))
    taken = 0
    for folder in sorted(target.folder.parent.iterdir()) if target.folder.parent.is_dir() else ():
        if folder == target.folder:
            continue
        for made_from, shard in _made(folder, target.provenance.maker):
            name = names.get(made_from)
            if name and not (target.folder / name).exists():
                taken += _linked(folder / shard.name, shard, target.folder / name, good)
    return taken


def drop(target: Target, good: Callable[[Path], bool]) -> None:
    """Remove the target's shards that are not good; the dataset is then unfinished."""
    for path in sorted(target.folder.glob("*.parquet")):
        if not good(path):
            (target.folder / MANIFEST).unlink(missing_ok=True)
            path.unlink()


def _made(folder: Path, maker: str) -> list[tuple[str, Shard]]:
    """(what it was made from, shard) of a finished dataset of this maker."""
    try:
        manifest = Dataset(folder).manifest()
    except (StoreError, NotADirectoryError):
        return []
    if not maker or manifest.get("maker") != maker:
        return []
    shards = [Shard(**file) for file in manifest["files"]]
    return list(zip(manifest["made_from"], shards, strict=True))


def _linked(path: Path, shard: Shard, link: Path, good: Callable[[Path], bool]) -> bool:
    """Whether the shard is as its manifest says, and now lies under another name too."""
    try:
        if read_shard(path) != shard or not good(path):
            return False
        link.parent.mkdir(parents=True, exist_ok=True)
        os.link(path, link)
    except (OSError, StoreError):
        return False
    return True
