"""measure: stripped documents in, the same with all their measures and the verdicts on them out."""

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.decode import encode, hash_of
from pipeline.document import Edit, EditError, restore
from pipeline.measures import counts
from pipeline.recipe import Recipe
from pipeline.stages.boilerplate import Boilerplate
from pipeline.stages.stage import propose_all
from pipeline.steps.editing import put
from pipeline.steps.ingest import decoded_hash, decoded_hashes
from pipeline.steps.repair import with_language
from pipeline.steps.strip import CUTTING
from pipeline.verdicts import decide

# Where more than this share of a text was cut, its language is measured again.
_MUCH_CUT = 0.1


def measure(table: pa.Table, *, recipe: Recipe) -> Iterator[pa.Table]:
    """Kernel. Rows that have a verdict are measured too, where they have a text."""
    stage = Boilerplate(recipe.boilerplate.by_rules())
    texts = pc.fill_null(table["text"].combine_chunks(), "")
    columns = counts.measure(texts)
    columns["rules_left"] = _left(texts, table["language"], stage)
    columns["edit_count"] = pc.cast(pc.list_value_length(table["edits"]), pa.int64())
    columns["cut_chars"] = _cut_chars(table["edits"])
    columns["reversible"], columns["bytes_restored"] = _restored(table)
    for name, column in columns.items():
        table = put(table, name, column)
    share = pc.divide(
        pc.cast(table["cut_chars"], pa.float64()),
        pc.max_element_wise(pc.add(table["cut_chars"], table["chars"]), 1),
    )
    heavily = pc.greater(share, recipe.boilerplate.max_cut_share)
    table = put(table, "heavily_cut", heavily)
    table = with_language(table, again=pc.greater(share, _MUCH_CUT))
    yield decide(table, recipe.language, recipe.quality)


def _left(texts: pa.Array, languages: pa.ChunkedArray, stage: Boilerplate) -> pa.Array:
    """How many cuts the rules would still make in each text."""
    languages = languages.combine_chunks()
    suspects = pc.indices_nonzero(stage.screen(texts, languages))
    left = np.zeros(len(texts), np.int64)
    known = pc.fill_null(languages.take(suspects), "").to_pylist()
    proposals = propose_all(stage, texts.take(suspects).to_pylist(), known)
    left[suspects.to_numpy()] = [len(list(proposed)) for proposed in proposals]
    return pa.array(left)


def _restored(table: pa.Table) -> tuple[pa.Array, pa.Array]:
    """Whether each ledger gives the decoded text back, and that the bytes it was decoded from; null
    without a text, the second also where the decoding was not lossless.

    Most texts have no edits, and are UTF-8: those are hashed where Arrow keeps them.
    """
    texts, edits = table["text"].combine_chunks(), table["edits"].combine_chunks()
    hashes = decoded_hashes(texts)
    wanted = table["bytes_hash"].to_pylist()
    encoded = pc.and_(pc.is_valid(texts), pc.is_valid(table["bytes_hash"].combine_chunks()))
    edited = pc.and_(pc.is_valid(texts), pc.greater(pc.list_value_length(edits), 0))
    bytes_back: dict[int, bool] = {}
    for row in pc.indices_nonzero(pc.or_(pc.fill_null(edited, False), encoded)).to_pylist():
        ledger = [Edit(**edit) for edit in edits[row].as_py() or ()]
        try:
            original = restore(texts[row].as_py(), ledger)
            hashes[row] = decoded_hash(original)
            if wanted[row] is not None:
                bytes_back[row] = _encoded(table, row, original, ledger) == wanted[row]
        except (EditError, UnicodeEncodeError):
            hashes[row], bytes_back[row] = None, False
    same = pc.equal(pa.array(hashes, pa.string()), table["decoded_hash"].combine_chunks())
    reversible = pc.if_else(pc.is_valid(texts), pc.fill_null(same, False), None)
    by_hash = pa.array([bytes_back.get(row) for row in range(len(texts))], pa.bool_())
    lossless = pc.fill_null(table["lossless"].combine_chunks(), False)
    return reversible, pc.if_else(lossless, pc.coalesce(by_hash, reversible), None)


def _encoded(table: pa.Table, row: int, original: str, ledger: Sequence[Edit]) -> str:
    """The hash of the bytes that the decoded text of a row encodes to. Raises
    `UnicodeEncodeError`.
    """
    encoding, mark = (table[name][row].as_py() for name in ("encoding", "byte_order_mark"))
    return hash_of(encode(original, encoding, bool(mark), ledger))


def _cut_chars(edits: pa.ChunkedArray) -> pa.Array:
    """Code points that were cut out of each document."""
    edits = edits.combine_chunks()
    flat = edits.flatten()
    mine = pc.is_in(flat.field("stage"), value_set=pa.array(sorted(CUTTING)))
    lost = pc.subtract(pc.utf8_length(flat.field("before")), pc.utf8_length(flat.field("after")))
    cut = np.zeros(len(edits), np.int64)
    np.add.at(cut, pc.list_parent_indices(edits).to_numpy(), pc.if_else(mine, lost, 0).to_numpy())
    return pa.array(cut)
