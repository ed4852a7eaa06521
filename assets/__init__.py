"""Dagster: assets, checks, a schedule and a sensor around the steps of `pipeline.run`. No work on
documents is done here; the command line calls the same steps without it.
"""

from assets.quiet import accept_preview_features

accept_preview_features()  # before any module that uses one
