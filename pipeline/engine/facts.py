"""Facts about whole datasets that no single row shows: totals, repeats, what is missing.

What belongs here: one small frame of plain numbers, counted by DuckDB within a memory limit; the
only door to DuckDB. What is published is asked for what a dump has, and not read.
What does not: saying which numbers are right (expectations), looking up (index).
"""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Protocol

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline import schema
from pipeline.engine.engine import EngineError
from pipeline.engine.losses import losses, max_loss
from pipeline.sources.places.fetching import NOT_DELIVERED
from pipeline.sources.raw import INSIDE
from pipeline.store.dataset import Dataset

Totals = dict[str, int]
_MEMORY_LIMIT = "1GB"
# Ids that are looked up at once: each look-up goes through all earlier dumps.
_AT_ONCE = 1 << 18
# Rows of `raw` that are records; the others count what was passed over.
_RECORD = f"(verdict IS NULL OR NOT starts_with(verdict, '{schema.PASSED_OVER}'))"


def raw_totals(plan: Dataset, raw: Dataset) -> Totals:
    """Facts about what was read: files, records, repeated ids."""
    with _reported(), _database({"plan": [plan], "raw": [raw]}) as database:
        return _ask(
            database,
            {
                "files": "SELECT count(DISTINCT source) FROM plan",
                "files_without_records": "SELECT count(DISTINCT source) FROM plan WHERE source "
                f"NOT IN (SELECT split_part(source, '{INSIDE}', 1) FROM raw)",
                "files_not_delivered": "SELECT count(DISTINCT source) FROM raw WHERE "
                f"verdict = '{schema.UNREADABLE}' AND contains(reason, '{NOT_DELIVERED}')",
                "records": f"SELECT count(*) FROM raw WHERE {_RECORD}",
                "ids_repeated": "SELECT count(*) - count(DISTINCT doc_id) FROM raw",
            },
        )


class Known(Protocol):
    """What can be asked about other dumps."""

    def has_ids(self, ids: pa.ChunkedArray) -> NDArray[np.bool_]:
        """Whether each is the id of a document of theirs."""
        ...

    def has_texts(self, hashes: pa.ChunkedArray) -> NDArray[np.bool_]:
        """Whether each is the hash of a text of theirs."""
        ...


def candidate_totals(
    raw: Dataset,
    candidate: Mapping[str, Dataset],
    known: Known,
    others: Mapping[str, Sequence[Dataset]],
) -> Totals:
    """Facts about what would be published, alone and beside the other dumps: those that can be
    asked (known), and `documents` and `signatures` of the others, which are read.
    """
    tables = {name: [dataset] for name, dataset in candidate.items()}
    tables |= {"raw": [raw]} | {f"other_{name}": list(found) for name, found in others.items()}
    documents, rejected = candidate["documents"], candidate["rejected"]
    losing = losses(documents, rejected).above(max_loss(documents))
    known_ids = sum(_count(known.has_ids(ids)) for ids in _column(documents, "doc_id"))
    hashes = _column(candidate["signatures"], "text_hash")
    known_texts = sum(_count(known.has_texts(some.drop_null())) for some in hashes)
    with _reported(), _database(tables) as database:
        totals = _ask(
            database,
            {
                "records": f"SELECT count(*) FROM raw WHERE {_RECORD}",
                "documents": "SELECT count(*) FROM documents",
                "rejected": "SELECT count(*) FROM rejected",
                "duplicates": "SELECT count(*) FROM duplicates",
                "records_lost": "SELECT count(*) FROM raw WHERE doc_id NOT IN (SELECT doc_id FROM "
                f"documents) AND doc_id NOT IN (SELECT doc_id FROM rejected) AND {_RECORD}",
                "records_gained": "SELECT (SELECT count(*) FROM documents) "
                "+ (SELECT count(*) FROM rejected) - "
                f"(SELECT count(*) FROM raw WHERE {_RECORD})",
                "ids_in_other_dumps": "SELECT count(*) FROM documents WHERE doc_id IN "
                "(SELECT doc_id FROM other_documents)",
                "texts_repeated": "SELECT count(*) - count(DISTINCT text_hash) FROM signatures",
                "texts_in_other_dumps": "SELECT count(*) FROM signatures WHERE text_hash IN "
                "(SELECT text_hash FROM other_signatures)",
                "rejected_duplicates_missing": "SELECT count(*) FROM duplicates WHERE doc_id NOT "
                "IN (SELECT doc_id FROM rejected)",
                "edits_lost": "SELECT (SELECT coalesce(sum(edit_count), 0) FROM documents) "
                "+ (SELECT coalesce(sum(edit_count), 0) FROM rejected) "
                "- (SELECT count(*) FROM ledger)",
            },
        )
        elsewhere = database.sql(
            "SELECT kept_id FROM duplicates WHERE kept_id NOT IN (SELECT doc_id FROM documents) "
            "AND kept_id NOT IN (SELECT doc_id FROM other_documents)"
        )
        kept = (pa.chunked_array([rows["kept_id"]]) for rows in elsewhere.to_arrow_reader(_AT_ONCE))
        missing = sum(_count(~known.has_ids(ids)) for ids in kept)
    totals["ids_in_other_dumps"] += known_ids
    totals["texts_in_other_dumps"] += known_texts
    return totals | {"kept_missing": missing, "sources_losing": len(losing)}


def _column(dataset: Dataset, name: str) -> Iterator[pa.ChunkedArray]:
    """Its values, many at once."""
    waiting: list[pa.ChunkedArray] = []
    for batch in dataset.batches([name]):
        waiting.append(batch[name])
        if sum(map(len, waiting)) >= _AT_ONCE:
            yield pa.chunked_array([chunk for each in waiting for chunk in each.chunks])
            waiting = []
    if waiting:
        yield pa.chunked_array([chunk for each in waiting for chunk in each.chunks])


def _count(which: NDArray[np.bool_]) -> int:
    return int(np.count_nonzero(which))


_EMPTY = {
    "other_documents": "SELECT '' AS doc_id WHERE false",
    "other_signatures": "SELECT '' AS text_hash WHERE false",
}


def _database(tables: Mapping[str, Sequence[Dataset]]) -> duckdb.DuckDBPyConnection:
    """A database with a view for each name over its datasets' shards."""
    database = duckdb.connect(":memory:")
    database.execute(f"SET memory_limit = '{_MEMORY_LIMIT}'")
    database.execute("SET temp_directory = ?", [tempfile.gettempdir()])
    for name, datasets in tables.items():
        files = [str(path) for dataset in datasets for path in dataset.paths]
        if files:
            database.read_parquet(files, hive_partitioning=False).create_view(name)
        else:
            database.execute(f"CREATE VIEW {name} AS {_EMPTY[name]}")
    return database


def _ask(database: duckdb.DuckDBPyConnection, questions: Mapping[str, str]) -> Totals:
    answers: Totals = {}
    for name, question in questions.items():
        ((answer,),) = database.execute(question).fetchall()
        answers[name] = int(answer)
    return answers


@contextmanager
def _reported() -> Iterator[None]:
    """DuckDB's errors (a full disk, too little memory) as an engine's: `EngineError`."""
    try:
        yield
    except duckdb.Error as error:
        raise EngineError(f"DuckDB could not go on: {str(error).splitlines()[0]}") from error
