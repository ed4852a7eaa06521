"""Numbers in words."""

import pytest

from pipeline.report.amounts import about, counted, percent, size


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0, "0 %"),
        (1, "100 %"),
        (0.0001, "less than 0.1 %"),
        (0.0312, "3.1 %"),
        (0.5, "50 %"),
        (0.996, "99.6 %"),
        (0.99999, "more than 99.9 %"),
    ],
)
def test_percent(share: float, words: str) -> None:
    assert percent(share) == words


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (9_960, "10 kB"),
        (999_999, "1.0 MB"),
        (5_000_000_000, "5.0 GB"),
        (10**16, "10,000 TB"),
    ],
)
def test_size(count: int, words: str) -> None:
    assert size(count) == words


def test_about_and_counted() -> None:
    assert [about(count) for count in (0, 99, 104, 1_234_567)] == ["0", "99", "100", "1,200,000"]
    assert [counted(count, "file") for count in (0, 1, 1200)] == [
        "0 files",
        "1 file",
        "1,200 files",
    ]
    assert counted(2, "entry", "entries") == "2 entries"
