"""publish: measured documents and their duplicates in, the datasets that readers see out.

Each kernel takes measured rows with the near-duplicate columns beside them.
"""

import json
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from pipeline import schema
from pipeline.dedup.signatures import as_lists
from pipeline.steps.editing import put


def documents(table: pa.Table) -> Iterator[pa.Table]:
    """Kernel: what is kept."""
    yield _judged(table).filter(pc.is_null(_verdict(table))).select(schema.DOCUMENTS.names)


def rejected(table: pa.Table) -> Iterator[pa.Table]:
    """Kernel: everything else, duplicates included, with verdict and reason."""
    out = pc.and_not(pc.is_valid(_verdict(table)), _passed_over(table))
    yield _judged(table).filter(out).select(schema.REJECTED.names)


def passed_over(table: pa.Table) -> Iterator[pa.Table]:
    """Kernel: what is in the raw files besides records, counted by kind."""
    rows = table.filter(_passed_over(table))
    kinds = pc.utf8_slice_codeunits(rows["verdict"], len(schema.PASSED_OVER) + 1)
    items = [json.loads(each)["items"] for each in rows["metadata"].to_pylist()]
    rows = rows.append_column("kind", kinds).append_column("items", pa.array(items, pa.int64()))
    yield rows.select(schema.PASSED_OVER_ITEMS.names)


def ledger(table: pa.Table) -> Iterator[pa.Table]:
    """Kernel: one row an edit, of published and rejected documents alike."""
    edits = table["edits"].combine_chunks()
    owners = pc.list_parent_indices(edits)
    flat = edits.flatten()
    starts = pc.take(edits.offsets, owners)
    position = pc.subtract(pa.array(range(len(flat)), pa.int64()), pc.cast(starts, pa.int64()))
    position = pc.add(position, int(edits.offsets[0].as_py()))
    columns = {"doc_id": pc.take(table["doc_id"], owners), "position": position}
    columns |= {field.name: flat.field(field.name) for field in schema.EDIT}
    yield pa.table(columns)


def duplicates(table: pa.Table) -> Iterator[pa.Table]:
    """Kernel: one row a dropped document, with the one that was kept."""
    dropped = table.filter(pc.is_valid(table["duplicate"]))
    yield put(dropped, "verdict", dropped["duplicate"]).select(schema.DUPLICATES.names)


def signatures(table: pa.Table) -> Iterator[pa.Table]:
    """Kernel: signatures of what is kept, for later dumps to be compared with."""
    kept = pc.and_(pc.is_null(table["duplicate"]), pc.is_valid(table["text_hash"]))
    table = table.filter(kept)
    signed = as_lists(table["minima"].combine_chunks())
    yield table.append_column("signature", signed).select(schema.SIGNATURES.names)


def word_counts(table: pa.Table) -> Iterator[pa.Table]:
    """Kernel: the words of this dump, for later ones to count on."""
    yield table


def repeated_lines(table: pa.Table) -> Iterator[pa.Table]:
    """Kernel: the lines that sites repeat, for review."""
    yield table


def _verdict(table: pa.Table) -> pa.ChunkedArray:
    return pc.coalesce(table["verdict"], table["duplicate"])


def _passed_over(table: pa.Table) -> pa.ChunkedArray:
    return pc.fill_null(pc.starts_with(table["verdict"], f"{schema.PASSED_OVER}:"), False)


def _judged(table: pa.Table) -> pa.Table:
    reason = pc.coalesce(table["reason"], table["duplicate_reason"])
    return put(put(table, "verdict", _verdict(table)), "reason", reason)
