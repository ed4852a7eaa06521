"""How long a text is: code points, words, lines that are not blank."""

import pyarrow as pa
import pyarrow.compute as pc

# A run of letters, marks and digits; an ideograph or a kana counts by itself, since those scripts
# put no space between words.
_WORD = r"[\p{Han}\p{Hiragana}\p{Katakana}]|[\p{L}\p{M}\p{N}]+"
_LINE = r"(?m)^.*[^\s\p{Z}].*$"


def measure(texts: pa.Array) -> dict[str, pa.Array]:
    """Columns `chars`, `words` and `lines`."""
    return {
        "chars": pc.cast(pc.utf8_length(texts), pa.int64()),
        "words": pc.cast(pc.count_substring_regex(texts, _WORD), pa.int64()),
        "lines": pc.cast(pc.count_substring_regex(texts, _LINE), pa.int64()),
    }
