"""docs/inspect.md names all that the command can say to scripts."""

from dataclasses import fields

from pipeline.inspect.findings import Findings
from tests.conftest import ROOT


def test_every_name_is_on_the_page() -> None:
    page = (ROOT / "docs" / "inspect.md").read_text()
    for name in [*(each.name for each in fields(Findings)), "recipe"]:
        assert f"`{name}`" in page, name
