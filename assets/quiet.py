"""Dagster's notes about parts of it that may still change, left out of every process's log.

What belongs here: which of Dagster's warnings we know and accept, and why.
"""

import importlib
import warnings


def accept_preview_features() -> None:
    """Silence Dagster's warnings about preview and beta features in this process.

    Accepted: `partitions_def` on asset checks (preview), which says for each dump what held, and
    `backfill_policy` (beta), which gives the dumps of neighbouring days to one run.
    The classes have no public home; where they move, the warnings come back and nothing breaks.
    """
    try:
        kinds = importlib.import_module("dagster._utils.warnings")
    except ImportError:
        return
    for name in ("PreviewWarning", "BetaWarning"):
        if category := getattr(kinds, name, None):
            warnings.filterwarnings("ignore", category=category)
