"""The encoding of a file of many records, decided once.

What belongs here: a stream that looks at its bytes as they go by, until the first that are no ASCII
say what they are in. What does not: encodings themselves (decode), UTF-16 and UTF-32 (wide).
"""

import re
from io import BufferedReader

from pipeline.decode import Decoded, Undecodable, decode
from pipeline.sources.raw import HEAD_BYTES, Unreadable

_CHUNK = 256 * 1024
_CONTEXT = 1024  # before the first byte that is no ASCII: detectors look at letters, too
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_CUT_OFF = 3  # of a character in UTF-8, by the end of a sample
_UTF8 = Decoded("", "utf-8", "utf-8", 1.0, byte_order_mark=False, lossless=True)


class Sampled:
    """A stream of bytes that is read forwards, and the encoding that they are in.

    encoding: known once a byte that is no ASCII has been read; None until then. The 64 kB from
    that byte on, and 1 kB before, decide, so it does not matter how the bytes come.
    """

    def __init__(self, stream: BufferedReader, encoding: Decoded | None = None) -> None:
        self._stream = stream
        self._ahead = self._before = b""
        self._failed: Unreadable | None = None
        self.encoding = encoding

    def head(self) -> bytes:
        """The first 64 kB, which stay to be read; fewer where the stream ends before."""
        self._look_ahead(HEAD_BYTES)
        return self._ahead[:HEAD_BYTES]

    def skip(self, size: int) -> None:
        """Leave out so many bytes of the head."""
        self._ahead = self._ahead[size:]

    def read(self, size: int) -> bytes:
        """Up to so many bytes, or more; none at the end. Raises `Unreadable`."""
        if not self._ahead:
            self._look_ahead(1, size)
        chunk, self._ahead = self._ahead, b""
        if not chunk and self._failed:
            raise self._failed
        if self.encoding is None:
            found = _NOT_ASCII.search(chunk)
            ascii_ = chunk[: found.start()] if found else chunk
            self._before = (self._before + ascii_[-_CONTEXT:])[-_CONTEXT:]
            if found:
                self._ahead = chunk[found.start() :]
                self._look_ahead(HEAD_BYTES)
                self.encoding = _encoding_of(self._before, self._ahead[:HEAD_BYTES])
                chunk, self._ahead = ascii_ + self._ahead, b""
        return chunk

    def _look_ahead(self, wanted: int, size: int = _CHUNK) -> None:
        pieces, known = [self._ahead], len(self._ahead)
        while known < wanted and not self._failed:
            try:
                piece = self._stream.read1(size)
            except Unreadable as error:
                self._failed = error
                break
            if not piece:
                break
            pieces.append(piece)
            known += len(piece)
        self._ahead = b"".join(pieces)


def _encoding_of(before: bytes, sample: bytes) -> Decoded:
    """UTF-8 where most lines are that are no ASCII, else what `decode` finds.

    before: the ASCII that leads up to the sample.
    """
    lines = sample.split(b"\n")
    if len(sample) == HEAD_BYTES and len(lines) > 1:
        lines.pop()  # it goes on
    telling = [line for line in lines if not line.isascii()]
    if sum(map(_is_utf8, telling)) * 2 >= len(telling):
        return _UTF8
    try:
        return decode((before + b"\n".join(lines)).replace(b"\0", b""))
    except Undecodable:
        return _UTF8  # then each record says what is wrong with it


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.reason == "unexpected end of data" and error.start >= len(line) - _CUT_OFF
    return True
