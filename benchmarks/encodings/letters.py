"""`python -m benchmarks.encodings.letters`: which letter follows which, by language.

What belongs here: counting letter pairs and ideographs, and writing pipeline/decode/letters.npz.
What does not: how the counts are used (pipeline/decode/likelihood.py), how good that is (page).

The counts come from the word lists of wordfreq and, for languages that it lacks, from the profiles
of langdetect; a list of words with their frequencies is read as running text, a blank after each.
Of languages in neither, only the letters are known (`_LETTERS`). No text is kept, and none of the
texts that the benchmark measures with is read. Writes the same bytes every time.
"""

import gzip
import json
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

import msgpack
import numpy as np
import wordfreq
from langdetect.detector_factory import PROFILES_DIRECTORY
from numpy.typing import NDArray

from benchmarks.novels import ROOT

FILE = ROOT / "pipeline" / "decode" / "letters.npz"
STEPS = 16  # costs are kept in sixteenths of a nat
NEVER = 255
_BLANK = " "
_LEAST = 2e-7  # pairs that are rarer are left out

_LISTED = (
    "ar bg ca cs da de el en es fa fi fil fr he hu id is it lt lv mk ms nb nl pl pt ro ru sh "
    "sk sl sv tr uk ur vi"
)
_PROFILED = "af cy et sq so sw th"
_SCRIPT = {
    **dict.fromkeys(("ar", "fa", "ur"), "ARABIC"),
    **dict.fromkeys(("bg", "mk", "ru", "uk", "sr"), "CYRILLIC"),
    "el": "GREEK",
    "he": "HEBREW",
    "th": "THAI",
}
# Languages of which only the letters are known: a language that has the rest, and the share that
# each of its own letters has of a text, roughly.
_LETTERS: Mapping[str, tuple[str, Mapping[str, float]]] = {
    "az": ("tr", {"ə": 0.08}),
    "be": ("ru", {"і": 0.04, "ў": 0.02, "ё": 0.01}),
    "eo": ("latin", {"ĉ": 0.008, "ĝ": 0.006, "ĥ": 0.001, "ĵ": 0.001, "ŝ": 0.004, "ŭ": 0.008}),
    "fo": (
        "is",
        {"á": 0.03, "ð": 0.03, "í": 0.015, "ó": 0.01, "ú": 0.01, "ý": 0.005, "æ": 0.01, "ø": 0.02},
    ),
    "ga": ("latin", {"á": 0.025, "é": 0.01, "í": 0.02, "ó": 0.01, "ú": 0.01}),
    "kk": (
        "cyrillic",
        {
            "ә": 0.025,
            "ғ": 0.015,
            "қ": 0.03,
            "ң": 0.015,
            "ө": 0.01,
            "ұ": 0.01,
            "ү": 0.015,
            "һ": 0.002,
            "і": 0.04,
        },
    ),
    "mt": ("latin", {"ċ": 0.008, "ġ": 0.01, "ħ": 0.03, "ż": 0.008}),
    "se": (
        "latin",
        {"á": 0.04, "č": 0.01, "đ": 0.015, "ŋ": 0.003, "š": 0.01, "ŧ": 0.003, "ž": 0.004},
    ),
    "tg": ("cyrillic", {"ғ": 0.008, "ӣ": 0.02, "қ": 0.02, "ӯ": 0.008, "ҳ": 0.02, "ҷ": 0.015}),
    "tt": ("cyrillic", {"ә": 0.06, "ө": 0.015, "ү": 0.02, "җ": 0.005, "ң": 0.015, "һ": 0.01}),
}
# wordfreq writes Serbian in Latin letters.
_SERBIAN = (
    ("dž", "џ"),
    ("lj", "љ"),
    ("nj", "њ"),
    *zip("abvgdđežzijklmnoprstćufhcčš", "абвгдђежзијклмнопрстћуфхцчш", strict=True),
)
# cp1258 writes the tones of Vietnamese as marks of their own.
_TONES = "\u0300\u0301\u0303\u0309\u0323"
# The code pages of Central Europe have s and t with a cedilla where Romanian has a comma.
_CEDILLAS = str.maketrans("șț", "şţ")

