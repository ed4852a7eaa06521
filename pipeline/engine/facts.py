"""Facts about whole datasets that no single row shows: totals, repeats, what is missing.

What belongs here: one small frame of plain numbers, counted by DuckDB within a memory limit; the
only door to DuckDB.
What does not: saying which numbers are right (expectations).
"""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import duckdb

from pipeline import schema
from pipeline.engine.engine import EngineError
from pipeline.engine.losses import losses, max_loss
from pipeline.sources.places.fetching import NOT_DELIVERED
from pipeline.sources.raw import INSIDE
from pipeline.store.dataset import Dataset

Totals = dict[str, int]
_MEMORY_LIMIT = "1GB"
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


def candidate_totals(
    raw: Dataset, candidate: Mapping[str, Dataset], others: Mapping[str, Sequence[Dataset]]
) -> Totals:
    """Facts about what would be published, alone and beside what is published already.

    others: for `documents` and `signatures` the partitions of the other dumps.
    """
    tables = {name: [dataset] for name, dataset in candidate.items()}
    tables |= {"raw": [raw]} | {f"other_{name}": list(found) for name, found in others.items()}
    documents, rejected = candidate["documents"], candidate["rejected"]
    losing = losses(documents, rejected).above(max_loss(documents))
    with _reported(), _database(tables) as database:
        return {"sources_losing": len(losing)} | _ask(
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
                "kept_missing": "SELECT count(*) FROM duplicates WHERE kept_id NOT IN "
                "(SELECT doc_id FROM documents) AND kept_id NOT IN "
                "(SELECT doc_id FROM other_documents)",
                "rejected_duplicates_missing": "SELECT count(*) FROM duplicates WHERE doc_id NOT "
                "IN (SELECT doc_id FROM rejected)",
                "edits_lost": "SELECT (SELECT coalesce(sum(edit_count), 0) FROM documents) "
                "+ (SELECT coalesce(sum(edit_count), 0) FROM rejected) "
                "- (SELECT count(*) FROM ledger)",
            },
        )


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
        row = database.execute(question).fetchone()
        answers[name] = int(row[0]) if row else 0
    return answers


@contextmanager
def _reported() -> Iterator[None]:
    """DuckDB's errors (a full disk, too little memory) as an engine's: `EngineError`."""
    try:
        yield
    except duckdb.Error as error:
        raise EngineError(f"DuckDB could not go on: {str(error).splitlines()[0]}") from error
