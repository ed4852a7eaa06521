"""`python -m tests.fuzz [--inputs N] [--seed N]`: damaged inputs until one is not answered.

Such an input is left in out/fuzz, to become a case.
"""

import argparse
import sys
import time
from itertools import islice
from pathlib import Path

from tests.fuzz.check import check
from tests.fuzz.mutate import inputs
from tests.memory import peak

_LEFT = Path("out") / "fuzz"
_EVERY = 1000


def main() -> int:
    """The exit status: 1 where an input was not answered."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--inputs", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000)
    words = parser.parse_args()
    started, rows, bad = time.monotonic(), 0, 0
    print(f"seed {words.seed}")
    for number, (name, raw) in enumerate(islice(inputs(words.seed), words.inputs), 1):
        try:
            rows += check(name, raw)
        except Exception as error:  # noqa: BLE001  # whatever it is, it is what is looked for
            bad += 1
            _LEFT.mkdir(parents=True, exist_ok=True)
            path = _LEFT / f"{words.seed}-{number}-{name}"
            path.write_bytes(raw)
            print(f"{path}: {type(error).__name__}: {error}", flush=True)
        if number % _EVERY == 0:
            rate = number / (time.monotonic() - started)
            print(f"{number:,} inputs, {rows:,} rows, {rate:.0f}/s, {peak():.0f} MB", flush=True)
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
