"""The labelled files of the shared data: at least as many as promised, and every binary refused."""

from pathlib import Path

import pytest

from pipeline.decode import Undecodable, decode

AT_LEAST = 462


def test_labelled_files(shared: Path) -> None:
    right, wrong = 0, []
    for path in sorted((shared / "data" / "encodings-char-dataset").glob("*/*")):
        codec = path.parent.name.replace("windows_", "cp").replace("ibm", "cp")
        raw = path.read_bytes()
        if codec == "None":
            with pytest.raises(Undecodable):
                decode(raw)
        elif decode(raw).text == raw.decode(codec).removeprefix("\ufeff"):
            right += 1
        else:
            wrong.append(f"{path.parent.name}/{path.name}")
    assert right >= AT_LEAST, wrong
