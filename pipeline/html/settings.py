"""Settings of reading web pages."""

from dataclasses import dataclass
from importlib.util import find_spec

OFF = "off"
# By the module that each needs; all but the first are in the extra `extractors`.
EXTRACTORS = {
    "trafilatura": "trafilatura",
    "resiliparse": "resiliparse",
    "readability": "readability",
}


@dataclass(frozen=True)
class HtmlSettings:
    """What becomes of web pages; docs/html.md compares the extractors.

    extractor: which library picks the article: `trafilatura`, `resiliparse` or `readability` (the
    last two come with `pip install "corpus-hygiene[extractors]"`); `off` leaves HTML as it is.
    seconds: a page that takes more computing time than this is rejected as failed:html.
    """

    extractor: str = "trafilatura"
    seconds: float = 20.0

    def __post_init__(self) -> None:
        if self.extractor not in (*EXTRACTORS, OFF):
            raise ValueError(f"extractor takes {', '.join(EXTRACTORS)} or {OFF}")
        if self.extractor != OFF and find_spec(EXTRACTORS[self.extractor]) is None:
            raise ValueError(
                f"extractor = {self.extractor!r} is not installed; "
                'pip install "corpus-hygiene[extractors]" brings it'
            )
        if not 0 < self.seconds <= 3600:
            raise ValueError("seconds must be more than 0 and at most 3600")
