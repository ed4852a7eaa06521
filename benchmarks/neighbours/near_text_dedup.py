"""text-dedup: its MinHash with verification. python near_text_dedup.py JSONL SCRATCH

Its own words (lower case, cut at what is no letter, digit or underscore) in runs of five; 14 bands
of 8; pairs of a cluster are verified at 0.75. What has fewer than five words is left out of its
output, and counts as dropped.
"""

import json
import logging
import pickle

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
    answers = Answers()
    with answers.timed("read, sign, cluster, verify, write"):
        minhash.main(load_config_from_toml(settings))
    # Written by the line above.
    clusters = pickle.loads((folder / "out" / "clusters.pickle").read_bytes())
    ids, texts = documents()
    answers.found["clusters"] = {ids[at]: str(cluster) for at, cluster in clusters.items()}
    answers.found["dropped"] = {
        ids[at]: ids[cluster] for at, cluster in clusters.items() if at != cluster
    }
    answers.say(len(texts))


if __name__ == "__main__":
    main()
