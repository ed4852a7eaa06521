"""Looking at folders without a clock: time never passes, so every answer is the same."""

from collections.abc import Callable
from pathlib import Path

from pipeline.inspect.findings import Findings
from pipeline.inspect.inspecting import inspect
from pipeline.recipe import Recipe
from pipeline.sources.places.place import Folder

ENGLISH = (
    "The keeper of the lighthouse counts the ships that pass in the fog, and writes them down. "
)
GERMAN = "Die Imkerin hebt den Deckel vom Kasten und wartet, bis der Rauch sich verzogen hat. "


def never() -> float:
    """A clock that stands still."""
    return 0.0


def look(
    raw: Path, *, clock: Callable[[], float] = never, recipe: Recipe | None = None
) -> Findings:
    """What one folder holds."""
    return inspect(str(raw), [("dump", Folder(raw))], 5.0, recipe=recipe, clock=clock)
