"""Numbers as people read them: shares, sizes, counts.

What belongs here: putting one number into words. What does not: which numbers are shown.
"""

_STEP = 1000
_UNITS = ("kB", "MB", "GB", "TB")
_SMALL, _MANY = 0.001, 0.999
_DIGITS = 2


def percent(share: float) -> str:
    """A share from 0 to 1 as 12 %, 1.2 %, or less than 0.1 %; only all of it is 100 %."""
    if 0 < share < _SMALL:
        return "less than 0.1 %"
    if _MANY < share < 1:
        return "more than 99.9 %"
    if share in (0, 1) or 0.1 <= share < 0.995:
        return f"{share:.0%}".replace("%", " %")
    return f"{share:.1%}".replace("%", " %")


def size(count: int) -> str:
    """Bytes, in powers of a thousand: 12 bytes, 1.2 kB, 34 MB."""
    if count < _STEP:
        return f"{count} byte{'' if count == 1 else 's'}"
    power = min(len(_UNITS), (len(str(round(count, 3 - len(str(count))))) - 1) // 3)
    amount = count / _STEP**power
    shown = f"{amount:.1f}" if amount < 9.95 else f"{amount:,.0f}"
    return f"{shown} {_UNITS[power - 1]}"


def number(count: int) -> str:
    """A count, by thousands."""
    return f"{count:,}"


def about(count: int) -> str:
    """An estimate, of two digits that count: 1,200,000 for 1,234,567."""
    digits = len(str(abs(count)))
    return number(round(count, _DIGITS - digits) if digits > _DIGITS else count)


def counted(count: int, one: str, many: str = "") -> str:
    """1 file, 1,200 files."""
    return f"{number(count)} {one if count == 1 else many or one + 's'}"
