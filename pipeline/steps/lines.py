"""lines: mended documents in, how many documents of a site have each line, and which lines are the
site's boilerplate out.

What belongs here: the kernels that count, add up and find. What does not: what a line or a body is
(kernels), which lines are never boilerplate (repeats), cutting (strip).
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline import schema
from pipeline.kernels.bodies import bodies_of, merged, sizes_of
from pipeline.kernels.lines import Hashes, lines_of, salted, uses_of
from pipeline.kernels.texts import Offsets, texts_of
from pipeline.measures import site
from pipeline.repeats.authors import is_authors
from pipeline.repeats.learned import salts_of
from pipeline.repeats.settings import LEAST_SHARE, RepeatSettings
from pipeline.store.dataset import Dataset

COUNTED = ("doc_id", "dump", "source", "verdict", "text", "metadata")
LOOKED_AT = ("doc_id", "text")
EVERY = np.uint64(0)  # stands for all lines of a document
_ID_DIGITS = 16
# A line that a document has more often than this is a refrain or a label of its author's.
_MOST_TIMES = 2.0


def count(table: pa.Table) -> Iterator[pa.Table]:
    """Kernel: mended documents in, a row for each site and line, and for each site one for all its
    documents out.

    Left out are lines that less than `LEAST_SHARE` of the site's documents here have, so that a
    count is short by no more than that part of all; nearly all lines stand in one document.
    """
    alive = pc.and_(pc.is_null(table["verdict"]), pc.is_valid(table["text"]))
    table = table.filter(alive).combine_chunks()
    lines = lines_of(texts_of(table["text"]))
    bodies = bodies_of(lines)
    some = np.flatnonzero(bodies)
    if not len(some):
        return
    sites = _column(site.measure(_column(table["metadata"]), _column(table["source"])))
    encoded = sites.dictionary_encode()
    uses = uses_of(lines)
    documents = np.concatenate([some, uses.texts])
    hashes = np.concatenate([np.full(len(some), EVERY), uses.hashes])
    times = np.concatenate([np.zeros(len(some), np.int64), uses.times])
    codes = encoded.indices.to_numpy()[documents]
    keys = salted(hashes, salts_of(encoded.dictionary)[codes])
    order = np.argsort(keys, kind="stable")
    order = order[_enough(keys[order], codes[order], np.bincount(codes[: len(some)]))]
    edges = _edges(keys[order])
    firsts = order[edges[:-1]]
    offsets, sketches = merged(order, edges, np.arange(len(documents) + 1), bodies[documents])
    columns = {
        "dump": pa.repeat(table["dump"][0], len(firsts)),
        "site": encoded.dictionary.take(pa.array(codes[firsts])),
        "line": hashes[firsts],
        "documents": np.diff(edges),
        "times": np.add.reduceat(times[order], edges[:-1]),
        "bodies": _lists(offsets, sketches),
        "example": np.minimum.reduceat(_numbers(table["doc_id"])[documents][order], edges[:-1]),
    }
    yield pa.table(columns).cast(schema.LINES_HERE)


def add_up(table: pa.Table) -> Iterator[pa.Table]:
    """Kernel, by line: the counts of parts of a dump in, those of the dump out."""
    yield _together(table).cast(schema.LINES_HERE)


def totals(counts: Sequence[Dataset]) -> pa.Table:
    """The documents of each site: those of the first dump, and those of all."""
    parts = []
    for number, dataset in enumerate(counts):
        for part in dataset.tables_where("line", lambda lines: pc.equal(lines, EVERY)):
            here = part["documents"] if number == 0 else pa.repeat(0, part.num_rows)
            parts.append(
                part.select(schema.LINE_COUNTS.names).append_column("here", pc.cast(here, "int64"))
            )
    if not parts:
        return schema.SITES.empty_table()
    every = pa.concat_tables(parts).combine_chunks()
    summed = _together(every.append_column("example", every["line"]), "here")
    unlike = _unlike(summed, np.zeros(summed.num_rows, np.uint64))
    unlike = np.minimum(unlike, summed["documents"].to_numpy())
    columns = {name: summed[name] for name in ("site", "here", "documents")}
    return pa.table({**columns, "unlike": unlike}).cast(schema.SITES).sort_by("site")


def learn(
    table: pa.Table, *, dump: str, sites: Dataset, settings: RepeatSettings
) -> Iterator[pa.Table]:
    """Kernel, by line: the counts of all dumps in, the lines of one that its sites repeat out."""
    table = _worth_a_look(table, settings)
    if not table.num_rows:
        return
    mine = pc.equal(table["dump"], dump)
    table = _together(table.append_column("here", pc.cast(mine, "int64")), "here")
    of = _sites_in(sites).take(
        pc.index_in(table["site"], _sites_in(sites)["site"].combine_chunks())
    )
    every = pc.sum(_sites_in(sites)["documents"]).as_py()

    hashes, documents, times, here = (
        table[name].to_numpy() for name in ("line", "documents", "times", "here")
    )
    of_documents, of_unlike = of["documents"].to_numpy(), of["unlike"].to_numpy()
    maybe = (here > 0) & (documents >= settings.min_documents)
    maybe &= documents >= settings.min_share * of_unlike
    maybe &= times <= _MOST_TIMES * documents
    maybe &= ~np.isin(hashes, lines_of(texts_of(pa.array(settings.allow, pa.string()))).hashes)
    rows = np.flatnonzero(maybe)
    unlike = np.zeros(len(hashes))
    unlike[rows] = _unlike(table.take(pa.array(rows)), hashes[rows])
    unlike = np.minimum(unlike, documents)  # an estimate may be more
    share = unlike / np.maximum(np.maximum(of_unlike, unlike), 1)
    maybe &= (unlike >= settings.min_documents) & (share >= settings.min_share)

    edges = _edges(hashes)
    all_documents = np.repeat(np.add.reduceat(documents, edges[:-1]), np.diff(edges))
    elsewhere, elsewhere_of = all_documents - documents, every - of_documents
    rarely = elsewhere <= settings.max_elsewhere * share * elsewhere_of
    maybe &= rarely | (elsewhere_of < settings.min_documents)
    columns = {
        "site": table["site"],
        "line": hashes,
        "documents": documents,
        "of": of_documents,
        "unlike": np.rint(unlike),
        "share": share,
        "elsewhere": elsewhere,
        "elsewhere_of": elsewhere_of,
        "times": times,
        "example": table["example"],
    }
    yield pa.table(columns).filter(pa.array(maybe)).cast(schema.LEARNED)


def show(table: pa.Table, *, learned: Dataset) -> Iterator[pa.Table]:
    """Kernel: mended documents in, the learned lines whose example is among them out, without those
    that are their author's.
    """
    lines = _learned_in(learned)
    ids = _numbers(table["doc_id"])
    rows = np.flatnonzero(np.isin(ids, lines["example"].to_numpy()))
    if not len(rows):
        return
    chosen = table.take(pa.array(rows))
    texts = chosen["text"].combine_chunks()
    found = lines_of(texts_of(texts))
    shown, examples, documents = [], [], []
    wanted = lines["example"].to_numpy()
    for row, text in enumerate(texts.to_pylist()):
        own = found.hashes[found.firsts[row] : found.firsts[row + 1]].tolist()
        split = text.split("\n")
        for at in np.flatnonzero(wanted == ids[rows[row]]).tolist():
            line = split[own.index(lines["line"][at].as_py())].strip()
            if not is_authors(line):
                shown.append(at)
                examples.append(line)
                documents.append(chosen["doc_id"][row].as_py())
    made = lines.take(pa.array(shown, pa.int64())).drop_columns("example")
    made = made.append_column("example", pa.array(examples, pa.string()))
    yield made.append_column("doc_id", pa.array(documents, pa.string())).cast(schema.REPEATED_LINES)


def published(table: pa.Table, *, sites: Dataset) -> Iterator[pa.Table]:
    """Kernel: counts for later dumps to count on, without lines that less than `LEAST_SHARE` of the
    site's documents in the dump have.
    """
    of = _sites_in(sites)
    here = of["here"].take(pc.index_in(table["site"], of["site"].combine_chunks()))
    enough = pc.greater_equal(
        pc.cast(table["documents"], "float64"), pc.multiply(here, LEAST_SHARE)
    )
    yield table.filter(enough).select(schema.LINE_COUNTS.names)


def _enough(
    keys: Hashes, codes: NDArray[np.int64], documents: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Where lines are that enough of their site's documents have; most have only one."""
    edges = _edges(keys)
    enough = np.diff(edges) >= LEAST_SHARE * documents[codes[edges[:-1]]]
    return np.repeat(enough, np.diff(edges))


