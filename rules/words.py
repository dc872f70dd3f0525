"""Numbers, spans and counts as people say them."""

from datetime import timedelta
from itertools import pairwise
from math import floor, inf, isfinite, isnan, log10

STEPS = ((1e12, " T"), (1e9, " G"), (1e6, " M"))
"""From which number on it is said in what, with which letter. Thousands are spelled out: a balance
of 19,612 says more beside a limit of 20,000 than 19.6 k does."""

UNITS = (
    (timedelta(days=1), "day"),
    (timedelta(hours=1), "hour"),
    (timedelta(minutes=1), "minute"),
    (timedelta(seconds=1), "second"),
)


def number(value: float, digits: int = 3) -> str:
    """Three digits that matter, commas, and a letter from a million on.

    >>> [number(each) for each in (41.23999999, 0.03125, 1344, 18_402, -2_500_000, -0.0)]
    ['41.2', '0.0312', '1,344', '18,402', '-2.5 M', '0']
    """
    if value == 0:
        return "0"
    if not 1e-6 <= abs(value) < 1e15:
        return f"{value:.{digits}g}"
    size, letter = next((step for step in STEPS if abs(value) >= step[0]), (1, ""))
    exponent = floor(log10(abs(value / size)))
    text = f"{value / size:,.{max(digits - 1 - exponent, 0)}f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) + letter


def amount(value: float, unit: str, digits: int = 3) -> str:
    """A number and its unit.

    >>> amount(41.24, "minutes"), amount(1, "minutes"), amount(1, "ms"), amount(float("nan"), "ms")
    ('41.2 minutes', '1 minute', '1 ms', 'an unknown number of ms')
    """
    if isnan(value):
        return f"an unknown number of {unit}"
    text = number(value, digits)
    return f"{text} {single(unit) if text == '1' else unit}".rstrip()


def apart(value: float, other: float, unit: str) -> tuple[str, str]:
    """Two amounts, with as many digits as it takes to tell them apart, up to six.

    >>> apart(30.04, 30, "minutes")
    ('30.04 minutes', '30 minutes')
    """
    digits = 3
    while value != other and digits < 6 and number(value, digits) == number(other, digits):
        digits += 1
    return amount(value, unit, digits), amount(other, unit, digits)


def count(many: int, noun: str) -> str:
    """
    >>> count(1, "hour"), count(1344, "hour")
    ('1 hour', '1,344 hours')
    """
    return f"{many:,} {noun}{'' if many == 1 else 's'}"


def span(length: timedelta) -> str:
    """A span in the largest unit that does not blur it, or in that and the next.

    >>> [span(timedelta(hours=each)) for each in (2, 336, 24, 26, 0.75, 460, 8 / 3)]
    ['2 hours', '14 days', '1 day', '1 day 2 hours', '45 minutes', '19 days', '2 hours 40 minutes']
    """
    for (unit, noun), (part, smaller) in pairwise((*UNITS, (timedelta.resolution, ""))):
        if abs(length) >= 3 * unit or (length and not length % unit):
            return count(round(length / unit), noun)
        if length >= unit and smaller:
            whole, rest = divmod(round(length / part) * part, unit)
            more = f" {count(rest // part, smaller)}" if rest else ""
            return count(whole, noun) + more
    return f"{number(length.total_seconds())} seconds"


def single(unit: str) -> str:
    """The unit of one.

    >>> single("minutes"), single("ms"), single("credits per minute")
    ('minute', 'ms', 'credit per minute')
    """
    what, per, each = unit.partition(" per ")
    return (what[:-1] if what.endswith("s") and len(what) > 3 else what) + per + each


def times(observed: float, expected: float) -> str:
    """How many times as much, where that means something.

    >>> times(40, 3), times(13, 10), times(3, 10), times(10.01, 10), times(5, 0), times(0, 3)
    (', 13 times as much', ', 30 % more', ', 70 % less', '', '', '')
    """
    ratio = observed / expected if expected > 0 and observed > 0 else inf
    if not isfinite(ratio):
        return ""
    if ratio >= 1.95:
        return f", {number(round(ratio) if ratio >= 10 else ratio, 2)} times as much"
    percent = round(100 * (ratio - 1))
    return f", {abs(percent)} % {'more' if percent > 0 else 'less'}" if percent else ""
