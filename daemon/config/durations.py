"""Spans of time as people write them: 30s, 15m, 1h30m, 7d, 8w."""

import re
from datetime import timedelta

PATTERN = r"^(?=.)([0-9]{1,6}w)?([0-9]{1,6}d)?([0-9]{1,6}h)?([0-9]{1,6}m)?([0-9]{1,9}s)?$"
LONGEST = timedelta(days=3660)
"""Ten years. Anything longer is a slip of the finger, and overflows a date sooner or later."""

_UNITS = ("weeks", "days", "hours", "minutes", "seconds")


def parse_duration(text: str) -> timedelta | None:
    """The span a text stands for, or None where it stands for none.

    >>> parse_duration("1h30m")
    datetime.timedelta(seconds=5400)
    >>> parse_duration("5 minits") is None
    True
    """
    match = re.fullmatch(PATTERN, text)
    if match is None:
        return None
    counts = {
        unit: int(part[:-1]) for unit, part in zip(_UNITS, match.groups(), strict=True) if part
    }
    return timedelta(**counts)


def spell_duration(span: timedelta) -> str:
    """A span as it would be written in the configuration, to the second.

    >>> spell_duration(timedelta(minutes=90)), spell_duration(timedelta(0))
    ('1h30m', '0s')
    """
    left, words = int(span.total_seconds()), ""
    for seconds, unit in ((86_400, "d"), (3_600, "h"), (60, "m"), (1, "s")):
        count, left = divmod(left, seconds)
        words += f"{count}{unit}" if count else ""
    return words or "0s"
