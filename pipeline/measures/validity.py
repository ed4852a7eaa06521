"""Counts of code points that no clean text has, by Unicode category (RE2's, in Arrow)."""

import pyarrow as pa
import pyarrow.compute as pc

_KINDS = {
    "replacement_characters": r"\x{fffd}",
    "control_characters": r"[\x00-\x08\x0b-\x1f\x7f-\x{9f}]",
    "private_use_characters": r"\p{Co}",
    # Unassigned code points and the 66 noncharacters; RE2 has no \p{Cn}.
    "unassigned_characters": r"[^\p{L}\p{M}\p{N}\p{P}\p{S}\p{Z}\p{Cc}\p{Cf}\p{Co}\p{Cs}]",
}


def measure(texts: pa.Array) -> dict[str, pa.Array]:
    """For each kind the number of such code points in each text."""
    return {
        name: pc.cast(pc.count_substring_regex(texts, pattern), pa.int64())
        for name, pattern in _KINDS.items()
    }
