"""All that Dagster is told, in one place: this module is what `workspace.yaml` loads.

What belongs here: putting the parts together, and reading the environment's settings.
What does not: any part itself.
"""

import os

import dagster as dg

from assets import automation, cleaning, publishing
from assets.corpus import Corpus


def _corpus() -> Corpus:
    """The corpus that the environment names. Raises `ValueError` for workers that are no number."""
    workers = os.environ.get("HYGIENE_WORKERS", "1")
    if not workers.isdecimal() or int(workers) < 1:
        raise ValueError(f"HYGIENE_WORKERS must be a whole number from 1, not {workers!r}")
    return Corpus(
        raw=os.environ.get("HYGIENE_RAW", "examples/raw"),
        out=os.environ.get("HYGIENE_OUT", "out"),
        recipe=os.environ.get("HYGIENE_RECIPE", ""),
        workers=int(workers),
    )


defs = dg.Definitions(
    assets=[
        cleaning.dump,
        cleaning.raw_documents,
        cleaning.repaired_documents,
        cleaning.word_counts,
        cleaning.slips,
        cleaning.mended_documents,
        cleaning.line_counts,
        cleaning.repeated_lines,
        cleaning.stripped_documents,
        cleaning.measured_documents,
        cleaning.near_duplicates,
        cleaning.passages,
        cleaning.cut_documents,
        publishing.publish,
    ],
    jobs=[automation.nightly],
    schedules=[automation.every_night],
    sensors=[automation.dump_landed],
    resources={"corpus": _corpus()},
    # A process for each step costs more than most steps; the steps themselves run in parallel.
    executor=dg.in_process_executor,
)
