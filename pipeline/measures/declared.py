"""The language that a record declares, and whether its text is in it.

What belongs here: which fields of a record declare a language, and when two languages agree.
What does not: what a declared code means (codes), finding the language of a text (language).
"""

import json

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.measures.codes import UNDETERMINED, code_of, group_of

# Fields of a record, the first of them that holds a text; and a quick look for any of them.
FIELDS = ("language", "lang")
_HINT = r'"lang(?:uage)?"\s*:'


def measure(metadata: pa.ChunkedArray, languages: pa.ChunkedArray) -> dict[str, pa.Array]:
    """Columns `declared_language` and `language_agrees`.

    metadata: JSON objects. languages: as found in the texts. Languages agree that are of one group:
    Bosnian, Croatian and Serbian, Indonesian and Malay, the two Norwegian ones, all Chinese.
    """
    hints = pc.fill_null(pc.match_substring_regex(metadata, _HINT), False).combine_chunks()
    found = [_declared(json.loads(text)) for text in metadata.filter(hints).to_pylist()]
    declared = pc.replace_with_mask(
        pa.nulls(len(hints), pa.string()), hints, pa.array(found, pa.string())
    )
    return {
        "declared_language": declared,
        "language_agrees": pc.equal(_groups(declared), _groups(languages.combine_chunks())),
    }


def _declared(record: dict[str, object]) -> str | None:
    for field in FIELDS:
        value = record.get(field)
        if isinstance(value, str):
            return code_of(value)
    return None


def _groups(codes: pa.Array) -> pa.Array:
    """The group of each code; null for none, and for `und`."""
    encoded = codes.dictionary_encode()
    groups = [
        None if code == UNDETERMINED else group_of(code) for code in encoded.dictionary.to_pylist()
    ]
    return pa.array(groups, pa.string()).take(encoded.indices)
