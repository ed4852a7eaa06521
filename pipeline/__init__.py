"""The work itself: raw dumps in, clean Parquet and a ledger out.

Nothing in here knows Dagster or Great Expectations (the command line, `pipeline.cli`, aside).
"""
