"""Whether a dump's part of the index is whole and says what the dump's documents say.

What belongs here: the questions, and what is wrong in words. What does not: putting it right
(parts).
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline import schema
from pipeline.dedup.bands import is_of_text, text_keys
from pipeline.dedup.ids import numbers_of
from pipeline.index.making import DATASETS, among
from pipeline.index.part import Part, holds
from pipeline.store.dataset import MANIFEST, Dataset, StoreError, read_shard
from pipeline.store.flat import Block, FlatColumns

Numbers = NDArray[np.uint64]


def problems(out: Path, part: Part) -> Iterator[str]:
    """What is wrong with a part, one sentence each; nothing where it is well.

    All of it is read, a row group at a time.
    """
    folders = (part.band_index, part.document_index, part.shingles)
    named = zip(DATASETS, folders, strict=True)
    torn = [found for name, folder in named for found in _torn(name, folder)]
    if torn:
        yield from torn
        return
    try:
        yield from _unsorted(part.band_index, ["key", "doc"])
        yield from _unsorted(part.document_index, ["doc"])
        yield from _other_than_documents(out / "documents" / part.dump, part)
        yield from _strangers(part)
        yield from _without_text(part)
        yield from _without_shingles(part)
    except StoreError as error:
        yield str(error)


def kept_missing(out: Path) -> Iterator[tuple[str, str]]:
    """(dump, what is wrong) for each dump whose duplicates name documents that are not published:
    other dumps were run again since, or are gone.
    """
    try:
        published = [_docs(place, "doc_id") for place in _all(out, "documents")]
    except StoreError:
        return  # what is damaged there is told by its dump
    known = np.sort(np.concatenate([np.empty(0, np.uint64), *published]))
    for place in _all(out, "duplicates"):
        missing = int(np.count_nonzero(~among(_docs(place, "kept_id"), known)))
        if missing:
            yield (
                place.name,
                f"{missing} of its duplicates name documents that are not published any more: run "
                f"dump {place.name} again",
            )


def _all(out: Path, name: str) -> list[Path]:
    return sorted(path.parent for path in (out / name).glob(f"*/{MANIFEST}"))


def _docs(folder: Path, column: str) -> Numbers:
    """The high numbers of a column of ids."""
    batches = Dataset(folder).batches([column])
    return np.concatenate([np.empty(0, np.uint64), *(numbers_of(b[column])[0] for b in batches)])


def _torn(name: str, folder: Path) -> Iterator[str]:
    """Files that are not as the manifest says, or whose columns do not lie as they are read."""
    try:
        dataset = Dataset(folder)
        changed = [
            path
            for file, path in zip(dataset.manifest()["files"], dataset.paths, strict=True)
            if read_shard(path).sha256 != file["sha256"]
        ]
        yield from (f"{path} has changed since it was written" for path in changed)
        if not changed and (misplaced := _misplaced(dataset, schema.PUBLISHED[name].names)):
            yield f"{folder}: not where it is looked for: {', '.join(misplaced)}"
    except StoreError as error:
        yield str(error)


def _misplaced(dataset: Dataset, names: list[str]) -> list[str]:
    """The columns of which a view shows something else than a reader of Parquet."""
    found = set()
    blocks = FlatColumns(dataset, names).all_blocks()
    for block, table in zip(blocks, dataset.batches(), strict=True):
        same = (np.array_equal(block.columns[name], table[name].to_numpy()) for name in names)
        found |= {name for name, is_same in zip(names, same, strict=True) if not is_same}
    return sorted(found)


def _unsorted(folder: Path, names: list[str]) -> Iterator[str]:
    """Whether rows are not in order of these columns, over the ends of blocks too."""
    last = tuple(0 for _ in names)
    for block in FlatColumns(Dataset(folder), names).all_blocks():
        first, *others = (block.columns[name] for name in names)
        falls = first[1:] < first[:-1]
        for column in others:
            falls |= (first[1:] == first[:-1]) & (column[1:] < column[:-1])
        if tuple(int(each[0]) for each in (first, *others)) < last or np.any(falls):
            yield f"{folder} is not in order of {', '.join(names)}"
            return
        last = tuple(int(each[-1]) for each in (first, *others))


def _other_than_documents(published: Path, part: Part) -> Iterator[str]:
    """Documents that the index does not have, or that are none."""
    rows = Dataset(part.document_index).rows
    missing = there = 0
    for table in Dataset(published).batches(["doc_id"]):
        docs = np.unique(numbers_of(table["doc_id"])[0])
        missing += int(np.count_nonzero(~holds(part, docs)))
        there += table.num_rows
    if there != rows:
        yield f"{part.document_index} has {rows} documents, the dump has {there}"
    if missing:
        yield f"{part.document_index} lacks documents of the dump: {missing}"


def _strangers(part: Part) -> Iterator[str]:
    """Documents that have keys but are not among the documents."""
    strangers = [np.empty(0, np.uint64)]
    for block in FlatColumns(Dataset(part.band_index), ["key", "doc"]).all_blocks():
        docs = np.unique(block.columns["doc"])
        strangers.append(docs[~holds(part, docs)])
    if count := len(np.unique(np.concatenate(strangers))):
        yield f"{part.band_index} names documents that {part.document_index} lacks: {count}"


def _without_text(part: Part) -> Iterator[str]:
    """Documents whose text has no key; none where exact duplicates are not looked for."""
    bands = FlatColumns(Dataset(part.band_index), ["key", "doc"]).all_blocks()
    keys = [block.columns["key"][is_of_text(block.columns["key"])] for block in bands]
    known = np.concatenate([np.empty(0, np.uint64), *keys])
    texts = [text_keys(block.columns["text_high"]) for block in _documents(part)]
    unknown = sum(int(np.count_nonzero(~np.isin(each, known))) for each in texts)
    if len(known) and unknown:
        yield f"{part.band_index} lacks texts of documents: {unknown}"


def _without_shingles(part: Part) -> Iterator[str]:
    """Documents whose shingles lie outside the files."""
    rows = np.array([file["rows"] for file in Dataset(part.shingles).manifest()["files"]], np.int64)
    outside = total = 0
    for block in _documents(part):
        shard, counts = block.columns["shard"], block.columns["shingle_count"].astype(np.int64)
        there = np.append(rows, 0)[np.minimum(shard, len(rows))]
        ends = block.columns["start"].astype(np.int64) + counts
        outside += int(np.count_nonzero((counts > 0) & (ends > there)))
        total += int(counts.sum())
    if outside or total != rows.sum():
        yield f"{part.shingles} has {rows.sum()} shingles, the documents have {total}" + (
            f"; of so many they are missing: {outside}" if outside else ""
        )


def _documents(part: Part) -> list[Block]:
    names = list(schema.DOCUMENT_INDEX.names)
    return FlatColumns(Dataset(part.document_index), names).all_blocks()