def _worth_a_look(table: pa.Table, settings: RepeatSettings) -> pa.Table:
    """Rows of lines that enough documents have, of whatever site. The table is sorted by line."""
    hashes, documents = table["line"].to_numpy(), table["documents"].to_numpy()
    if not len(hashes):
        return table
    edges = _edges(hashes)
    enough = np.add.reduceat(documents, edges[:-1]) >= settings.min_documents
    enough &= hashes[edges[:-1]] != EVERY
    return table.filter(pa.array(np.repeat(enough, np.diff(edges))))


def _together(table: pa.Table, *also: str) -> pa.Table:
    """One row for each line and site, in that order: sums, and the union of the sketches.

    also: other columns to add up.
    """
    if not table.num_rows:
        return table
    table = table.combine_chunks()
    encoded = _column(table["site"]).dictionary_encode()
    ranks = pc.rank(encoded.dictionary).to_numpy().astype(np.int64)
    codes, hashes = ranks[encoded.indices.to_numpy()], table["line"].to_numpy()
    order = np.lexsort((codes, hashes))
    edges = _edges(hashes[order], codes[order])
    firsts = pa.array(order[edges[:-1]])
    bodies = _column(table["bodies"])
    offsets, sketches = merged(
        order, edges, bodies.offsets.to_numpy().astype(np.int64), bodies.values.to_numpy()
    )
    examples = pc.fill_null(table["example"], np.iinfo(np.uint64).max).to_numpy()
    made = {name: table[name].take(firsts) for name in ("dump", "site", "line")}
    for name in ("documents", "times", *also):
        made[name] = np.add.reduceat(table[name].to_numpy()[order], edges[:-1])
    made["bodies"] = _lists(offsets, sketches)
    made["example"] = np.minimum.reduceat(examples[order], edges[:-1])
    return pa.table(made)


