"""Settings of finding duplicates."""

from dataclasses import dataclass


@dataclass(frozen=True)
class DedupSettings:
    """When two texts are the same text.

    exact: reject texts that are equal but for case and white space.
    near: reject texts that are alike to a kept one, by `threshold`.
    threshold: exact Jaccard similarity of two shingle sets from which texts are alike.
    shingle_words: words in a shingle.
    shingle_chars: code points in one, for short texts and scripts without spaces.
    bands: MinHash bands; texts of similarity s become candidates with probability
    1 - (1 - s**rows)**bands. 14 x 8 on word 5-grams is FineWeb's.
    rows: minima in a band.
    passages: cut paragraphs that many documents have, to the first of all.
    passage_words: fewest words of such a paragraph; in scripts without spaces an ideograph or kana
    is a word, and so are five characters of Thai, Lao, Khmer or Burmese.
    passage_documents: fewest documents that have it, over all dumps. Two would take every long
    quotation away from the text that quotes it.
    """

    exact: bool = True
    near: bool = True
    threshold: float = 0.75
    shingle_words: int = 5
    shingle_chars: int = 5
    bands: int = 14
    rows: int = 8
    passages: bool = False
    passage_words: int = 50
    passage_documents: int = 3

    def __post_init__(self) -> None:
        if not 0 < self.threshold <= 1:
            raise ValueError("threshold must be above 0 and at most 1")
        for name in ("shingle_words", "shingle_chars", "bands", "rows"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1")
        if self.passage_words < 1:
            raise ValueError("passage_words must be at least 1")
        if self.passage_documents < 2:
            raise ValueError("passage_documents must be at least 2: what one document has stays")
