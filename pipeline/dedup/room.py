"""Room for arrays: in memory as long as there is some, then in files.

What belongs here: where an array lies. What does not: what is in it, how large numbers of them are
sorted (sorting).
"""

import os
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any
from weakref import finalize

import numpy as np
from numpy.typing import NDArray


class Room:
    """Makes arrays: together they take no more than `most` bytes of memory at a time. Those that
    find no place there lie in files without a name, where the system lets go of what is not in use.

    folder: of these files; one for what is temporary may be memory itself.
    """

    def __init__(self, folder: Path, most: int) -> None:
        self._folder, self._left = folder, most

    def __call__(self, count: int, kind: Any) -> NDArray[Any]:
        """An array of so many numbers of this kind, not set. Raises `OSError` where the disk is
        full.
        """
        size = count * np.dtype(kind).itemsize
        if not count or size <= self._left:
            array = np.empty(count, kind)
            self._left -= size
            finalize(array, self._give_back, size)
            return array
        with TemporaryFile(dir=self._folder) as file:
            if hasattr(os, "posix_fallocate"):  # else a full disk would kill who writes to it
                try:
                    os.posix_fallocate(file.fileno(), 0, size)
                except OSError as error:
                    told = f"{error.strerror} for {size:,} bytes, to compare documents in a file"
                    raise OSError(error.errno, told, str(self._folder)) from error
            return np.asarray(np.memmap(file, kind, "w+", shape=count))

    def _give_back(self, size: int) -> None:
        self._left += size
