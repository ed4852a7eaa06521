"""bifixer: its cleaning of single lines. python run_bifixer.py IN.json OUT.json

The steps of its program for one language (monofixer), in their order and with its defaults: the
orthography, which is its list of misspellings, alone; and after its repair of characters. Without
what is no repair of letters and would only hinder a comparison word by word: HTML tags, spaces and
punctuation, segmentation, hashes. As there, a line of more than 5,000 characters stays as it is.
"""

from collections.abc import Callable

from bifixer import restorative_cleaning as cleaning
from repairs import Repairs

LONGEST = 5000  # characters of a line, its end among them


def main() -> None:
    repairs = Repairs()
    cleaner = Cleaner(repairs.language)
    repairs.each("bifixer (orthography)", lambda text: by_line(text, cleaner.orthography))
    repairs.each("bifixer (characters, orthography)", lambda text: by_line(text, cleaner.both))
    repairs.say()


def by_line(text: str, call: Callable[[str], str]) -> str:
    return "\n".join(line if len(line) >= LONGEST else call(line) for line in text.split("\n"))


class Cleaner:
    """Its tables for one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.characters = cleaning.getCharsReplacements(language)
        self.replacements = cleaning.getReplacements(language)
        if not self.replacements:
            raise SystemExit(f"bifixer brings no misspellings for {language!r}")
        self.parted = cleaning.getDetokenizations(language)

    def orthography(self, line: str) -> str:
        return cleaning.ortho_detok_fix(line, self.replacements, self.parted)

    def both(self, line: str) -> str:
        return self.orthography(cleaning.fix(line, self.language, *self.characters))


if __name__ == "__main__":
    main()
