"""From places to what is told of them.

What belongs here: the order of the steps. What does not: any one of them.
"""

import time
from collections.abc import Callable, Sequence

from pipeline.inspect.allowance import Deadline
from pipeline.inspect.findings import Findings
from pipeline.inspect.listing import listing, look
from pipeline.inspect.sampling import sample
from pipeline.inspect.seen import Gathered
from pipeline.inspect.told import told
from pipeline.recipe import Recipe
from pipeline.sources.places.place import Place

SECONDS = 5.0


def inspect(
    shown: str,
    dumps: Sequence[tuple[str, Place]],
    seconds: float = SECONDS,
    *,
    recipe: Recipe | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Findings:
    """What some dumps hold, told from a sample that is read within about so many seconds.

    shown: where they are, for people. recipe: settings to read with; the defaults for None. clock:
    seconds from any start on. With time enough the same files give the same answer. Nothing is
    written. A place may raise what it raises when it cannot be listed at all.
    """
    settings = recipe or Recipe()
    Gathered(settings).warm_up()  # the time is for reading
    deadline = Deadline(clock, seconds)
    places = dict(dumps)
    listed = listing(dumps, deadline)
    looked = look(listed, places, settings.ingest, deadline)
    read = sample(looked, places, settings, deadline)
    return told(shown, [name for name, _ in dumps], listed, looked, read)
