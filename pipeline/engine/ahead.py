"""Reading and writing overlapped with work: the next item is made while the last one is used.

What belongs here: one thread and the one item that it is ahead. What does not: processes (pool).
"""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def ahead(items: Iterable[T]) -> Iterator[T]:
    """The same items in the same order. What making one raises is raised where it was wanted.

    It pays where both sides leave the interpreter's lock alone: files, Arrow, compiled kernels.
    """
    made = iter(items)
    with ThreadPoolExecutor(1, "ahead") as thread:
        coming = thread.submit(_next, made)
        while item := coming.result():
            coming = thread.submit(_next, made)
            yield item[0]


def _next(made: Iterator[T]) -> tuple[T] | None:
    """The next item in a tuple; None at the end."""
    for item in made:
        return (item,)
    return None
