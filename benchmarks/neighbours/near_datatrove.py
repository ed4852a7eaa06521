"""datatrove: MinHash in its four stages, one task. python near_datatrove.py JSONL SCRATCH

Words by `str.split`, the fastest tokenizer that one can pass to it, of its own normalised text, in
runs of five; 14 buckets of 8 hashes, which is its default. It verifies nothing, so there is no
threshold to set.
"""

import struct
from pathlib import Path

from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.dedup import (
    MinhashDedupBuckets,
    MinhashDedupCluster,
    MinhashDedupFilter,
    MinhashDedupSignature,
)
from datatrove.pipeline.dedup.minhash import MinhashConfig
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers import JsonlWriter
from datatrove.utils.logging import logger
from datatrove.utils.word_tokenizers import WordTokenizer
from near import BANDS, ROWS, SHINGLE, Answers, documents, given, scratch

CONFIG = MinhashConfig(n_grams=SHINGLE, num_buckets=BANDS, hashes_per_bucket=ROWS)


class Split(WordTokenizer):
    """`str.split`."""

    def word_tokenize(self, text: str) -> list[str]:
        return text.split()

    def sent_tokenize(self, text: str) -> list[str]:
        return text.splitlines()

    def span_tokenize(self, text: str) -> list[tuple[int, int]]:
        return [(0, len(text))]


def main() -> None:
    logger.remove()
    answers, folder = Answers(), scratch()
    reader = JsonlReader(str(given().parent), glob_pattern=given().name)
    with answers.timed("signatures"):
        run(
            folder / "logs-1",
            [
                reader,
                MinhashDedupSignature(str(folder / "signed"), config=CONFIG, language=Split()),
            ],
        )
    with answers.timed("buckets, clusters, filter"):
        run(
            folder / "logs-2",
            [MinhashDedupBuckets(str(folder / "signed"), str(folder / "met"), config=CONFIG)],
            tasks=BANDS,
        )
        clusters = MinhashDedupCluster(
            str(folder / "met"), str(folder / "remove"), config=CONFIG, save_cluster_id=True
        )
        run(folder / "logs-3", [clusters])
        run(
            folder / "logs-4",
            [reader, MinhashDedupFilter(str(folder / "remove")), JsonlWriter(str(folder / "out"))],
        )
    ids, _ = documents()
    removed = numbers(folder / "remove" / "000000.remove")
    pairs = numbers(folder / "remove" / "000000.clusters")
    answers.found["clusters"] = {
        ids[at]: str(cluster) for at, cluster in zip(pairs[::2], pairs[1::2], strict=True)
    }
    answers.found["dropped"] = {ids[at]: "" for at in removed}
    answers.say(len(ids))


def numbers(path: Path) -> tuple[int, ...]:
    """The file's 32-bit numbers; none where it was not written, since nothing was found."""
    data = path.read_bytes() if path.exists() else b""
    return struct.unpack(f"<{len(data) // 4}I", data)


def run(logs: Path, pipeline: list[object], tasks: int = 1) -> None:
    LocalPipelineExecutor(pipeline, tasks=tasks, workers=1, logging_dir=str(logs)).run()


if __name__ == "__main__":
    main()
