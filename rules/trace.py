"""The use around an event, bucket by bucket: what a chart of it shows."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Trace:
    """One series over a stretch of time, as a rule saw it when it spoke."""

    start: datetime
    """Where the first bucket begins."""
    width: timedelta
    """Of a bucket; of a level, from one instant to the next."""
    observed: tuple[float | None, ...]
    """None: not told."""
    expected: tuple[float | None, ...]
    """What was usual, or the limit; None where the rule knew neither. Likewise `low` and `high`."""
    low: tuple[float | None, ...]
    high: tuple[float | None, ...]
    breached: tuple[bool, ...]
    """Which buckets were too much, or too little."""
    unit: str
    limited: bool = False
    """Whether `low` and `high` are limits that somebody wrote down, and not the ends of what is
    usual."""

    def __post_init__(self) -> None:
        rows = {len(one) for one in (self.observed, self.expected, self.low, self.high)}
        if rows != {len(self.breached)}:
            raise ValueError(f"expected columns of one length, got {sorted(rows)}")
