"""datasketch: MinHash and MinHashLSH. python near_datasketch.py JSONL SCRATCH FROM USE

FROM: `texts` makes the signatures and leaves them in SCRATCH/signatures.npy; `signatures` reads
them there. USE: `keep` asks the index for each document and adds it where nothing was found, the
cheapest way to a list of what to drop; `all` adds every document and then asks for every one, the
way to the pairs. Asking stops after some minutes; its time is then that of the part that was asked,
scaled, since documents come in no order.
"""

import sys
import time

import numpy as np
from datasketch import MinHash, MinHashLSH
from near import BANDS, PERMUTATIONS, ROWS, Answers, documents, scratch, shingles

PATIENCE = 180.0  # seconds of asking
MOST_PAIRS = 1_000  # written of one document's; members of a template have thousands


def main() -> None:
    ids, texts = documents()
    source, use = sys.argv[3:5]
    answers = Answers()
    stored = scratch() / "signatures.npy"
    if source == "texts":
        signed = sign(texts, answers)
        del texts
    else:
        del texts
        values = np.load(stored)
        first = MinHash(PERMUTATIONS)
        with answers.timed("signatures to objects"):
            signed = [
                MinHash(
                    PERMUTATIONS,
                    hashvalues=row,
                    permutations=first.permutations,
                    scheme=first.scheme,
                )
                for row in values
            ]
    index = MinHashLSH(num_perm=PERMUTATIONS, params=(BANDS, ROWS))
    (keep if use == "keep" else everything)(index, ids, signed, answers)
    answers.say(len(ids))
    if source == "texts":
        np.save(stored, np.array([each.hashvalues for each in signed]))


def sign(texts: list[str], answers: Answers) -> list[MinHash]:
    """A signature for each text. A copy of an empty one shares its permutations, as its own batch
    call does.
    """
    empty = MinHash(PERMUTATIONS)
    with answers.timed("shingles and signatures"):
        signed = []
        for text in texts:
            made = empty.copy()
            made.update_batch([shingle.encode() for shingle in shingles(text)])
            signed.append(made)
    return signed


def keep(index: MinHashLSH, ids: list[str], signed: list[MinHash], answers: Answers) -> None:
    """Drop what is like something kept before it."""
    dropped, pairs = {}, []
    with answers.timed("asked and added"):
        for doc, signature in zip(ids, signed, strict=True):
            alike = index.query(signature)
            if alike:
                dropped[doc] = ""
                pairs += [(doc, other) for other in alike[:MOST_PAIRS]]
            else:
                index.insert(doc, signature, check_duplication=False)
    answers.found |= {"dropped": dropped, "pairs": pairs}


def everything(index: MinHashLSH, ids: list[str], signed: list[MinHash], answers: Answers) -> None:
    """All pairs that share a band; of each document that has one, the first stays."""
    with answers.timed("added"):
        for doc, signature in zip(ids, signed, strict=True):
            index.insert(doc, signature, check_duplication=False)
    pairs: list[tuple[str, str]] = []
    whole = True  # all pairs of all documents
    until = time.perf_counter() + PATIENCE
    asked = 0
    with answers.timed("asked"):
        for doc, signature in zip(ids, signed, strict=True):
            alike = index.query(signature)
            whole &= len(alike) <= MOST_PAIRS
            pairs += [(doc, other) for other in alike[:MOST_PAIRS] if other != doc]
            asked += 1
            if time.perf_counter() > until:
                break
    answers.seconds["asked"] *= len(ids) / asked
    answers.notes["asked"] = asked
    answers.found["pairs"] = pairs
    if whole and asked == len(ids):
        answers.found["dropped"] = first_stays(ids, pairs)


def first_stays(ids: list[str], pairs: list[tuple[str, str]]) -> dict[str, str]:
    """What is like something before it that stays, and that."""
    order = {doc: number for number, doc in enumerate(ids)}
    dropped: dict[str, str] = {}
    for doc, other in sorted(pairs, key=lambda pair: (order[pair[0]], order[pair[1]])):
        if order[other] < order[doc] and other not in dropped:
            dropped.setdefault(doc, other)
    return dropped


if __name__ == "__main__":
    main()
