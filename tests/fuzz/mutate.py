"""Damage: bytes flipped, cut, repeated, spliced with another file's, before packing and after."""

from collections.abc import Callable, Iterator
from random import Random

from tests.fuzz.seeds import FILES, PACKINGS

# What readers take for lengths, marks and ends.
_TELLING = [
    b"\0",
    b"\xff",
    b"\n",
    b"\r\n",
    b'"',
    b"\\",
    b"{",
    b"[",
    b"]",
    b"<",
    b"PK\x03\x04",
    b"-1",
]
_TELLING += [b"\x1f\x8b\x08\0", b"WARC/1.0\r\n", b"From a@b Sun Nov 22 10:00:00 2026\n", b"9" * 20]
_TELLING += [
    b"-1",
    b"\x1b$B",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xc3",
    b"\xe2\x82",
    b"=?",
    b"--cut",
    b",",
]


def inputs(seed: int) -> Iterator[tuple[str, bytes]]:
    """(name, bytes) without end, the same for the same seed."""
    random = Random(seed)
    names = sorted(FILES)
    while True:
        name = random.choice(names)
        raw = FILES[name]
        if random.random() < 0.8:
            raw = _damaged(raw, random)
        for _ in range(random.choice([0, 0, 1, 1, 2])):
            suffix = random.choice(sorted(PACKINGS))
            name, raw = name + suffix, PACKINGS[suffix](raw)
            if random.random() < 0.4:
                raw = _damaged(raw, random)
        if random.random() < 0.2:  # a name that says something else
            name = "x" + random.choice([".txt", ".jsonl", ".csv", ".json", ".gz", ".bin", ""])
        yield name, raw


def _damaged(raw: bytes, random: Random) -> bytes:
    for _ in range(random.choice([1, 1, 2, 4, 16])):
        raw = random.choice(_WAYS)(raw, random)
    return raw


def _place(raw: bytes, random: Random) -> int:
    return random.randrange(len(raw) + 1)


def _stretch(raw: bytes, random: Random) -> bytes:
    start = _place(raw, random)
    return raw[start : start + int(random.expovariate(1 / 40)) + 1]


def _flip(raw: bytes, random: Random) -> bytes:
    if not raw:
        return raw
    at = random.randrange(len(raw))
    return raw[:at] + bytes([raw[at] ^ 1 << random.randrange(8)]) + raw[at + 1 :]


def _set(raw: bytes, random: Random) -> bytes:
    if not raw:
        return raw
    at = random.randrange(len(raw))
    return raw[:at] + bytes([random.randrange(256)]) + raw[at + 1 :]


def _cut_off(raw: bytes, random: Random) -> bytes:
    return raw[: _place(raw, random)]


def _take_out(raw: bytes, random: Random) -> bytes:
    at = _place(raw, random)
    return raw[:at] + raw[at + int(random.expovariate(1 / 20)) + 1 :]


def _repeat(raw: bytes, random: Random) -> bytes:
    at = _place(raw, random)
    return raw[:at] + _stretch(raw, random) * random.choice([1, 1, 2, 50]) + raw[at:]


def _splice(raw: bytes, random: Random) -> bytes:
    other = FILES[random.choice(sorted(FILES))]
    at, there = _place(raw, random), _place(other, random)
    return raw[:at] + other[there:] if random.random() < 0.5 else raw[:at] + other + raw[at:]


def _insert(raw: bytes, random: Random) -> bytes:
    at = _place(raw, random)
    return raw[:at] + random.choice(_TELLING) + raw[at:]


_WAYS: list[Callable[[bytes, Random], bytes]] = [
    _flip,
    _set,
    _cut_off,
    _take_out,
    _repeat,
    _splice,
    _insert,
]
