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
    max_source_loss: `hygiene duplicates` warns of a source that loses more than this share of its
    documents as duplicates; 1 for never.
    """

    exact: bool = True
    near: bool = True
    threshold: float = 0.75
    shingle_words: int = 5
    shingle_chars: int = 5
    bands: int = 14
    rows: int = 8
    max_source_loss: float = 0.5

    def __post_init__(self) -> None:
        if not 0 < self.threshold <= 1:
            raise ValueError("threshold must be above 0 and at most 1")
        for name in ("shingle_words", "shingle_chars", "bands", "rows"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1")
        if not 0 <= self.max_source_loss <= 1:
            raise ValueError("max_source_loss must be at least 0 and at most 1")
