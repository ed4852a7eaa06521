"""What of look-alike slips is repaired."""

from dataclasses import dataclass
from functools import cached_property

STRENGTHS = ("off", "safe", "ocr")


@dataclass(frozen=True)
class TypoSettings:
    """Which look-alike slips are repaired.

    strength: `safe` repairs what can hardly be anything else; `ocr`, for scanned material, knows
    more letters that are taken for each other and asks for less; `off` repairs nothing.
    allow: words of yours that no word list knows. They stay as they are, and slips of them are
    repaired.
    deny: words that are never touched, as they stand in the text. `hygiene typos` lists repairs.
    """

    strength: str = "safe"
    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()

    @cached_property
    def spared(self) -> frozenset[str]:
        """Words that are never touched, in small letters."""
        return frozenset(word.lower() for word in (*self.allow, *self.deny))

    def __post_init__(self) -> None:
        if self.strength not in STRENGTHS:
            raise ValueError(f"strength takes off, safe or ocr, not {self.strength!r}")
