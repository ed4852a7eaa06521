"""text-dedup: its MinHash, Parquet to disk. python run_text_dedup.py JSONL_FOLDER SCRATCH

Word 5-grams and a threshold of 0.75 with verification as ours; 112 permutations in 14 bands of 8.
"""

import json
import logging
import sys
import time
from pathlib import Path

from documents import Results, scratch
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
num_perm = 112
bands = 14
rows = 8
ngram_size = 5
threshold = 0.75
check_false_positive = true
num_proc = 1
[output]
output_dir = "{out}"
[debug]
enable_profiling = false
"""


def main() -> None:
    logging.disable(logging.CRITICAL)
    results = Results()
    folder = scratch()
    few = folder / "few.jsonl"
    few.write_text("".join(json.dumps({"text": text}) + "\n" for text in results.texts[:20]))
    dedup(folder / "warm-up", [str(few)])
    seconds = dedup(folder / "all", sorted(map(str, Path(sys.argv[1]).glob("*.jsonl"))))
    results.add("text-dedup minhash", seconds, "read, sign, cluster, verify, write")
    results.say()


def dedup(folder: Path, files: list[str]) -> float:
    """Seconds of a run."""
    folder.mkdir()
    settings = folder / "config.toml"
    settings.write_text(
        CONFIG.format(files=json.dumps(files), cache=folder / "cache", out=folder / "out")
    )
    config = load_config_from_toml(settings)
    started = time.perf_counter()
    minhash.main(config)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
