"""dolma: its taggers, called for each document. python run_dolma.py JSONL_FOLDER SCRATCH

Without its runner, whose pool of processes takes some seconds to start, and without its gzip.
"""

from collections.abc import Callable

from documents import Results
from dolma.core.data_types import Document
from dolma.core.registry import TaggerRegistry


def main() -> None:
    results = Results()
    for name in ("gopher_v2", "c4_v2"):
        results.each(f"dolma {name}", "the tagger alone, no files", tagger(name))
    results.say()


def tagger(name: str) -> Callable[[str], object]:
    made = TaggerRegistry.get(name)()
    return lambda text: made.predict(Document(id="0", text=text, source="novels"))


if __name__ == "__main__":
    main()
