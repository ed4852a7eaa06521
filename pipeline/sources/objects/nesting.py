"""How deep lists and objects lie in each other in JSON.

What belongs here: the limit, which is ours. Python's parser has one too, but another in each
version, and less is left of it the more calls are under way: what is a document must not
depend on that. What does not: reading JSON (jsonobject).
"""

import re

DEEPEST = 256
"""Levels of lists and objects in each other that are read. Python 3.11 fails at about 900,
3.12 at 1,497, 3.13 at 9,998; what is read must be written as metadata by all of them.
"""

# A string with the brackets in it, to the end of the text where it is not closed; or a bracket.
_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|[\[{\]}]', re.DOTALL)


def too_deep(text: str) -> bool:
    """Whether brackets outside strings are nested more than `DEEPEST` levels."""
    if text.count("[") + text.count("{") <= DEEPEST:
        return False
    depth = 0
    for token in _TOKEN.finditer(text):
        first = token[0][0]
        if first in "[{":
            depth += 1
            if depth > DEEPEST:
                return True
        elif first != '"':
            depth -= 1
    return False
