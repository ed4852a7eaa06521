"""A dataset over another: of the columns that both have, it stores only the values that differ.

What belongs here: the difference of two tables, row for row, and laying one over the other again.
What does not: files and manifests (dataset).

A null in a layer means: as it is below. So a step may change a value or give one where there was
none, but never take one away. A list changes by growing.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


class LayerError(ValueError):
    """A step has taken a value away, or has other rows than what it was made from."""


def layer_schema(schema: pa.Schema) -> pa.Schema:
    """The same columns, each of which may be null."""
    return pa.schema([field.with_nullable(True) for field in schema], schema.metadata)


def difference(below: pa.Table, above: pa.Table) -> pa.Table:
    """`above` with nulls where a value is the same in `below`. Raises `LayerError`."""
    if above.num_rows != below.num_rows:
        raise LayerError(f"{below.num_rows} rows became {above.num_rows}")
    columns = {}
    for name in above.column_names:
        column = above[name].combine_chunks()
        if name in below.column_names:
            column = _changed(below[name].combine_chunks(), column, name)
        columns[name] = column
    return pa.table(columns)


def laid_over(below: pa.Table, layer: pa.Table) -> pa.Table:
    """What the layer was made from: its own values, and those below where it has none.

    Columns come in the layer's order; what it does not change is not copied.
    """
    columns = {}
    for name in dict.fromkeys([*below.column_names, *layer.column_names]):
        if name not in layer.column_names:
            columns[name] = below[name]
        elif name not in below.column_names:
            columns[name] = layer[name]
        else:
            columns[name] = _covered(below[name], layer[name])
    return pa.table(columns)


def _changed(old: pa.Array, new: pa.Array, name: str) -> pa.Array:
    """`new` where it differs, nulls elsewhere."""
    if new.equals(old):
        return pa.nulls(len(new), new.type)
    if pc.any(pc.and_(pc.is_null(new), pc.is_valid(old))).as_py():
        raise LayerError(f"a value of the column {name} was taken away")
    if pa.types.is_list(new.type):
        same = pc.equal(pc.list_value_length(new), pc.list_value_length(old))
    else:
        same = pc.equal(new, old)
    # Null where there was no value: changed, unless there is none now, which stays null.
    rows = pc.if_else(pc.fill_null(same, False), None, np.arange(len(new)))
    return new.take(rows)


def _covered(old: pa.ChunkedArray, layer: pa.ChunkedArray) -> pa.ChunkedArray | pa.Array:
    if layer.null_count == len(layer):
        return old
    if pa.types.is_list(layer.type):
        both = pa.concat_arrays([old.combine_chunks(), layer.combine_chunks()])
        here = np.arange(len(old))
        return both.take(pc.if_else(pc.is_valid(layer).combine_chunks(), here + len(old), here))
    return pc.coalesce(layer, old)
