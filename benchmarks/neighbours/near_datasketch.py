"""datasketch: MinHash and MinHashLSH. python near_datasketch.py JSONL SCRATCH FROM USE

FROM: `texts` makes the signatures and leaves them in SCRATCH/signatures.npy; `signatures` reads
them there. USE: `keep` asks the index for each document and adds it where nothing was found, the
cheapest way to a list of what to drop; `verify` does so too, but takes for a duplicate only what
shares so many shingles with one that was found, as those must who drop no unlike text; `all` adds
every document and then asks for every one, the way to the pairs. Asking stops after some minutes;
its time is then that of the part that was asked, scaled, since documents come in no order. (With
`verify` the rest would take longer: there is more and more to verify.)
"""

import sys
import time

import numpy as np
from datasketch import MinHash, MinHashLSH
from near import BANDS, PERMUTATIONS, ROWS, THRESHOLD, Answers, documents, scratch, shingles

PATIENCE = 180.0  # seconds of asking
MOST_PAIRS = 1_000  # written of one document's; members of a template have thousands


def main() -> None:
    ids, texts = documents()
    source, use = sys.argv[3:5]
    answers = Answers()
    stored = scratch() / "signatures.npy"
    sets: list[set[int]] = []
    if source == "texts":
        signed = sign(texts, answers, sets if use == "verify" else None)
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
    if use == "verify":
        verify(index, ids, signed, sets, answers)
    else:
        (keep if use == "keep" else everything)(index, ids, signed, answers)
    answers.say(len(ids))
    if source == "texts":
        np.save(stored, np.array([each.hashvalues for each in signed]))


def sign(texts: list[str], answers: Answers, sets: list[set[int]] | None = None) -> list[MinHash]:
    """A signature for each text. A copy of an empty one shares its permutations, as its own batch
    call does. sets: where the shingles of each are left, as hashes.
    """
    empty = MinHash(PERMUTATIONS)
    with answers.timed("shingles and signatures"):
        signed = []
        for text in texts:
            made = empty.copy()
            found = shingles(text)
            made.update_batch([shingle.encode() for shingle in found])
            signed.append(made)
            if sets is not None:
                sets.append(set(map(hash, found)))
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


def verify(
    index: MinHashLSH, ids: list[str], signed: list[MinHash], sets: list[set[int]], answers: Answers
) -> None:
    """The same, of those that are alike by their shingles."""
    dropped: dict[str, str] = {}
    shingles_of = dict(zip(ids, sets, strict=True))
    until = time.perf_counter() + PATIENCE
    asked = 0
    with answers.timed("asked, verified and added"):
        for doc, signature in zip(ids, signed, strict=True):
            mine = shingles_of[doc]
            for other in index.query(signature):
                theirs = shingles_of[other]
                both = len(mine & theirs)
                if both >= THRESHOLD * (len(mine) + len(theirs) - both):
                    dropped[doc] = other
                    break
            else:
                index.insert(doc, signature, check_duplication=False)
            asked += 1
            if time.perf_counter() > until:
                break
    answers.seconds["asked, verified and added"] *= len(ids) / asked
    answers.notes["asked"] = asked
    answers.found["pairs"] = list(dropped.items())
    if asked == len(ids):
        answers.found["dropped"] = dropped


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
