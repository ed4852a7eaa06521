"""What a dump holds, told from a sample of it within a few seconds, without writing anything.

What belongs here: what to read of it, and what follows from that. What does not: formats and
encodings (sources, decode), showing what was found (report.inspected, report.starting).
"""
