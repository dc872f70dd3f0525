"""Running totals of usage months, made into what was called on each day."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from daemon.source import Answer, Ask, Window, whole
from daemon.sources.segment.months import usage_months
from daemon.sources.segment.walk import Shape, Snapshots, Walk, day_of
from rules.series import Absent, Labels, Measure, Metric, Reading
from rules.totals import differences

Totals = Mapping[datetime, int]
"""A running total as it stood on each day that was told of one."""


def calls(name: str) -> Metric:
    day = timedelta(days=1)
    return Metric(name, "calls", "calls", Measure.AMOUNT, day, Absent.ZERO)


async def daily(ask: Ask, walk: Walk[Shape], period_day: int) -> Answer:
    """Every usage month that the window touches, from its first day on.

    A total that is set right changes what all days before it in its month are worth, so a month
    is always told from where it begins.
    """
    metric, window = calls(ask.name), ask.window
    days = whole(metric, Window(window.start.astimezone(UTC), window.end.astimezone(UTC)))
    months = usage_months(days, period_day)
    told = {month.start: await walk.snapshots(month) for month in months}
    answered = answer(metric, days.end, told)
    return replace(answered, notes=(*answered.notes, *_future_days(told.values(), ask.now)))


def answer(metric: Metric, end: datetime, months: Mapping[datetime, Snapshots]) -> Answer:
    """What usage months hold, by where they begin, up to a day; later rows are read and not told.

    Nobody says how far back the vendor remembers: a month without a row, and none before it that
    has any, is not told.
    """
    start = next((start for start, rows in months.items() if rows), max(months))
    kept = [(whose, _totals(rows)) for month in months.values() for whose, rows in _series(month)]
    readings = [
        Reading(labels, day, amount)
        for labels, totals in kept
        for day, amount in zip(totals, differences(list(totals.values())), strict=True)
        if day < end
    ]
    notes = (*_falls(kept), *_odd_days(months.values()))
    return Answer(metric, Window(start, end), readings, notes=notes)


def _series(rows: Snapshots) -> Sequence[tuple[Labels, Mapping[datetime, int]]]:
    """One usage month by series, in an order of our own: the rows come in any."""
    series: defaultdict[Labels, dict[datetime, int]] = defaultdict(dict)
    for (labels, moment), total in rows.items():
        series[labels][moment] = total
    return sorted(series.items())


def _totals(rows: Mapping[datetime, int]) -> Totals:
    """The last word of each day, oldest first. A day without one added nothing."""
    ordered = sorted(rows, key=lambda moment: (day_of(moment), moment))
    return {day_of(moment): rows[moment] for moment in ordered}


def _falls(kept: Sequence[tuple[Labels, Totals]]) -> Iterator[str]:
    falls = [(labels, fall) for labels, totals in kept if (fall := _last_fall(totals))]
    if falls:
        labels, (day, before, after) = falls[-1]
        whose = "".join(f" of {value}" for _, value in labels)
        what = f"the total{whose} fell from {before} to {after} on {day.date()}"
        more = f", and those of {len(falls) - 1} more" if len(falls) > 1 else ""
        yield f"{what}{more}: set right by the vendor, earlier days are scaled down"


def _odd_days(months: Iterable[Snapshots]) -> Iterator[str]:
    odd = {moment for rows in months for _, moment in rows if moment != _midnight(moment)}
    if odd:
        found = f"days are stamped like {max(odd).isoformat()}, not with midnight UTC"
        yield f"{found}: each counts for the date as it is written"


def _future_days(months: Iterable[Snapshots], now: datetime) -> Iterator[str]:
    """A zone ahead of ours may be a day ahead; what is further off is left alone, and said."""
    ahead = [moment for rows in months for _, moment in rows if moment > now + timedelta(days=1)]
    if ahead:
        yield f"days of the future are told, up to {max(ahead).date()}: they are left alone"


def _midnight(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def _last_fall(totals: Totals) -> tuple[datetime, int, int] | None:
    days = list(totals)
    pairs = zip(days[1:], days, strict=False)
    falls = [(day, totals[last], totals[day]) for day, last in pairs if totals[day] < totals[last]]
    return falls[-1] if falls else None
