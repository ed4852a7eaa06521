"""The lines that sites repeat, as they are looked up in texts.

What belongs here: finding texts with such a line, and what is known of the line. What does not:
learning them (steps.lines), deciding what goes (stages.repeats).
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.kernels.lines import Hashes, known_in, lines_of, salted
from pipeline.kernels.texts import texts_of
from pipeline.kernels.words import exact_hashes, hash_set


@dataclass(frozen=True, slots=True)
class Repeated:
    """A line that a site repeats. share: of the site's documents. evidence: as in the ledger."""

    share: float
    evidence: str


@dataclass(frozen=True)
class Learned:
    """Such lines by site and hash, and a table of all of them."""

    sites: Mapping[str, Mapping[int, Repeated]]
    known: Hashes

    def in_texts(self, texts: pa.Array, sites: pa.Array) -> NDArray[np.bool_]:
        """Whether each text has a line that its site repeats."""
        if not self.sites:
            return np.zeros(len(texts), np.bool_)
        encoded = sites.dictionary_encode()
        salts = salts_of(encoded.dictionary)[encoded.indices.to_numpy()]
        wanted = pc.is_in(encoded.dictionary, value_set=pa.array(list(self.sites), pa.string()))
        # Texts of other sites are empty to the kernel.
        ours = wanted.take(encoded.indices)
        texts = texts if pc.all(ours).as_py() else pc.if_else(ours, texts, None)
        return known_in(lines_of(texts_of(texts)), salts, self.known)


def learned(rows: Iterable[Mapping[str, Any]]) -> Learned:
    """What a dump's `repeated_lines` hold."""
    sites: dict[str, dict[int, Repeated]] = {}
    for row in rows:
        evidence = {name: row[name] for name in ("site", "documents", "of", "elsewhere")}
        said = json.dumps(evidence, ensure_ascii=False)
        sites.setdefault(row["site"], {})[row["line"]] = Repeated(row["share"], said)
    names = [site for site, lines in sites.items() for _ in lines]
    hashes = np.array([line for lines in sites.values() for line in lines], np.uint64)
    return Learned(sites, hash_set(salted(hashes, salts_of(pa.array(names, pa.string())))))


def salts_of(sites: pa.Array) -> Hashes:
    """A hash of each site's name."""
    texts = texts_of(pc.cast(sites, pa.string()))
    return exact_hashes(texts.data, texts.offsets[:-1], texts.offsets[1:])
