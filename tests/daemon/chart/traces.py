"""Traces to draw: too much, too little, nothing told, nothing known."""

from datetime import UTC, datetime, timedelta
from typing import Any

from rules.trace import Trace

START = datetime(2026, 11, 17, 15, tzinfo=UTC)
HOUR = timedelta(hours=1)


def trace(*observed: float | None, **fields: Any) -> Trace:
    """Hours against a band around 3 minutes; beyond it is a breach."""
    many = len(observed)
    defaults: dict[str, Any] = {
        "start": START,
        "width": HOUR,
        "observed": observed,
        "expected": (3.0,) * many,
        "low": (1.0,) * many,
        "high": (6.0,) * many,
        "breached": tuple(each is not None and not 1 <= each <= 6 for each in observed),
        "unit": "minutes",
    }
    return Trace(**{**defaults, **fields})


def limited(*observed: float | None, limit: float = 6.0) -> Trace:
    """Hours against a limit above."""
    many = len(observed)
    beyond = tuple(each is not None and each > limit for each in observed)
    return trace(
        *observed,
        expected=(limit,) * many,
        low=(None,) * many,
        high=(limit,) * many,
        breached=beyond,
        limited=True,
    )
