"""`python -m benchmarks.boilerplate`: what cutting boilerplate takes from web pages and leaves of
their main text, what it knows of interface strings, what it does to clean texts, and how fast.

What belongs here: the labelled and the clean texts, other ways to cut, counting, the page about it.
What does not: the rules and the stage (pipeline).
"""
