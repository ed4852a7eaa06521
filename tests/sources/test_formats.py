"""The table of formats, and its page."""

import re
from pathlib import Path

import pytest

from pipeline import schema
from pipeline.sources import formats
from pipeline.sources import signatures as sign
from pipeline.sources.formats import FORMATS, Format
from tests.conftest import ROOT
from tests.sources.reading import read, texts

PAGE = (ROOT / "docs" / "formats.md").read_text()


def test_the_page_names_every_suffix() -> None:
    for each in FORMATS:
        for suffix in each.suffixes:
            assert f"`{suffix}`" in PAGE, f"docs/formats.md does not name {suffix}"


def test_the_page_says_which_formats_are_read_in_parts() -> None:
    table = PAGE.partition("## Formats")[2].partition("## Packings")[0]
    for row in re.findall(r"^\|.*\|$", table, re.MULTILINE)[2:]:
        cells = row.split("|")
        for each in FORMATS:
            if any(f"`{suffix}`" in cells[2] for suffix in each.suffixes):
                assert bool(cells[5].strip()) == (each.cut is not None), each.name


def test_the_example_of_the_page_is_a_reader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, _, example = PAGE.partition("<!-- example:")
    (tmp_path / "fortune.py").write_text(example.partition("```python\n")[2].partition("```")[0])
    monkeypatch.syspath_prepend(tmp_path)
    from fortune import read_fortune  # type: ignore[import-not-found]

    fortune = Format("fortune", sign.never, read_fortune, (".fortune",))
    monkeypatch.setattr(formats, "FORMATS", (fortune, *FORMATS))
    raw = b"All is well.\n%\nAll is\nwell that ends.\n%\n" + b"x" * 99 + b"\n%\nEnd.\n"
    found = read(raw, "a.fortune", max_record_bytes=50)
    assert texts(found) == ["All is well.", "All is\nwell that ends.", None, "End."]
    assert [record.verdict for record in found] == [None, None, schema.OVERSIZE, None]
    assert [record.number for record in found] == [1, 2, 3, 4]
