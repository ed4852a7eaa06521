"""Items come as they were made, in order, and one is made while another is used."""

import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.engine.ahead import ahead


@given(st.lists(st.integers() | st.none()))
def test_items_come_in_order(items: list[int | None]) -> None:
    assert list(ahead(items)) == items


def test_the_next_is_made_while_the_last_is_used() -> None:
    made = threading.Semaphore(0)

    def items() -> Iterator[int]:
        for number in range(3):
            yield number
            made.release()

    coming = ahead(items())
    assert next(coming) == 0
    assert made.acquire(timeout=60), "the second item was not asked for"


def test_an_error_comes_after_what_was_made_before_it() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise ValueError("the second cannot be made")

    coming = ahead(items())
    assert next(coming) == 1
    with pytest.raises(ValueError, match="second"):
        next(coming)


def test_who_stops_early_leaves_no_thread() -> None:
    coming = ahead(iter(range(10)))
    next(coming)
    coming.close()  # type: ignore[attr-defined]
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("ahead")]
