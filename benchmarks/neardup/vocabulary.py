"""Made-up words in five languages, and how often each is used.

What belongs here: words. What does not: documents (planted).
"""

from functools import cache
from itertools import product

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

WORDS = 50_000
LANGUAGES = ("Latin", "Greek", "Cyrillic", "Hangul", "ideographs")
UNSPACED = LANGUAGES.index("ideographs")
"""Written without blanks between words."""

_OPEN = {  # consonants, vowels: a syllable is one of each
    "Latin": ("bdfgklmnprstvz", "aeiou"),
    "Greek": ("βγδζθκλμνπρστφχ", "αεηιο"),
    "Cyrillic": ("бвгджзклмнпрст", "аеиоу"),
}
_FIRST_HANGUL, _FIRST_IDEOGRAPH = 0xAC00, 0x4E00
_PRIME = 7919  # divides the size of no block
_SYLLABLES = 70  # of a script whose characters are syllables, or words
# Word r of the list is drawn with a probability that falls with r as Zipf's law says.
_PLACES = 1 << 20


def most_frequent_first(language: str) -> list[str]:
    """The language's words: two syllables, and three when those are used up."""
    if language in _OPEN:
        syllables = ["".join(pair) for pair in product(*_OPEN[language])]
    else:
        first = _FIRST_HANGUL if language == "Hangul" else _FIRST_IDEOGRAPH
        # Every seventh, so that they look less like each other.
        syllables = [chr(first + 7 * number) for number in range(_SYLLABLES)]
    words: list[str] = []
    for length in (2, 3):
        block = ["".join(parts) for parts in product(syllables, repeat=length)]
        # Dealt out, since neighbours in the block begin alike.
        words += [block[rank * _PRIME % len(block)] for rank in range(len(block))]
        if len(words) >= WORDS:
            return words[:WORDS]
    raise ValueError(f"{language} has too few syllables for {WORDS:,} words")


@cache
def vocabulary() -> pa.Array:
    """The words of all languages, one language after the other."""
    return pa.array([word for name in LANGUAGES for word in most_frequent_first(name)])


@cache
def drawn() -> NDArray[np.uint16]:
    """A table of 2**20 places: a place chosen at random holds a word with Zipf's frequency."""
    shares = np.cumsum(1 / np.arange(1, WORDS + 1))
    places = (np.arange(_PLACES) + 0.5) / _PLACES
    return np.searchsorted(shares / shares[-1], places).astype(np.uint16)
