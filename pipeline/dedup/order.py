"""Keep order: which of two documents comes first, as one number each.

What belongs here: what a policy compares, one after the other, and how that becomes a number and
words. What does not: likeness, dropping (keepers).

A document's order is a uint64 made of fields, the most important in the upper bits; of two with
equal orders the smaller id comes first. So the order is total, and no order of files, shards or
workers is in it.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.dedup.settings import (
    BEST_QUALITY,
    EARLIEST,
    LONGEST,
    PREFERENCE_BITS,
    PREFERRED,
    DedupSettings,
)
from pipeline.dedup.sorting import pieces
from pipeline.kernels.likeness import MakeArray

Orders = NDArray[np.uint64]
SMALLER_ID = "smaller id"
_FRESH = np.uint64(1 << 63)  # not published: after all that is


@dataclass(frozen=True)
class Field:
    """One thing that is compared.

    column: what it is read from. bits: the room it has; larger values count as the largest.
    because: what is said of one that comes first by it. largest_first: the largest comes first.
    """

    column: str
    bits: int
    because: str
    largest_first: bool = False


_DUMP = Field("dump", 20, "from an earlier dump")
_LENGTH = Field("chars", 40, "longer", largest_first=True)
_SHORTER_FIELD = Field("chars", 31, "longer", largest_first=True)
_PUBLISHED = (_DUMP, _LENGTH)
_FIELDS = {
    EARLIEST: (_DUMP, _LENGTH),
    LONGEST: (_LENGTH, _DUMP),
    BEST_QUALITY: (
        Field("damage", 16, "less damaged"),
        Field("edits", 16, "less edited"),
        _SHORTER_FIELD,
    ),
    PREFERRED: (Field("source", PREFERENCE_BITS, "from a preferred source"), _DUMP, _SHORTER_FIELD),
}


def are_published(orders: Orders, room: MakeArray) -> NDArray[np.bool_]:
    """Whether each order is that of a document that is published: it stays. room: makes arrays."""
    found = room(len(orders), np.bool_)
    for rows in pieces(len(orders)):
        found[rows] = orders[rows] & _FRESH == 0
    return found


@dataclass(frozen=True)
class KeepOrder:
    """The order by the recipe's policy.

    dumps: the names of all dumps that are compared, those of the index too.
    """

    settings: DedupSettings
    dumps: tuple[str, ...]

    def fresh(self, table: pa.Table) -> Orders:
        """The orders of documents that are not published.

        The table has `dump`, `chars`, `damage`, `edits` and `source`.
        """
        return _packed(_FIELDS[self.settings.keep], self._values(table), table.num_rows) | _FRESH

    def published(self, dump: str, chars: NDArray[np.int64]) -> Orders:
        """The orders of documents that a dump has published: they stay, and come first."""
        dumps = np.full(len(chars), self._rank(dump), np.int64)
        return _packed(_PUBLISHED, {"dump": dumps, "chars": chars}, len(chars))

    def because(self, first: Orders, second: Orders) -> pa.Array:
        """Why each of `first` comes before each of `second`."""
        reasons = np.full(len(first), SMALLER_ID, object)
        open_ = np.ones(len(first), np.bool_)
        new = (first ^ second) & _FRESH != 0
        reasons[new] = "published before"
        open_ &= ~new
        shift = 63
        for field in _FIELDS[self.settings.keep]:
            shift -= field.bits
            mask = np.uint64(((1 << field.bits) - 1) << shift)
            differ = open_ & ((first ^ second) & mask != 0)
            reasons[differ] = field.because
            open_ &= ~differ
        return pa.array(reasons, pa.string())

    def _values(self, table: pa.Table) -> dict[str, NDArray[np.int64]]:
        numbers = {
            name: pc.fill_null(table[name], 0).to_numpy().astype(np.int64)
            for name in ("chars", "damage", "edits")
        }
        dumps = _each(table["dump"], self._rank)
        return {**numbers, "dump": dumps, "source": _each(table["source"], self._preference)}

    def _rank(self, dump: str) -> int:
        return sorted(self.dumps).index(dump)

    def _preference(self, source: str) -> int:
        """The number of the first pattern that the source fits; all others come after."""
        patterns = self.settings.prefer
        fitting = (n for n, each in enumerate(patterns) if _pattern(each).fullmatch(source))
        return next(fitting, len(patterns))


def _pattern(glob: str) -> re.Pattern[str]:
    """`*` is anything, `?` one character; there are no other signs, since names hold brackets."""
    parts = re.split(r"([*?])", glob)
    signs = {"*": ".*", "?": "."}
    return re.compile("".join(signs.get(part, re.escape(part)) for part in parts), re.DOTALL)


def _each(column: pa.ChunkedArray, number_of: Callable[[str], int]) -> NDArray[np.int64]:
    """A number for each value, asked once for each distinct one."""
    encoded = pc.dictionary_encode(column.combine_chunks())
    values: Sequence[str] = encoded.dictionary.to_pylist()
    numbers = np.array([number_of(value) for value in values], np.int64)
    return numbers[encoded.indices.to_numpy()] if len(numbers) else np.empty(0, np.int64)


def _packed(fields: tuple[Field, ...], values: dict[str, NDArray[np.int64]], count: int) -> Orders:
    packed = np.zeros(count, np.uint64)
    shift = 63
    for field in fields:
        shift -= field.bits
        largest = (1 << field.bits) - 1
        value = np.minimum(values[field.column], largest)
        value = largest - value if field.largest_first else value
        packed |= value.astype(np.uint64) << np.uint64(shift)
    return packed
