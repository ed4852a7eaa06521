"""How a kernel is compiled: by numba, without the GIL, and kept on disk.

What belongs here: the decorator, and where machine code is kept. What does not: any kernel.

numba looks for changes in a function's own file only, so machine code is kept in a folder named by
the text of all kernels: after any change it is made anew, and never taken from an older version.
"""

import hashlib
import os
import tempfile
import warnings
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import numba

P = ParamSpec("P")
R = TypeVar("R")
_HERE = Path(__file__).parent


class NotCached(RuntimeWarning):
    """Machine code cannot be kept on disk: each process compiles anew."""


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """The function as machine code, made at its first call and kept for later processes.

    Where no folder for it can be written, it is compiled in each process, with a warning.
    """
    folder = code_folder()
    config: Any = numba.config
    elsewhere = config.CACHE_DIR
    config.CACHE_DIR = str(folder or "")  # read once, when the function is decorated
    try:
        return numba.njit(cache=folder is not None, nogil=True, error_model="numpy")(function)
    finally:
        config.CACHE_DIR = elsewhere


@cache
def code_folder() -> Path | None:
    """Where machine code is kept; None where nothing can be written.

    `NUMBA_CACHE_DIR` where it is set, else beside the kernels, else in the user's cache folder.
    """
    named = os.environ.get("NUMBA_CACHE_DIR")
    user = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    places = [Path(named)] if named else [_HERE / "__pycache__"]
    if not named and not user.startswith("~"):  # as it does for a user without a home
        places.append(Path(user) / "corpus-hygiene")
    for place in places:
        folder = place / f"kernels-{_fingerprint()}"
        if _can_be_written(folder):
            return folder
    tried = " nor ".join(map(str, places))
    warnings.warn(
        f"cannot write to {tried}: kernels are compiled anew by each process, which takes some "
        "seconds; set NUMBA_CACHE_DIR to a folder that can be written",
        NotCached,
        stacklevel=3,
    )
    return None


def _fingerprint() -> str:
    digest = hashlib.sha256(numba.__version__.encode())
    for path in sorted(_HERE.glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def _can_be_written(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False
