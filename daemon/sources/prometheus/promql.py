"""As much of PromQL as it takes to see that an amount is counted over its own bucket."""

import re
from datetime import timedelta

BUCKET = "$bucket"
"""Stands for the width of a bucket in a query, as in increase(requests_total[$bucket])."""

_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|`[^`]*`|#[^\n]*')
_RANGE = re.compile(r"\[\s*([^\]:\s]+)\s*(?::[^\]]*)?\]")
_SPAN = re.compile(r"(?:[0-9]+(?:ms|[smhdwy]))+")
_PART = re.compile(r"([0-9]+)(ms|[smhdwy])")
_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800, "y": 31_536_000}


def filled(query: str, width: timedelta) -> str:
    return query.replace(BUCKET, f"{int(width.total_seconds())}s")


def other_range(query: str, width: timedelta) -> str | None:
    """A range the query looks over, where it looks over some and none of them is a bucket.

    >>> other_range("sum(increase(requests_total[5m]))", timedelta(hours=1))
    '5m'
    >>> other_range("sum(increase(requests_total[$bucket]))", timedelta(hours=1)) is None
    True
    """
    ranges = _RANGE.findall(_TEXT.sub("", filled(query, width)))
    return ranges[0] if ranges and width not in map(_span, ranges) else None


def _span(text: str) -> timedelta | None:
    if not _SPAN.fullmatch(text):
        return None
    try:
        parts = ((int(count), unit) for count, unit in _PART.findall(text))
        return timedelta(seconds=sum(count * _SECONDS[unit] for count, unit in parts))
    except OverflowError:
        return None
