"""Compressed files: gzip, bzip2, xz, Zstandard and LZ4, member after member.

What belongs here: unpacking a stream piece by piece, whatever it is packed with, up to where it is
torn. What does not: archives of many files (zipped, tarred), what the bytes mean (other readers).
"""

import bz2
import lzma
import zlib
from collections.abc import Callable, Iterator
from io import RawIOBase
from typing import Any, BinaryIO, NamedTuple, Protocol

import brotli
import lz4.frame
import zstandard

from pipeline.sources.limits import Limits, TooMuch
from pipeline.sources.raw import RawFile, Unreadable, Unsafe
from pipeline.sources.settings import IngestSettings

# What comes out at once, at most.
_PIECE = 256 * 1024
_CHUNK = 64 * 1024
_ZSTD_FRAME = b"\x28\xb5\x2f\xfd"
# Small, since every four bytes may unpack to a block of 128 kB, and the library gives all at once.
_ZSTD_CHUNK = 256


class _Unpacker(Protocol):
    """One member of a compressed stream."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes | None: ...
    @property
    def needs_input(self) -> bool: ...
    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


class _Zlib:
    """zlib with the manners of the others: it holds what it has not unpacked yet."""

    def __init__(self, window: int) -> None:
        self._inner = zlib.decompressobj(window)

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    @property
    def needs_input(self) -> bool:
        return not self._inner.unconsumed_tail

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        return self._inner.decompress(self._inner.unconsumed_tail + data, max_length)


class _Zstd:
    """Zstandard with the manners of the others."""

    needs_input = True

    def __init__(self, dictionary: zstandard.ZstdCompressionDict | None = None) -> None:
        self._inner = zstandard.ZstdDecompressor(dict_data=dictionary).decompressobj()

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        del max_length  # the library knows none
        return self._inner.decompress(data)


class _Brotli:
    """Brotli with the manners of the others."""

    unused_data = b""

    def __init__(self) -> None:
        self._inner = brotli.Decompressor()

    @property
    def eof(self) -> bool:
        return bool(self._inner.is_finished())

    @property
    def needs_input(self) -> bool:
        return bool(self._inner.can_accept_more_data())

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        return bytes(self._inner.process(data, output_buffer_limit=max_length))


class Packing(NamedTuple):
    """A way of compressing.

    opens: makes an unpacker for the next member. errors: what it raises. chunk: bytes in at once.
    padding: what may follow the last member. single: there is one member, and what follows it is
    none.
    """

    name: str
    suffixes: tuple[str, ...]
    opens: Callable[[], _Unpacker]
    errors: tuple[type[Exception], ...]
    chunk: int = _CHUNK
    padding: bytes = b""
    single: bool = False


GZIP = Packing("gzip", (".gz", ".gzip"), lambda: _Zlib(31), (zlib.error,), padding=b"\0")
BZIP2 = Packing("bzip2", (".bz2",), bz2.BZ2Decompressor, (OSError, ValueError))
XZ = Packing(
    "xz",
    (".xz", ".lzma"),
    lambda: lzma.LZMADecompressor(memlimit=1024**3),
    (lzma.LZMAError,),
    padding=b"\0",
)
ZSTD = Packing("zstd", (".zst", ".zstd"), _Zstd, (zstandard.ZstdError,), chunk=_ZSTD_CHUNK)
DEFLATE = Packing("deflate", (), lambda: _Zlib(-15), (zlib.error,), single=True)
# Packings of HTTP, each of one member.
ONE_GZIP = GZIP._replace(padding=b"", single=True)
ZLIB = Packing("deflate", (), lambda: _Zlib(15), (zlib.error,), single=True)
BROTLI = Packing("Brotli", (), _Brotli, (brotli.error,), single=True)
LZ4 = Packing("lz4", (".lz4",), lz4.frame.LZ4FrameDecompressor, (RuntimeError, EOFError))


def reader_of(packing: Packing) -> Callable[[RawFile, IngestSettings], Iterator[RawFile]]:
    """The reader of files that are packed so: what is in them is the one thing that it yields."""

    def read(raw: RawFile, settings: IngestSettings) -> Iterator[RawFile]:
        del settings
        yield raw.unpacked(packing.suffixes, Unpacked(raw.stream, packing, raw.limits))

    return read


def zstd_with(dictionary: bytes, limit: int) -> Packing:
    """Zstandard by a dictionary, which may be packed itself and unpacks to `limit` bytes at most.

    Raises `Unreadable`.
    """
    if dictionary[:4] == _ZSTD_FRAME:
        try:
            unpacker = zstandard.ZstdDecompressor(max_window_size=limit).stream_reader(dictionary)
            dictionary = unpacker.read(limit)
        except zstandard.ZstdError as error:
            raise Unreadable(f"its Zstandard dictionary cannot be read: {_said(error)}") from error
    known = zstandard.ZstdCompressionDict(dictionary)
    return ZSTD._replace(opens=lambda: _Zstd(known))


class Unpacked(RawIOBase):
    """The bytes inside a compressed stream.

    What came before a tear is read first; then reading raises `Unreadable`, each time the same.
    resumes: whether there may be more behind it, as another kind of stream (gzipped) can tell.
    """

    resumes = False

    def __init__(self, file: BinaryIO | Any, packing: Packing, limits: Limits) -> None:
        self._file = file
        self._packing = packing
        self._errors: tuple[type[Exception], ...] = (EOFError, *packing.errors)
        self._limits = limits
        self._member: _Unpacker = packing.opens()
        self._begun = self._members = False  # within a member, after the first one
        self._rest = b""  # packed bytes not yet looked at
        self._in = self._out = 0
        self._ready = memoryview(b"")
        self._torn: Unreadable | None = None

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any, /) -> int:
        """As many bytes as there is room for, fewer only before the end or a tear."""
        filled = 0
        while filled < len(buffer):
            if not self._ready and not self._more(filled > 0):
                break
            size = min(len(buffer) - filled, len(self._ready))
            buffer[filled : filled + size] = self._ready[:size]
            self._ready = self._ready[size:]
            filled += size
        return filled

    def _more(self, something: bool) -> bool:
        """Unpack a piece. False at the end, and at a tear where there is `something` to give."""
        if self._torn is None:
            try:
                return self._unpack()
            except TooMuch as error:
                self._torn = self._unreadable(Unsafe, str(error))
            except Unreadable as error:  # of the stream that this one lies in
                error.goes_on = error.goes_on and self.resumes
                self._torn = error
            except self._errors as error:
                self._torn = self._unreadable(Unreadable, f"is torn: {_said(error)}")
                self._torn.goes_on = self.resumes
        if something:
            return False
        raise self._torn

    def _unreadable(self, kind: type[Unreadable], what: str) -> Unreadable:
        return kind(
            f"the {self._packing.name} stream {what}, at or before its byte {self._in} "
            f"({self._out} bytes had come out)"
        )

    def _unpack(self) -> bool:
        """Unpack until something comes out. False at the end of the last member."""
        while not self._ready:
            if self._member.eof:
                if self._packing.single:
                    return False
                self._rest = self._member.unused_data or b""
                self._member, self._begun, self._members = self._packing.opens(), False, True
            data = self._feed() if self._member.needs_input else b""
            if not data and not self._begun:
                return False
            ended = not data and self._member.needs_input
            self._begun = True
            piece = self._member.decompress(data, _PIECE)
            if ended and not piece and not self._member.eof:
                raise EOFError("it ends too early")
            self._out += len(piece)
            self._limits.bytes(self._in, self._out, len(piece))
            self._ready = memoryview(piece)
        return True

    def _feed(self) -> bytes:
        """The next packed bytes; what only fills up after a member is passed over."""
        while True:
            data = self._rest
            if not data:
                data = self._file.read(self._packing.chunk)
                self._in += len(data)
            self._rest = b""
            if not data or self._begun or not self._members:
                return data
            if data := data.lstrip(self._packing.padding):
                return data


def _said(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