Pairs = Counter[tuple[str, str]]


class Counts(NamedTuple):
    """What the file holds.

    languages: one a column. symbols: code points, folded. pairs: places of two symbols, a row.
    pair_costs, symbol_costs: -log of the share, in sixteenths of a nat; NEVER where unseen.
    ideographs, ideograph_costs: the same of Chinese (simplified, traditional), Japanese, Korean.
    """

    languages: NDArray[np.str_]
    symbols: NDArray[np.uint32]
    pairs: NDArray[np.uint16]
    pair_costs: NDArray[np.uint8]
    symbol_costs: NDArray[np.uint8]
    ideographs: NDArray[np.uint32]
    ideograph_costs: NDArray[np.uint8]


def _is_letter(char: str) -> bool:
    return unicodedata.category(char)[0] in "LM"


def _of_words(words: Iterable[tuple[str, float]]) -> Pairs:
    pairs: Pairs = Counter()
    for word, share in words:
        if all(_is_letter(char) or char in "'’-" for char in word):
            folded = [char.lower()[0] if _is_letter(char) else _BLANK for char in word]
            before = _BLANK
            for char in [*folded, _BLANK]:
                if before != _BLANK or char != _BLANK:
                    pairs[before, char] += share
                before = char
    return pairs


def _of_profile(language: str) -> Pairs:
    pairs: Pairs = Counter()
    profile = json.loads((Path(PROFILES_DIRECTORY) / language).read_bytes())
    for gram, count in profile["freq"].items():
        if len(gram) == 2 and all(char == _BLANK or _is_letter(char) for char in gram):
            first, second = (char if char == _BLANK else char.lower()[0] for char in gram)
            pairs[first, second] += count
    return pairs


def _serbian(word: str) -> str:
    for latin, cyrillic in _SERBIAN:
        word = word.replace(latin, cyrillic)
    return word


def _with_tones_apart(word: str) -> str:
    apart = ""
    for char in word:
        whole = unicodedata.normalize("NFD", char)
        rest = "".join(part for part in whole if part not in _TONES)
        apart += unicodedata.normalize("NFC", rest)
        apart += "".join(part for part in whole if part in _TONES)
    return apart


def _in_script(pairs: Pairs, language: str) -> Pairs:
    """The pairs without letters of other scripts, as shares."""
    script = _SCRIPT.get(language.split("-")[0], "LATIN")

    def mine(char: str) -> bool:
        marks = unicodedata.category(char)[0] != "L"
        return marks or unicodedata.name(char, "?").split()[0] == script

    kept = {pair: count for pair, count in pairs.items() if all(map(mine, pair))}
    return _shares(kept)


def _shares(pairs: Mapping[tuple[str, str], float]) -> Pairs:
    total = sum(pairs.values())
    return Counter({pair: n / total for pair, n in pairs.items() if n / total > _LEAST})


def _mean(some: Iterable[Pairs]) -> Pairs:
    mean: Pairs = Counter()
    some = list(some)
    for pairs in some:
        for pair, share in pairs.items():
            mean[pair] += share / len(some)
    return mean


def _with_letters(base: Pairs, letters: Mapping[str, float]) -> Pairs:
    """The base with letters of its own: before and after them what stands about any letter."""
    pairs: Pairs = Counter()
    before: Counter[str] = Counter()
    after: Counter[str] = Counter()
    for (first, second), share in base.items():
        pairs[first, second] += share * (1 - sum(letters.values()))
        before[first] += share
        after[second] += share
    for letter, part in letters.items():
        for char, share in before.items():
            pairs[char, letter] += part * share
        for char, share in after.items():
            pairs[letter, char] += part * share
    return _shares(pairs)


