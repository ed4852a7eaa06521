"""How long a text is, and how many code points it holds that no clean text has."""

import pyarrow as pa

from pipeline.kernels.counts import counts

# Column -> what the kernel counts.
_COLUMNS = {
    "chars": "chars",
    "words": "words",
    "lines": "lines",
    "replacement_characters": "replacement",
    "control_characters": "control",
    "private_use_characters": "private_use",
    "unassigned_characters": "unassigned",
}


def measure(texts: pa.Array) -> dict[str, pa.Array]:
    """One column of int64 for each count."""
    found = counts(texts)
    return {column: found[name] for column, name in _COLUMNS.items()}
