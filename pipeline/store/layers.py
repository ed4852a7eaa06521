"""A dataset over another: of the columns that both have, it stores only the values that differ.

What belongs here: the difference of two tables, row for row, and laying one over the other again.
What does not: files and manifests (dataset).

A null in a layer means: as it is below; where a step took a value away, `_gone` names the column.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

_GONE = pa.field(
    "_gone", pa.list_(pa.string()), metadata={"description": "columns that have no value now"}
)


class LayerError(ValueError):
    """A step has other rows than what it was made from."""


def layer_schema(schema: pa.Schema) -> pa.Schema:
    """The same columns, each of which may be null, and the names of those that have become null."""
    fields = [field.with_nullable(True) for field in schema]
    return pa.schema([*fields, _GONE], schema.metadata)


def difference(below: pa.Table, above: pa.Table) -> pa.Table:
    """`above` with nulls where a value is the same in `below`. Raises `LayerError`."""
    if above.num_rows != below.num_rows:
        raise LayerError(f"{below.num_rows} rows became {above.num_rows}")
    columns, gone = {}, {}
    for name in above.column_names:
        column = above[name].combine_chunks()
        if name in below.column_names:
            old, new = below[name].combine_chunks(), column
            column = _changed(old, new)
            taken = pc.and_(pc.is_valid(old), pc.is_null(new))
            if pc.any(taken).as_py():
                gone[name] = taken.to_numpy(zero_copy_only=False)
        columns[name] = column
    return pa.table({**columns, _GONE.name: _names_of(gone, above.num_rows)})


def laid_over(below: pa.Table, layer: pa.Table) -> pa.Table:
    """What the layer was made from: its own values, and those below where it has none.

    Needs `_gone` beside the layer's columns. What the layer does not change is not copied.
    """
    gone = layer[_GONE.name]
    rows = pc.list_parent_indices(gone.combine_chunks())
    names = pc.list_flatten(gone.combine_chunks())
    columns = {}
    for name in dict.fromkeys([*below.column_names, *layer.drop_columns(_GONE.name).column_names]):
        if name not in layer.column_names:
            columns[name] = below[name]
        elif name not in below.column_names:
            columns[name] = layer[name]
        else:
            columns[name] = _covered(
                below[name], layer[name], rows.filter(pc.equal(names, name)).to_numpy()
            )
    return pa.table(columns)


def stored_names(columns: list[str]) -> list[str]:
    """The columns of a layer to read for these."""
    return [*columns, _GONE.name]


def visible_names(columns: list[str]) -> list[str]:
    """The columns of a file that are not a layer's own."""
    return [name for name in columns if name != _GONE.name]


def _changed(old: pa.Array, new: pa.Array) -> pa.Array:
    """`new` where it differs, nulls elsewhere."""
    if new.equals(old):
        return pa.nulls(len(new), new.type)
    if pa.types.is_list(new.type):
        same = _same_lists(old, new)
    else:
        same = pc.fill_null(pc.equal(new, old), False)
    return new.take(pc.if_else(same, None, np.arange(len(new))))


def _same_lists(old: pa.ListArray, new: pa.ListArray) -> pa.Array:
    """Where two columns of lists are equal."""
    same = pc.fill_null(
        pc.equal(pc.list_value_length(new), pc.list_value_length(old)), False
    ).to_numpy(zero_copy_only=False)
    rows = np.flatnonzero(same)
    old, new = old.take(pa.array(rows)), new.take(pa.array(rows))
    values = zip(_flat(old), _flat(new), strict=True)
    for one, other in values:
        differs = pc.invert(pc.fill_null(pc.equal(one, other), False))
        parents = pc.list_parent_indices(new).filter(differs)
        same[rows[parents.to_numpy()]] = False
    return pa.array(same)


def _flat(lists: pa.ListArray) -> list[pa.Array]:
    """The values in the lists; those of structs field by field."""
    values = lists.flatten()
    return values.flatten() if pa.types.is_struct(values.type) else [values]


def _covered(
    old: pa.ChunkedArray, layer: pa.ChunkedArray, gone: NDArray[np.int64]
) -> pa.ChunkedArray | pa.Array:
    if layer.null_count == len(layer) and not len(gone):
        return old
    if not len(gone) and not pa.types.is_nested(layer.type):
        return pc.coalesce(layer, old)
    both = pa.concat_arrays([old.combine_chunks(), layer.combine_chunks()])
    here = np.arange(len(old))
    rows = pc.if_else(pc.is_valid(layer).combine_chunks(), here + len(old), here)
    if len(gone):
        kept = np.ones(len(old), np.bool_)
        kept[gone] = False
        rows = pc.if_else(kept, rows, None)
    return both.take(rows)


def _names_of(gone: dict[str, NDArray[np.bool_]], count: int) -> pa.Array:
    """For each row the columns that lost their value, null for most."""
    names: list[list[str] | None] = [None] * count
    for name, taken in gone.items():
        for row in np.flatnonzero(taken):
            names[row] = [*(names[row] or []), name]
    return pa.array(names, _GONE.type)
