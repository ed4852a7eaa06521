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
from pipeline.index.part import Part, holds
from pipeline.store.dataset import Dataset, StoreError, read_shard
from pipeline.store.flat import FlatColumns

Numbers = NDArray[np.uint64]


def problems(out: Path, part: Part) -> Iterator[str]:
    """What is wrong with a part, one sentence each; nothing where it is well.

    All of it is read, a row group at a time.
    """
    folders = (part.band_index, part.document_index, part.shingles)
    torn = [found for folder in folders for found in _torn(folder)]
    if torn:
        yield from torn
        return
    try:
        yield from _unsorted(part.band_index, "key")
        yield from _unsorted(part.document_index, "doc")
        yield from _other_than_documents(out / "signatures" / part.dump, part)
        yield from _strangers(part)
    except StoreError as error:
        yield str(error)


def _torn(folder: Path) -> Iterator[str]:
    """Files that are not as the manifest says, or whose columns do not lie as they are read."""
    try:
        dataset = Dataset(folder)
        for file, path in zip(dataset.manifest()["files"], dataset.paths, strict=True):
            if read_shard(path).sha256 != file["sha256"]:
                yield f"{path} has changed since it was written"
        names = schema.PUBLISHED[folder.parent.name].names
        for block, table in zip(
            FlatColumns(dataset, names).all_blocks(), dataset.batches(), strict=True
        ):
            for name in names:
                if not np.array_equal(block.columns[name], table[name].to_numpy()):
                    yield f"{folder}: column {name} is not where it is looked for"
    except StoreError as error:
        yield str(error)


def _unsorted(folder: Path, name: str) -> Iterator[str]:
    last = 0
    for block in FlatColumns(Dataset(folder), [name]).all_blocks():
        column = block.columns[name]
        if int(column[0]) < last or np.any(column[1:] < column[:-1]):
            yield f"{folder} is not in order of {name}"
            return
        last = int(column[-1])


def _other_than_documents(signatures: Path, part: Part) -> Iterator[str]:
    """Documents that the index does not have, or whose text it does not know."""
    dataset = Dataset(signatures)
    rows = Dataset(part.document_index).rows
    if dataset.rows != rows:
        yield f"{part.document_index} has {rows} documents, the dump has {dataset.rows}"
    missing = 0
    for table in dataset.batches(["doc_id", "text_hash"]):
        docs = np.unique(numbers_of(table["doc_id"])[0])
        missing += int(np.count_nonzero(~holds(part, docs)))
    if missing:
        yield f"{part.document_index} lacks {missing} of the dump's documents"
    if not _all_texts(dataset, part):
        yield f"{part.band_index} lacks texts of the dump's documents"


def _all_texts(signatures: Dataset, part: Part) -> bool:
    """Whether each text has a key; true where exact duplicates are not looked for."""
    keys = [
        block.columns["key"][is_of_text(block.columns["key"])]
        for block in FlatColumns(Dataset(part.band_index), ["key"]).all_blocks()
    ]
    known = np.concatenate([np.empty(0, np.uint64), *keys])
    if not len(known):
        return True
    return all(
        bool(np.isin(text_keys(numbers_of(table["text_hash"])[0]), known).all())
        for table in signatures.batches(["text_hash"])
        if table.num_rows
    )


def _strangers(part: Part) -> Iterator[str]:
    """Documents that have keys but are not among the documents."""
    strangers = 0
    for table in Dataset(part.band_index).batches(["doc"]):
        docs = np.unique(table["doc"].to_numpy())
        strangers += int(np.count_nonzero(~holds(part, docs)))
    if strangers:
        yield f"{part.band_index} names {strangers} documents that {part.document_index} lacks"
