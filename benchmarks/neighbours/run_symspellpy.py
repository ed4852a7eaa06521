"""symspellpy: each word looked up by itself. python run_symspellpy.py IN.json OUT.json

`lookup` with its English dictionary, the best suggestion, the case of the word. Where it would do
harm that is not its judgement of a word, it gets help:
- what it knows nothing for stays as it is; told to include unknown words, it gives them in lower
  case even when it is to keep the case.
- what has no letter is not looked up, as numbers and lines of a table; nor what is longer in lower
  case (İ), on which giving back the case can fail.
- a word with ’ is looked up with ', the only one in its dictionary, and gets its own back.
"""

import re
from importlib.resources import files

from repairs import Repairs
from symspellpy import SymSpell, Verbosity

DICTIONARY = "frequency_dictionary_en_82_765.txt"
DISTANCES = (1, 2)
# Letters, digits and the | that stands for a letter, with apostrophes between them.
WORD = re.compile(r"(?:[^\W_]|\|)+(?:['’](?:[^\W_]|\|)+)*")


def main() -> None:
    repairs = Repairs()
    if repairs.language != "en":
        raise SystemExit(f"symspellpy brings no dictionary for {repairs.language!r}")
    for distance in DISTANCES:
        speller = Speller(distance)
        repairs.each(f"symspellpy (distance {distance})", speller.text)
    repairs.say()


class Speller:
    """distance: the most edits of a word; the dictionary is made for as many."""

    def __init__(self, distance: int) -> None:
        self.distance = distance
        self.symspell = SymSpell(max_dictionary_edit_distance=distance)
        path = files("symspellpy") / DICTIONARY
        if not self.symspell.load_dictionary(str(path), 0, 1, encoding="utf-8"):
            raise SystemExit(f"symspellpy comes without {DICTIONARY}")

    def text(self, text: str) -> str:
        return WORD.sub(self.word, text)

    def word(self, found: re.Match[str]) -> str:
        word = found[0]
        if not any(map(str.isalpha, word)) or len(word.lower()) != len(word):
            return word
        plain = word.replace("’", "'")
        suggestions = self.symspell.lookup(
            plain, Verbosity.TOP, max_edit_distance=self.distance, transfer_casing=True
        )
        if not suggestions or suggestions[0].term == plain:
            return word
        term = suggestions[0].term
        return term.replace("'", "’") if "’" in word else term


if __name__ == "__main__":
    main()
