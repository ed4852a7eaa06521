"""What the benchmark of encodings measures with: texts that are what they say, always the same."""

from pathlib import Path

import pytest

from benchmarks.encodings import texts


@pytest.mark.parametrize("codec", ["cp1251", "cp932", "utf-16-le", "utf-8"])
def test_cases_are_in_their_codec_and_no_longer_than_asked(shared: Path, codec: str) -> None:
    assert shared
    found = list(texts.cases(codec, 6))
    assert found == list(texts.cases(codec, 6))
    for case in found:
        assert case.text == case.raw.decode(codec)
        assert case.length is None or len(case.raw) <= case.length
        assert codec.startswith("utf") or not case.raw.isascii()


def test_mixtures_are_neither_utf8_nor_lost(shared: Path) -> None:
    assert shared
    for case in texts.mixtures(1):
        assert case.text
        with pytest.raises(UnicodeDecodeError):
            case.raw.decode()