def pairs_of_languages() -> dict[str, Pairs]:
    """The letter pairs of each language, and of the scripts that have several."""
    words = {
        name: list(wordfreq.get_frequency_dict(name, "small").items()) for name in _LISTED.split()
    }
    words["sr"] = [(_serbian(word), share) for word, share in words["sh"]]
    words["vi-1258"] = [(_with_tones_apart(word), share) for word, share in words["vi"]]
    words["ro-cedilla"] = [(word.translate(_CEDILLAS), share) for word, share in words["ro"]]
    found = {name: _in_script(_of_words(some), name) for name, some in words.items()}
    found |= {name: _in_script(_of_profile(name), name) for name in _PROFILED.split()}
    latin = [name for name in found if name not in _SCRIPT and "-" not in name]
    found["latin"] = _mean(found[name] for name in latin)
    for script in ("CYRILLIC", "ARABIC"):
        found[script.lower()] = _mean(found[name] for name, its in _SCRIPT.items() if its == script)
    for name, (base, letters) in _LETTERS.items():
        found[name] = _with_letters(found[base], letters)
    return dict(sorted(found.items()))


def ideographs() -> dict[str, dict[str, float]]:
    """The share of each character beyond ASCII in Chinese, Japanese and Korean words."""
    found = {}
    for name in ("zh", "ja", "ko"):
        shares: Counter[str] = Counter()
        for word, share in wordfreq.get_frequency_dict(name, "small").items():
            for char in word:
                if ord(char) > 0x7F and _is_letter(char):
                    shares[char] += share
        found[name] = {char: n / sum(shares.values()) for char, n in shares.items()}
    return {"zh": found["zh"], "zh-hant": _traditional(found["zh"])} | found


def _traditional(simplified: Mapping[str, float]) -> dict[str, float]:
    """wordfreq's Chinese is simplified; its own table says what each character of Big5 became."""
    data = files("wordfreq") / "data" / "_chinese_mapping.msgpack.gz"
    table = msgpack.loads(gzip.decompress(data.read_bytes()), raw=False, strict_map_key=False)
    became: dict[str, list[str]] = {}
    for point in range(0x4E00, 0x9FA6):
        try:
            chr(point).encode("big5")
        except UnicodeEncodeError:
            continue
        became.setdefault(chr(point).translate(table), []).append(chr(point))
    shares = {}
    for plain, some in became.items():
        for char in some:  # where several became one, the one that stayed as it was is the rarer
            rare = 3 if len(some) > 1 and char == plain else 1
            shares[char] = simplified.get(plain, 0.0) / (len(some) * rare)
    total = sum(shares.values())
    return {char: share / total for char, share in shares.items() if share}


def counted() -> Counts:
    """All counts."""
    found = pairs_of_languages()
    pairs = sorted({pair for some in found.values() for pair in some})
    symbols = sorted({char for pair in pairs for char in pair})
    place = {char: n for n, char in enumerate(symbols)}
    row = {pair: n for n, pair in enumerate(pairs)}
    pair_costs = np.full((len(pairs), len(found)), NEVER, np.uint8)
    symbol_costs = np.full((len(symbols), len(found)), NEVER, np.uint8)
    for column, some in enumerate(found.values()):
        first: Counter[str] = Counter()
        second: Counter[str] = Counter()
        for (one, other), share in some.items():
            first[one] += share
            second[other] += share
        for pair, share in some.items():
            pair_costs[row[pair], column] = _cost(share / first[pair[0]])
        for char, share in second.items():
            symbol_costs[place[char], column] = _cost(share / sum(second.values()))
    known = ideographs()
    every = sorted({char for shares in known.values() for char in shares})
    ideograph_costs = np.full((len(every), len(known)), NEVER, np.uint8)
    for column, shares in enumerate(known.values()):
        for line, char in enumerate(every):
            if char in shares:
                ideograph_costs[line, column] = _cost(shares[char])
    return Counts(
        np.array(list(found)),
        np.array([ord(char) for char in symbols], np.uint32),
        np.array([(place[one], place[other]) for one, other in pairs], np.uint16),
        pair_costs,
        symbol_costs,
        np.array([ord(char) for char in every], np.uint32),
        ideograph_costs,
    )


def _cost(share: float) -> int:
    return min(NEVER - 1, round(-np.log(share) * STEPS))


if __name__ == "__main__":
    np.savez_compressed(FILE, **counted()._asdict())
    print(f"{FILE.relative_to(ROOT)}: {FILE.stat().st_size:,} bytes")
