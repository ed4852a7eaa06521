"""Members of groups: documents that share a key with another, with what they are compared by.

What belongs here: a row for each, from new signatures and from the index. What does not: which
documents those are (meeting), comparing them (likeness).
"""

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.dedup.ids import numbers_of
from pipeline.dedup.order import KeepOrder
from pipeline.index import part as index
from pipeline.index.part import Part
from pipeline.steps.meeting import FRESH, group_of
from pipeline.store.dataset import Dataset

MEMBERS = pa.schema(
    [
        pa.field("group", pa.uint64(), nullable=False),
        *(pa.field(name, pa.uint64()) for name in ("doc", "low", "order", "text_high", "text_low")),
        pa.field("shingles", pa.large_binary()),
    ]
)
# Of so many published documents shingles are read at once.
_AT_ONCE = 10_000


def fresh(table: pa.Table, *, groups: Dataset, order: KeepOrder) -> Iterator[pa.Table]:
    """Kernel: signatures of new documents in, a row for each that is in a group out."""
    table = table.filter(pc.is_valid(table["text_hash"]))
    docs, low = numbers_of(table["doc_id"])
    by_doc = np.argsort(docs)
    which, group = group_of(docs[by_doc], groups)
    rows = by_doc[which]
    chosen = table.take(pa.array(rows))
    high, text = numbers_of(chosen["text_hash"])
    columns = {
        "group": group,
        "doc": docs[rows],
        "low": low[rows],
        "order": order.fresh(chosen),
        "text_high": high,
        "text_low": text,
        "shingles": chosen["shingles"],
    }
    yield pa.table(columns).cast(MEMBERS)


def published(table: pa.Table, *, parts: Sequence[Part], order: KeepOrder) -> Iterator[pa.Table]:
    """Kernel: documents and their groups in, a row for each that is in the index out."""
    numbers, docs = table["part"].to_numpy(), table["doc"].to_numpy()
    for number in np.unique(numbers[numbers != FRESH]).tolist():
        here = np.flatnonzero(numbers == number)  # sorted by document, as groups are
        group = table["group"].to_numpy()[here]
        for found in index.documents(parts[number], docs[here]):
            # Where ids begin alike there are two rows of one number.
            of = np.searchsorted(docs[here], found["doc"].to_numpy())
            columns = {
                "group": group[of],
                "doc": found["doc"],
                "low": found["low"],
                "order": order.published(parts[number].dump, found["chars"].to_numpy()),
                "text_high": found["text_high"],
                "text_low": found["text_low"],
                "shingles": found["shingles"],
            }
            yield pa.table(columns).cast(MEMBERS)
