"""A promise about a measured number, and whether it is kept.

What belongs here: what a promise is. What does not: which there are (targets, neardup.targets).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

Measured = dict[str, Any]
"""What `python -m benchmarks` keeps in results.json."""


@dataclass(frozen=True)
class Target:
    """A number that is to be at least (or at most) `limit`; `of` computes it."""

    name: str
    limit: float
    unit: str
    of: Callable[[Measured], float]
    at_most: bool = False

    def wanted(self) -> str:
        """The promise in words."""
        return f"{'at most' if self.at_most else 'at least'} {self.limit:g}{self.unit}"


@dataclass(frozen=True)
class Outcome:
    """value: None where something that it is computed from was not measured."""

    target: Target
    value: float | None

    @property
    def kept(self) -> bool | None:
        """Whether the promise is kept; None where nobody can say."""
        if self.value is None:
            return None
        limit = self.target.limit
        return self.value <= limit if self.target.at_most else self.value >= limit


def outcomes(measured: Measured, targets: Sequence[Target]) -> list[Outcome]:
    """Every one of these promises with its measured value."""
    return [Outcome(target, _value(target, measured)) for target in targets]


def _value(target: Target, measured: Measured) -> float | None:
    try:
        return target.of(measured)
    except (KeyError, StopIteration, ValueError):
        return None
