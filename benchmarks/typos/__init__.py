"""`python -m benchmarks.typos`: the harm that repairing slips does to clean texts, and how many of
the slips put into them it finds.

What belongs here: clean texts, noise, counting, the page about it. What does not: speed (kernels).
"""
