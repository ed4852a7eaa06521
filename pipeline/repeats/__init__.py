"""What makes a line that a site repeats boilerplate, and what makes it its author's.

What belongs here: settings, which lines are learned, which never are. What does not: counting lines
(kernels, steps), cutting them (stages.repeats).
"""
