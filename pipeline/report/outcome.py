"""What came of an expectation, in plain values: the words between `expectations`, which asks Great
Expectations, and everybody who shows or obeys the answer.
"""

from collections.abc import Iterable
from dataclasses import dataclass

ERROR = "error"
WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer to one expectation.

    suite, name: which one; together unique. description: what is expected, in words.
    reason: why it matters. severity: `error` stops publishing, `warning` does not.
    checked: rows looked at; a passed outcome that looked at none says so by `vacuous`.
    unexpected: rows that failed; failing_ids: the first of their doc_ids.
    observed: what was found, in words. error: what went wrong while asking, if anything did.
    """

    suite: str
    name: str
    description: str
    reason: str
    severity: str
    passed: bool
    vacuous: bool = False
    checked: int = 0
    unexpected: int = 0
    failing_ids: tuple[str, ...] = ()
    observed: str = ""
    error: str = ""


def stops(outcomes: Iterable[Outcome]) -> bool:
    """Whether any expectation of severity error failed."""
    return any(not outcome.passed and outcome.severity == ERROR for outcome in outcomes)
