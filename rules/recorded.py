"""What a UTC day came to, to the last digit: the number that is recorded elsewhere and billed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from fnmatch import fnmatchcase

import numpy as np

from rules.panel import Panel
from rules.series import EPOCH, OTHER, Measure, Metric
from rules.words import count, span

DAY = timedelta(days=1)
PLACES = 9
"""Decimal places that are recorded; what lies beyond is rounded, half to even."""


class Unfinished(Exception):
    """What the day came to cannot be said. The message says why, after the day's name."""


@dataclass(frozen=True, slots=True)
class Day:
    """One UTC day of a metric, cut out of what is remembered of it."""

    panel: Panel
    """Its rows are the buckets of that day and no others."""
    begun: Sequence[datetime | None]
    """The bucket each series was first heard of in; None where it is not known yet."""
    told_before: bool = False
    """Whether buckets from before any series was heard of were told all the same, and empty."""

    def told_from_the_start(self) -> "Day":
        return replace(self, told_before=True)


def misfit(metric: Metric) -> str | None:
    """Why the days of a metric cannot be recorded; None where they can.

    >>> misfit(Metric("tts", "credits", "credits", Measure.LEVEL, timedelta(minutes=1)))
    'it is a level, and what stands on an account is not what was used'
    >>> misfit(Metric("tts", "minutes", "minutes", Measure.AMOUNT, DAY, offset=DAY * 3 / 8))
    'its buckets of 1 day begin at 15:00 UTC, and no UTC day is made of them'
    >>> misfit(Metric("tts", "minutes", "minutes", Measure.AMOUNT, DAY * 7))
    'a bucket of 7 days is not a part of one day'
    """
    if metric.measure is Measure.LEVEL:
        return "it is a level, and what stands on an account is not what was used"
    width = span(metric.width)
    if DAY % metric.width:
        return f"a bucket of {width} is not a part of one day"
    if off := metric.offset % metric.width:
        begin = f"{EPOCH - off:%H:%M} UTC"
        return f"its buckets of {width} begin at {begin}, and no UTC day is made of them"
    return None


def wanted(panel: Panel, where: Mapping[str, Sequence[str]]) -> Sequence[int]:
    """The columns whose labels match: label name to shell patterns, any of which may match."""
    return [
        column
        for column, series in enumerate(panel.series)
        if all(_matches(dict(series.labels), *pair) for pair in where.items())
    ]


def cut(panel: Panel, day: date) -> Day:
    """One day of a longer panel. What lies outside of the panel was not told."""
    metric = panel.metric
    first = panel.row(midnight(day))
    rows = np.arange(first, first + DAY // metric.width)
    inside = (rows >= 0) & (rows < len(panel))
    values = np.full((len(rows), len(panel.series)), np.nan)
    values[inside] = panel.values[rows[inside]]
    closed = int(np.count_nonzero(rows < panel.closed))
    told = ~np.isnan(panel.values)
    begun = [
        panel.at(int(told[:, column].argmax())) if told[:, column].any() else None
        for column in range(len(panel.series))
    ]
    return Day(replace(panel, start=midnight(day), values=values, closed=closed), begun)


def day_amount(day: Day, where: Mapping[str, Sequence[str]]) -> Decimal:
    """What all series that match used on that day, or `Unfinished`.

    What is not told is never zero; but of a series that was not heard of yet there was nothing.
    """
    panel, columns = day.panel, wanted(day.panel, where)
    if panel.closed < len(panel):
        raise Unfinished(f"{_part(panel, len(panel) - panel.closed)} still filling")
    _all_told(day)
    _none_missing(day, columns)
    if where:
        _none_folded(panel)
    values = panel.values[:, columns]
    return exact(values[~np.isnan(values) & (values != 0)].tolist())


def exact(values: Sequence[float]) -> Decimal:
    """Numbers added as they are written, to nine places.

    >>> exact([0.1, 0.2]), exact([1e-10]), exact([18234.0]), exact([])
    (Decimal('0.3'), Decimal('0'), Decimal('18234'), Decimal('0'))
    """
    with localcontext() as exactly:
        exactly.prec = 400
        total = sum((Decimal(repr(value)) for value in values), Decimal(0))
        rounded = total.quantize(Decimal(1).scaleb(-PLACES), ROUND_HALF_EVEN)
    return Decimal(written(rounded))


def written(amount: Decimal) -> str:
    """A decimal without an exponent and without zeros at its end.

    >>> written(Decimal("1E+3")), written(Decimal("0.500000000")), written(Decimal("1E-9"))
    ('1000', '0.5', '0.000000001')
    """
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _matches(labels: Mapping[str, str], name: str, patterns: Sequence[str]) -> bool:
    return name in labels and any(fnmatchcase(labels[name], pattern) for pattern in patterns)


def _all_told(day: Day) -> None:
    """A bucket nobody said a word of, of any series, was not told."""
    panel = day.panel
    silent = np.isnan(panel.values).all(axis=1)
    heard = [begun for begun in day.begun if begun is not None]
    if day.told_before:
        # Nothing was written down of a bucket before anything was ever used.
        before = [not any(begun <= panel.at(row) for begun in heard) for row in range(len(panel))]
        silent &= ~np.array(before)
    if missing := int(np.count_nonzero(silent)):
        raise Unfinished(f"{_part(panel, missing)} not told")


def _none_missing(day: Day, columns: Sequence[int]) -> None:
    panel = day.panel
    for column in columns:
        untold = np.flatnonzero(np.isnan(panel.values[:, column]))
        begun = day.begun[column]
        missing = [row for row in untold if begun is not None and panel.at(int(row)) >= begun]
        if missing:
            raise Unfinished(f"{_part(panel, len(missing))} not told of {panel.series[column].key}")


def _none_folded(panel: Panel) -> None:
    """What is counted together cannot be told apart by its labels."""
    for column, series in enumerate(panel.series):
        if series.labels == OTHER and np.nansum(panel.values[:, column]) > 0:
            raise Unfinished(
                "some series are counted together as `other`, so nobody knows which of them "
                "`where` means; raise max_series of the source"
            )


def _part(panel: Panel, missing: int) -> str:
    verb = "is" if missing == 1 else "are"
    return f"{missing} of its {count(len(panel), 'bucket')} of {span(panel.metric.width)} {verb}"
