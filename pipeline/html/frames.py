"""Messages through a pipe: a length, then so many bytes."""

import struct
from typing import BinaryIO

_LENGTH = struct.Struct("<Q")


def write_frame(pipe: BinaryIO, message: bytes) -> None:
    """Send a message. Raises `BrokenPipeError` where nobody reads any more."""
    pipe.write(_LENGTH.pack(len(message)))
    pipe.write(message)
    pipe.flush()


def read_frame(pipe: BinaryIO) -> bytes | None:
    """The next message; None where the other side has ended, be it in the middle of one."""
    head = pipe.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (size,) = _LENGTH.unpack(head)
    message = pipe.read(size)
    return message if len(message) == size else None
