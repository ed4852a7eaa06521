"""How many files a process may hold open.

What belongs here: asking the system for as many as it gives. What does not: opening files (store).

The index of each earlier dump is looked into where it lies, which keeps some files open. Many
systems start a process with 1,024, which a few hundred dumps use up, and let it have more if it
asks.
"""

import sys

_ENOUGH = 1 << 16


def allow_many() -> None:
    """Let this process hold as many files open as it may, up to 65,536."""
    if sys.platform == "win32":  # which has no such limit
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = _ENOUGH if hard == resource.RLIM_INFINITY else min(hard, _ENOUGH)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
