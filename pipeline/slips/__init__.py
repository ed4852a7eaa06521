"""Look-alike slips: words that no list holds, and what they were meant to be.

What belongs here: word lists, the shapes of letters, what explains a slip, who bears witness.
What does not: texts and edits (stages.typos), moving rows (steps).
"""
