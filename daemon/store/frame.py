"""How what is told is laid into what is remembered."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Frame:
    """What a poll brings beside the numbers."""

    at: datetime
    """The moment of the poll: a bucket is closed once it ended, and settled, before it."""
    settles: timedelta
    horizon: timedelta
    """How far back the rules look."""
    max_series: int = 10_000
    """What comes after so many is counted together."""
