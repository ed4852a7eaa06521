"""What kernels compute, in plain Python: slow, short, and to be read."""

import re
from collections.abc import Callable

from pipeline.kernels.shingling import hash_shingle


def folded(text: str, fold: Callable[[str], str]) -> str:
    """Every character folded; blanks in a row are one, and none stands at either end."""
    return " ".join(word for word in "".join(map(fold, text)).split(" ") if word)


def shingles(text: str, words: int, chars: int, short: int, unspaced: set[str]) -> list[bytes]:
    """The shingles of a folded text, in order."""
    units = [word for word in text.split(" ") if word]
    letters = "".join(units)
    if 2 * sum(letter in unspaced for letter in letters) > len(letters):
        return runs(list(letters), chars, "")
    if len(units) < short:
        return runs(list(text), chars, "")
    return runs(units, words, " ")


def runs(units: list[str], size: int, between: str) -> list[bytes]:
    """All runs of `size` units."""
    return [
        between.join(units[at : at + size]).encode() for at in range(max(0, len(units) - size + 1))
    ]


def signature(shingles: list[bytes], a: list[int], b: list[int]) -> list[int]:
    """The signature of shingles, by the lower halves of their hashes; 0 counts as 1."""
    return minima([max(1, hash_shingle(shingle) & 0xFFFFFFFF) for shingle in shingles], a, b)


def minima(values: list[int], a: list[int], b: list[int]) -> list[int]:
    """The least value of each permutation of numbers (datasketch's `affine32`)."""
    mask = 0xFFFFFFFF
    least = [mask] * len(a)
    for h in values:
        h = (h ^ h >> 16) * 0x85EBCA6B & mask
        h = (h ^ h >> 13) * 0xC2B2AE35 & mask
        h ^= h >> 16
        least = [min(m, (x * h + y) & mask) for m, x, y in zip(least, a, b, strict=True)]
    return least


def sketch_bits(values: set[int]) -> set[int]:
    """Which bits the sketch of a set of shingles has: by the lowest thirteen of each."""
    return {value % (1 << 13) for value in values}


def band_key(minima: list[int], band: int) -> int:
    """The key of one band's minima."""
    value = band + 1
    for minimum in minima:
        value = (value ^ minimum) * 0x9E3779B97F4A7C15 & (2**64 - 1)
        value ^= value >> 29
    value = value * 0x9E3779B97F4A7C15 & (2**64 - 1)
    return value - value % 256 + band + 1


def folded_line(line: bytes) -> bytes:
    """A line as lines are compared: case, numbers and blanks of ASCII."""
    line = re.sub(rb"[ \t\r\v\f]+", b" ", line).strip(b" ")
    return re.sub(rb"[0-9]+", b"0", line).lower()


def line_hash(line: bytes, longest: int, no_letters: tuple[int, ...]) -> int:
    """The hash of a folded line; 0 where it is too long or without a letter."""
    letters = (b for b in line if 0x61 <= b <= 0x7A or (b >= 0xC0 and b not in no_letters))
    if len(line) > longest or not any(letters):
        return 0
    value = 0xCBF29CE484222325
    for byte in line:
        value = (value ^ byte) * 0x100000001B3 & _MASK
    return max(mixed(value), 1)


def mixed(value: int) -> int:
    """SplitMix64's finaliser."""
    value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9 & _MASK
    value = (value ^ value >> 27) * 0x94D049BB133111EB & _MASK
    return value ^ value >> 31


def body(lines: list[tuple[int, int]], prose: int) -> int:
    """The fingerprint of a text, of whose lines hash and size are given."""
    counted = {(hashed, size) for hashed, size in lines if hashed}
    long = {(hashed, size) for hashed, size in counted if size >= prose} or counted
    least = sorted(long, key=lambda line: (((line[0] >> 11) + 1) / line[1], line[0]))[:4]
    value = 0
    for part in sorted({hashed & 0xFFFF or 1 for hashed, _ in least}):
        value = value << 16 | part
    return value


def sketch(bodies: list[int], most: int) -> list[int]:
    """Of the different bodies those whose mixed values are least, in that order."""
    return sorted(set(bodies), key=mixed)[:most]


def unlike(bodies: list[int], spared: int) -> int:
    """In how many groups bodies fall that share half of their lines or more, one line left out."""
    parts = [
        {value >> shift & 0xFFFF for shift in (0, 16, 32, 48)} - {0, spared} for value in bodies
    ]
    groups: list[list[set[int]]] = []
    for one in parts:
        like = [g for g in groups if any(2 * len(one & two) >= len(one | two) for two in g)]
        groups = [g for g in groups if g not in like] + [[one, *(two for g in like for two in g)]]
    return len(groups)


_MASK = 2**64 - 1
