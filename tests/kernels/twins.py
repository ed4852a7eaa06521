"""What kernels compute, in plain Python: slow, short, and to be read."""

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
    """The least value of each permutation of the shingles' hashes (datasketch's `affine32`)."""
    mask = 0xFFFFFFFF
    least = [mask] * len(a)
    for shingle in shingles:
        h = hash_shingle(shingle) & mask
        h = (h ^ h >> 16) * 0x85EBCA6B & mask
        h = (h ^ h >> 13) * 0xC2B2AE35 & mask
        h ^= h >> 16
        least = [min(m, (x * h + y) & mask) for m, x, y in zip(least, a, b, strict=True)]
    return least


def band_key(minima: list[int], band: int) -> int:
    """The key of one band's minima."""
    value = band + 1
    for minimum in minima:
        value = (value ^ minimum) * 0x9E3779B97F4A7C15 & (2**64 - 1)
        value ^= value >> 29
    return value
