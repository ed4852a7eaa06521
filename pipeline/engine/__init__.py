"""Engines move rows: `map` over shards, `shuffle_map` by a key. What a kernel computes is not
their business. `local` is the engine of one machine.
"""
