"""rensa: RMinHash in one batch call, and RMinHashLSH. python near_rensa.py JSONL SCRATCH USE

USE: `keep` asks the index for each document and adds it where nothing was found; `all` adds every
document, asks for every one, and keeps the first of what is alike. Candidates count where the
signatures' estimate reaches the threshold, as its own deduplicator has it.
"""

import sys

from near import BANDS, PERMUTATIONS, THRESHOLD, Answers, documents, shingles
from rensa import RMinHash, RMinHashLSH


def main() -> None:
    ids, texts = documents()
    answers = Answers()
    with answers.timed("shingles and signatures"):
        sets = [shingles(text) for text in texts]
        signed = RMinHash.from_token_sets(sets, num_perm=PERMUTATIONS, seed=1)
    del sets, texts
    index = RMinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS, num_bands=BANDS)
    (keep if sys.argv[3] == "keep" else everything)(index, ids, signed, answers)
    answers.say(len(ids))


def keep(index: RMinHashLSH, ids: list[str], signed: list[RMinHash], answers: Answers) -> None:
    dropped, pairs = {}, []
    with answers.timed("asked and added"):
        for number, signature in enumerate(signed):
            alike = _alike(index.query(signature), number, signed)
            if alike:
                dropped[ids[number]] = ids[alike[0]]
                pairs += [(ids[number], ids[other]) for other in alike]
            else:
                index.insert(number, signature)
    answers.found |= {"dropped": dropped, "pairs": pairs}


def everything(
    index: RMinHashLSH, ids: list[str], signed: list[RMinHash], answers: Answers
) -> None:
    pairs, dropped = [], {}
    with answers.timed("asked and added"):
        index.insert_many(signed)
        for number, candidates in enumerate(index.query_all(signed)):
            for other in sorted(_alike(candidates, number, signed)):
                if other < number:
                    pairs.append((ids[number], ids[other]))
                    if ids[other] not in dropped:
                        dropped.setdefault(ids[number], ids[other])
    answers.found |= {"dropped": dropped, "pairs": pairs}


def _alike(candidates: list[int], number: int, signed: list[RMinHash]) -> list[int]:
    own = signed[number]
    return [
        other for other in candidates if other != number and own.jaccard(signed[other]) >= THRESHOLD
    ]


if __name__ == "__main__":
    main()
