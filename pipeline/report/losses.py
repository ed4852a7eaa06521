"""What sources lose as duplicates, in words.

What belongs here: a source by name, the sentence that warns. What does not: counting (engine).
"""

from collections.abc import Sequence

from pipeline.engine.losses import SourceLoss
from pipeline.measures.site import HERE
from pipeline.report.amounts import percent
from pipeline.report.summary import shorten
from pipeline.report.visible import visible

_NAMED = 5


def warning(above: Sequence[SourceLoss], allowed: float) -> str:
    """The sources that lose too much, in a sentence; empty where there are none."""
    if not above:
        return ""
    named = ", ".join(f"{source(loss.site)} {percent(loss.share)}" for loss in above[:_NAMED])
    rest = f" and {len(above) - _NAMED:,} more" if len(above) > _NAMED else ""
    lose, their = f"{len(above):,} sources lose", "their"
    if len(above) == 1:
        lose, their = "1 source loses", "its"
    return (
        f"{lose} more than {percent(allowed)} of {their} documents as duplicates "
        f"(dedup.max_source_loss): {named}{rest}"
    )


def source(site: str) -> str:
    """A source by a name that can be read."""
    return "the dump's own folder" if site == HERE else visible(shorten(site), keep="")
