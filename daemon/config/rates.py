"""How a rate is written: "1 per month", "2 per week", "1 per 90d"."""

import re
from datetime import timedelta

from daemon.config.durations import parse_duration, spell_duration
from rules.rate import MONTH, YEAR, Rate

_SPANS = {
    "day": timedelta(days=1),
    "week": timedelta(days=7),
    "month": MONTH,
    "quarter": YEAR / 4,
    "year": YEAR,
}

PATTERN = rf"^[0-9]+(\.[0-9]+)? per ({'|'.join(_SPANS)}|([0-9]+[smhdw])+)$"

_RATE = re.compile(r"([0-9]+(?:\.[0-9]+)?) +per +(\S+)")


def parse_rate(text: str) -> Rate | None:
    """None where it is no rate.

    >>> parse_rate("2 per week") == Rate(2, timedelta(days=7)), parse_rate("1 month")
    (True, None)
    """
    found = _RATE.fullmatch(text.strip())
    if found is None:
        return None
    times, per = float(found[1]), _SPANS.get(found[2]) or parse_duration(found[2])
    return Rate(times, per) if times and per else None


def spell_rate(rate: Rate) -> str:
    """A rate as it would be written in the configuration.

    >>> spell_rate(Rate(1, MONTH)), spell_rate(Rate(0.5, timedelta(days=90)))
    ('1 per month', '0.5 per 90d')
    """
    name = next((name for name, span in _SPANS.items() if span == rate.per), None)
    return f"{rate.times:g} per {name or spell_duration(rate.per)}"