def _unlike(table: pa.Table, lines: Hashes) -> NDArray[np.float64]:
    """How many unlike documents each row stands for; its line says nothing of likeness."""
    bodies = _column(table["bodies"])
    return sizes_of(bodies.offsets.to_numpy().astype(np.int64), bodies.values.to_numpy(), lines)


def _edges(*columns: NDArray[np.generic]) -> Offsets:
    """Where runs of equal values begin, and the end."""
    differs = np.zeros(max(0, len(columns[0]) - 1), np.bool_)
    for column in columns:
        differs |= column[1:] != column[:-1]
    return np.concatenate([[0], np.flatnonzero(differs) + 1, [len(columns[0])]]).astype(np.int64)


def _lists(offsets: Offsets, values: Hashes) -> pa.ListArray:
    return pa.ListArray.from_arrays(pa.array(offsets.astype(np.int32)), pa.array(values))


def _column(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _numbers(ids: pa.ChunkedArray) -> Hashes:
    """The first 16 hex digits of each id as a number."""
    texts = texts_of(ids)
    digits = texts.data[texts.offsets[:-1, None] + np.arange(_ID_DIGITS)].astype(np.uint64)
    values = np.where(digits >= ord("a"), digits - (ord("a") - 10), digits - ord("0"))
    places = np.arange(_ID_DIGITS, dtype=np.uint64)[::-1] * np.uint64(4)
    numbers: Hashes = np.bitwise_or.reduce(values << places, axis=1)
    return numbers


@lru_cache(maxsize=1)
def _sites_in(dataset: Dataset) -> pa.Table:
    return dataset.table(schema.SITES.names).combine_chunks()


@lru_cache(maxsize=1)
def _learned_in(dataset: Dataset) -> pa.Table:
    return dataset.table(schema.LEARNED.names).combine_chunks()
