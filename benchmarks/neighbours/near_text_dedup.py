"""text-dedup: its MinHash with verification. python near_text_dedup.py JSONL SCRATCH

Its own words (lower case, cut at what is no letter, digit or underscore) in runs of five; 14 bands
of 8; pairs of a cluster are verified at 0.75. What has fewer than five words is left out of its
output, and counts as dropped.
"""

import json
import logging
import pickle

from datasets import load_from_disk
from near import BANDS, PERMUTATIONS, ROWS, SHINGLE, THRESHOLD, Answers, documents, given, scratch
from text_dedup import minhash
from text_dedup.config.base import load_config_from_toml

CONFIG = """
[input]
input_type = "local_files"
file_type = "json"
[input.read_arguments]
path = "json"
split = "train"
data_files = {files}
cache_dir = "{cache}"
[algorithm]
algorithm_name = "minhash"
text_column = "text"
num_perm = {permutations}
bands = {bands}
rows = {rows}
ngram_size = {shingle}
threshold = {threshold}
check_false_positive = true
num_proc = 1
[output]
output_dir = "{out}"
save_clusters = true
[debug]
enable_profiling = false
"""


def main() -> None:
    logging.disable(logging.CRITICAL)
    folder = scratch()
    settings = folder / "config.toml"
    settings.write_text(
        CONFIG.format(
            files=json.dumps([str(given())]),
            cache=folder / "cache",
            out=folder / "out",
            permutations=PERMUTATIONS,
            bands=BANDS,
            rows=ROWS,
            shingle=SHINGLE,
            threshold=THRESHOLD,
        )
    )
    config = load_config_from_toml(settings)
    answers = Answers()
    with answers.timed("read, sign, cluster, verify, write"):
        minhash.main(config)
    # Written by the line above.
    clusters = pickle.loads((folder / "out" / "clusters.pickle").read_bytes())
    kept = set(load_from_disk(folder / "out")[config.algorithm.internal_index_column])
    ids, _ = documents()
    answers.found["clusters"] = {ids[at]: str(cluster) for at, cluster in clusters.items()}
    answers.found["dropped"] = {
        doc: ids[clusters[at]] if at in clusters else ""
        for at, doc in enumerate(ids)
        if at not in kept
    }
    answers.say(len(ids))


if __name__ == "__main__":
    main()
