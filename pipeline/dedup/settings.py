"""Settings of finding duplicates."""

from dataclasses import dataclass

from pipeline.kernels.bands import MOST_BANDS

GIVEN, BY_THRESHOLD = "given", "threshold"
BANDINGS = (GIVEN, BY_THRESHOLD)
EARLIEST, LONGEST = "earliest", "longest"
BEST_QUALITY, PREFERRED = "best-quality", "preferred-sources"
POLICIES = (EARLIEST, LONGEST, BEST_QUALITY, PREFERRED)
PREFERENCE_BITS = 12
MOST_PREFERRED = (1 << PREFERENCE_BITS) - 1  # the last number is of sources that fit none
# What no text needs more of; beyond, a slip of the pen would take all memory there is.
_MOST, _MANY = 10_000, 1_000_000


@dataclass(frozen=True)
class DedupSettings:
    """When two texts are the same text, and which of them is kept.

    exact: reject texts that are equal but for case and white space.
    near: reject texts that are alike to a kept one, by `threshold`.
    threshold: exact Jaccard similarity of two shingle sets from which texts are alike.
    shingle_words: words in a shingle.
    shingle_chars: code points in one, for short texts and scripts without spaces.
    banding: `given`: as many bands of as many rows as the next two say. `threshold`: the bands and
    rows that datasketch chooses for `threshold` and `permutations`.
    bands: MinHash bands; texts of similarity s become candidates with probability
    1 - (1 - s**rows)**bands. 14 x 8 on word 5-grams is FineWeb's.
    rows: minima in a band.
    permutations: minima in all, where `banding` is `threshold`; 32 to 512.
    keep: which of two that are alike comes first: `earliest`, of the earliest dump, then the
    longest; `longest`, then of the earliest dump; `best-quality`, with the fewest lost or odd
    characters, then the fewest edits, then the longest; `preferred-sources`, of the first of
    `prefer`, then as `earliest`. What is published already comes before all; the last word has the
    smallest id.
    prefer: patterns of raw files (`wiki/*`), the most preferred first; `*` crosses folders.
    At most 4,095.
    process_memory_mb: what each process may hold while duplicates are found, in megabytes; more
    data go by way of files. The answer does not depend on it; above 3,072 only giant groups gain.
    passages: cut paragraphs that many documents have, to the first of all.
    passage_words: fewest words of such a paragraph; in scripts without spaces an ideograph or kana
    is a word, and so are five characters of Thai, Lao, Khmer or Burmese.
    passage_documents: fewest documents that have it, over all dumps. Two would take every long
    quotation away from the text that quotes it.
    max_source_loss: `hygiene duplicates` warns of a source that loses more than this share of its
    documents as duplicates; 1 for never.
    """

    exact: bool = True
    near: bool = True
    threshold: float = 0.75
    shingle_words: int = 5
    shingle_chars: int = 5
    banding: str = GIVEN
    bands: int = 14
    rows: int = 8
    permutations: int = 128
    keep: str = EARLIEST
    prefer: tuple[str, ...] = ()
    process_memory_mb: int = 256
    passages: bool = False
    passage_words: int = 50
    passage_documents: int = 3
    max_source_loss: float = 0.5

    def __post_init__(self) -> None:
        if not 0 < self.threshold <= 1:
            raise ValueError("threshold must be above 0 and at most 1")
        for name in ("shingle_words", "shingle_chars", "bands", "rows", "permutations"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1")
            if getattr(self, name) > _MOST:
                raise ValueError(f"{name} must be at most {_MOST:,}")
        if self.bands > MOST_BANDS:
            raise ValueError(f"bands must be at most {MOST_BANDS}")
        for name, choices in (("banding", BANDINGS), ("keep", POLICIES)):
            if getattr(self, name) not in choices:
                raise ValueError(f"{name} must be one of {', '.join(choices)}")
        # Within these bounds datasketch never chooses more than `MOST_BANDS`.
        possible = 0.1 <= self.threshold <= 0.9 and 32 <= self.permutations <= 512
        if self.banding == BY_THRESHOLD and not possible:
            raise ValueError(
                f'banding = "{BY_THRESHOLD}" takes a threshold of 0.1 to 0.9 and 32 to 512 '
                'permutations; with others give bands and rows (banding = "given")'
            )
        if self.prefer and self.keep != PREFERRED:
            raise ValueError(f'prefer needs keep = "{PREFERRED}"')
        if self.keep == PREFERRED and not self.prefer:
            raise ValueError(f'keep = "{PREFERRED}" needs sources to prefer')
        if len(self.prefer) > MOST_PREFERRED:
            raise ValueError(f"prefer takes at most {MOST_PREFERRED} patterns")
        if self.process_memory_mb < 64:
            raise ValueError("process_memory_mb must be at least 64")
        for name in ("process_memory_mb", "passage_words", "passage_documents"):
            if getattr(self, name) > _MANY:
                raise ValueError(f"{name} must be at most {_MANY:,}")
        if self.passage_words < 1:
            raise ValueError("passage_words must be at least 1")
        if self.passage_documents < 2:
            raise ValueError("passage_documents must be at least 2: what one document has stays")
        if not 0 <= self.max_source_loss <= 1:
            raise ValueError("max_source_loss must be at least 0 and at most 1")
