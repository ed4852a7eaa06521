"""Publishing: finished datasets take the place of the partition that readers see.

What belongs here: swapping folders atomically, finishing a commit that a crash cut short, the lock
that keeps two runs off one dump.
What does not: making datasets (engine), deciding to publish (run).

A commit is written down before it begins (`commit.json` in the dump's work folder). Whoever opens
the corpus next rolls it forward: what was to be published had been checked already.
"""

import ctypes
import errno
import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from pipeline.store.dataset import Dataset, StoreError, write_whole

_JOURNAL = "commit.json"
_AT_FDCWD = -100
_RENAME_EXCHANGE = 2  # linux/fs.h


class Busy(StoreError):
    """Another process works on the same dump."""


@contextmanager
def locked(work: Path) -> Iterator[None]:
    """Hold the dump's work folder; the system frees it when the process dies.

    The lock lies beside the folder, which may be removed by whoever holds it.
    Raises `Busy` where another process holds it.
    """
    with _lock_file(work.parent, f"{work.name}.lock") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Busy(
                f"another run works on this dump ({work}); wait for it or stop it"
            ) from error
        yield


@contextmanager
def in_turn(work: Path) -> Iterator[None]:
    """Hold a folder as `locked` does, but wait for whoever holds it."""
    with _lock_file(work.parent, f"{work.name}.lock") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def committing(out: Path) -> Iterator[None]:
    """Be the only one who publishes into the corpus; waits for whoever does."""
    with _lock_file(out / "_work", "corpus") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _lock_file(folder: Path, name: str) -> IO[str]:
    """A file to lock, in a folder whose name no dump can have."""
    place = folder / ".locks"
    place.mkdir(parents=True, exist_ok=True)
    return (place / name).open("a+")


def commit(work: Path, swaps: Mapping[Path, Path]) -> None:
    """Let each candidate folder take the place of its live folder: {candidate: live}.

    Every reader sees a folder as it was or as it becomes, and after a crash `roll_forward`
    does what is left. Raises `StoreError` where a candidate is unfinished.
    """
    journal = [
        [
            os.path.relpath(candidate, work),
            os.path.relpath(live, work),
            Dataset(candidate).fingerprint,
        ]
        for candidate, live in swaps.items()
    ]
    write_whole(work / _JOURNAL, json.dumps(journal).encode())
    # A live folder that is damaged may have the same fingerprint: all of them are swapped.
    _take_places(work, lambda _live, _fingerprint: False)


def finish_all(out: Path) -> None:
    """Finish every commit that a crash cut short; waits for whoever publishes.

    Where there is none nothing is written, so a corpus that can only be read stays readable.
    """
    if any((out / "_work").glob(f"*/{_JOURNAL}")):
        with committing(out):
            roll_all_forward(out)


def roll_forward(work: Path) -> None:
    """Finish a commit that was begun, if there is one; for whoever holds `committing`."""
    if (work / _JOURNAL).is_file():
        _take_places(work, _is)


def _take_places(work: Path, has_it: Callable[[Path, str], bool]) -> None:
    """Swap the folders that the journal names, but those that have their place already."""
    journal = work / _JOURNAL
    for new, old, fingerprint in json.loads(journal.read_bytes()):
        candidate, live = (work / new).resolve(), (work / old).resolve()
        if not has_it(live, fingerprint):
            if not candidate.is_dir():
                raise StoreError(
                    f"{journal} began to publish {candidate}, which is gone; "
                    f"remove {journal} and run the dump again"
                )
            _swap(candidate, live)
        shutil.rmtree(candidate, ignore_errors=True)
    journal.unlink()


def roll_all_forward(out: Path) -> None:
    """Finish every commit into the corpus that was begun; for whoever holds `committing`."""
    for journal in sorted((out / "_work").glob(f"*/{_JOURNAL}")):
        roll_forward(journal.parent)


def _is(folder: Path, fingerprint: str) -> bool:
    try:
        return Dataset(folder).fingerprint == fingerprint
    except StoreError:
        return False


def _swap(candidate: Path, live: Path) -> None:
    live.parent.mkdir(parents=True, exist_ok=True)
    if not live.exists():
        os.rename(candidate, live)
    elif not _exchange(candidate, live):
        aside = candidate.with_name(f"{candidate.name}.old")
        shutil.rmtree(aside, ignore_errors=True)
        os.rename(live, aside)  # for a moment readers see no partition, never half of one
        os.rename(candidate, live)
        shutil.rmtree(aside)
    _sync_folder(live.parent)


def _exchange(a: Path, b: Path) -> bool:
    """Swap two folders in one atomic step; false where the system cannot."""
    try:
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError):
        return False
    done = renameat2(_AT_FDCWD, os.fsencode(a), _AT_FDCWD, os.fsencode(b), _RENAME_EXCHANGE)
    if done == 0:
        return True
    code = ctypes.get_errno()
    if code in (errno.EINVAL, errno.ENOSYS):
        return False  # this file system, or this kernel
    raise OSError(code, os.strerror(code), str(b))


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
