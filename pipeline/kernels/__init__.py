"""Compiled loops over the UTF-8 bytes of Arrow texts: numba, no Python objects, no GIL.

What belongs here: what has to look at every byte of every text, as functions from arrays to arrays.
What does not: settings, schemas, libraries of the field (the callers' business).

Every kernel has a plain Python twin in `tests/kernels`, and the two must agree on any text.
"""
