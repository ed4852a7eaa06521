"""Near-duplicates: what is found of what is alike, what is dropped that is not, time and memory.

The gold are Debian's copyright files and corpora that are planted here; the neighbours get the
same documents.
"""
