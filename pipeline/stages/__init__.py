"""Stages propose edits; they never write.

A stage is a frozen object with a name and two methods:
`screen(texts)` says in one pass over Arrow texts which of them it could touch (it may say yes too
often, never no too often), and `propose(text, language)` yields the edits for one text that passed.
Stages do not import each other.
"""
