"""Zstandard, with the dictionary that a web archive may bring along.

What belongs here: the dictionary in the first frame of a `.warc.zst`, as IIPC's draft describes it
(https://iipc.github.io/warc-specifications/specifications/warc-zstd/). What does not: unpacking
(packed).
"""

import struct
from collections.abc import Iterator

from pipeline.sources.archives.packed import ZSTD, Unpacked, reader_of, zstd_with
from pipeline.sources.raw import RawFile, Unreadable, Unsafe
from pipeline.sources.settings import IngestSettings

_FRAME = struct.Struct("<4sI")
_MARK = b"\x5d\x2a\x4d\x18"  # a frame to be skipped by those who do not know what is in it
_MAX_BYTES = 32 * 1024 * 1024
_read_plain = reader_of(ZSTD)


def read_zstd(raw: RawFile, settings: IngestSettings) -> Iterator[RawFile]:
    """What is in the file. Raises `Unreadable` where its dictionary cannot be read."""
    if not raw.head().startswith(_MARK):
        yield from _read_plain(raw, settings)
        return
    frame = raw.stream.read(_FRAME.size)
    size = _FRAME.unpack(frame)[1] if len(frame) == _FRAME.size else 0
    if size > _MAX_BYTES:
        raise Unsafe(f"its Zstandard dictionary has {size} bytes, more than {_MAX_BYTES}")
    dictionary = raw.stream.read(size)
    if not size or len(dictionary) < size:
        raise Unreadable("the file ends within its Zstandard dictionary")
    packing = zstd_with(dictionary, _MAX_BYTES)
    yield raw.unpacked(ZSTD.suffixes, Unpacked(raw.stream, packing, raw.limits))
