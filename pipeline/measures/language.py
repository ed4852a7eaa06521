"""The language of a text, by langdetect, always with the same answer for the same text.

What belongs here: the only door to langdetect, and its settings.
What does not: deciding what to do with a text in the wrong language (verdicts).
"""

from dataclasses import dataclass
from functools import cache

from langdetect.detector_factory import PROFILES_DIRECTORY, DetectorFactory
from langdetect.lang_detect_exception import LangDetectException

UNDETERMINED = "und"
# langdetect draws n-grams at random; a fixed seed makes its answer a function of the text.
_SEED = 0


@dataclass(frozen=True)
class LanguageSettings:
    """Which languages a corpus is to hold.

    wanted: ISO 639-1 codes as langdetect names them (zh-cn and zh-tw for Chinese); none: all.
    min_score: with `wanted`, a text whose language is less certain than this is rejected.
    """

    wanted: tuple[str, ...] = ()
    min_score: float = 0.65

    def __post_init__(self) -> None:
        if not 0 <= self.min_score <= 1:
            raise ValueError("min_score must be between 0 and 1")
        if unknown := sorted(set(self.wanted) - set(languages())):
            raise ValueError(
                f"wanted names unknown languages {', '.join(unknown)}; "
                f"known are {', '.join(languages())}"
            )


def languages() -> tuple[str, ...]:
    """Every language that `detect` can name, sorted."""
    return tuple(sorted([*_factory().get_lang_list(), UNDETERMINED]))


def detect(text: str) -> tuple[str, float]:
    """(language, score) of a text; `und` with score 0 where it has no letters to go by."""
    if not any(map(str.isalpha, text)):
        return UNDETERMINED, 0.0  # langdetect would guess by the blanks
    detector = _factory().create()
    detector.append(text)
    try:
        best = detector.get_probabilities()
    except LangDetectException:  # "No features in text"
        return UNDETERMINED, 0.0
    # A sum of rounded shares can come out a little above 1.
    return (best[0].lang, min(1.0, best[0].prob)) if best else (UNDETERMINED, 0.0)


@cache
def _factory() -> DetectorFactory:
    """Langdetect's own profiles, loaded once a process."""
    factory = DetectorFactory()
    factory.load_profile(PROFILES_DIRECTORY)
    factory.set_seed(_SEED)
    return factory
