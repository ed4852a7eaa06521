"""rensa: MinHash from texts that are split in Python. python run_rensa.py JSONL_FOLDER

`text.split()`, as its README does: single words, not runs of five, which is less work than ours.
Runs of five words stand beside it, since only they find the same duplicates. Its rho pipeline looks
at some of the words only; it is another measure, not this one faster.
"""

import statistics
import time
from collections.abc import Callable

from documents import Results
from rensa import RMinHash

PERMUTATIONS = 128
REPEATS = 4  # the first is not counted


def main() -> None:
    results = Results()
    for name, what, tokens in (
        ("words", "text.split() and digest_matrix_from_token_sets", str.split),
        ("word 5-grams", "runs of five words in Python and the same call", shingles),
    ):
        timed = [batch(results.texts, tokens) for _ in range(REPEATS)][1:]
        splitting, signing = (statistics.median(column) for column in zip(*timed, strict=True))
        results.add(f"rensa batch ({name})", splitting + signing, what)
        results.add(f"rensa batch ({name}), split before", signing, "the batch call alone")
    results.say()


def batch(texts: list[str], tokens: Callable[[str], list[str]]) -> tuple[float, float]:
    """Seconds of splitting the texts, and of signing what came of it."""
    started = time.perf_counter()
    sets = [tokens(text) for text in texts]
    made = time.perf_counter()
    RMinHash.digest_matrix_from_token_sets(sets, num_perm=PERMUTATIONS, seed=1)
    return made - started, time.perf_counter() - made


def shingles(text: str) -> list[str]:
    words = text.lower().split()
    return [" ".join(words[at : at + 5]) for at in range(max(1, len(words) - 4))]


if __name__ == "__main__":
    main()
