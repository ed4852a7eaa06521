"""Run the command and kill this very process at one point: `python -m tests.killed POINT WORDS…`.

A point is a word from the path that is about to be renamed, or `exchange`, the moment the third
pair of folders is about to be swapped. An audit hook sees it just before it happens.
"""

import itertools
import os
import signal
import sys

from pipeline.cli import main


def kill_at(point: str) -> None:
    swaps = itertools.count(1)

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        renamed = event == "os.rename" and point in str(arguments[1])
        swaps_now = event == "ctypes.dlsym" and arguments[1] == "renameat2"
        if renamed or (point == "exchange" and swaps_now and next(swaps) == 3):
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


if __name__ == "__main__":
    kill_at(sys.argv[1])
    sys.exit(main(sys.argv[2:]))
