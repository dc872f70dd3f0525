"""One metric divided by another."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rules.kind import Meter
from rules.panel import Floats, Panel
from rules.past import Places
from rules.period import Period, counted
from rules.series import Measure, Metric, Series
from rules.words import single


@dataclass(frozen=True, slots=True)
class Ratio:
    """What is divided by what, in some rows of a panel. NaN where that is not known whole."""

    above: Floats
    below: Floats
    divisor: str = ""
    """The unit of what is below."""
    unit: str = ""
    """Of the one over the other; none where that cannot be said, or both have the same."""
    trouble: str | None = None
    """Why nothing can be divided at all."""

    def quotient(self, at_least: float) -> Floats:
        """NaN where it means nothing: below is zero, or less than it must be at least."""
        means = (self.below != 0) & (self.below >= at_least)
        with np.errstate(all="ignore"):
            return np.where(means, self.above / self.below, np.nan)


def ratio(panel: Panel, rows: slice, over: Meter, period: Period | None = None) -> Ratio:
    """The rule's own metric over another, bucket by bucket or since a period began.

    Series meet by equal labels; one single series of the other metric serves all. Buckets meet by
    time. A ratio may fall as well as grow while its amounts come in, so that buckets still filling
    have none yet.
    """
    beside = _found(panel, over)
    none = np.full(panel.values[rows].shape, np.nan)
    if beside is None:
        where = f" of {over.source}" if over.source else ""
        return Ratio(none, none, trouble=f"nothing is told of {over.metric}{where} to divide by")
    if trouble := undividable(panel.metric, beside.metric, period):
        return Ratio(none, none, trouble=trouble)
    above, below = _whole(panel, rows, period), _beneath(panel, beside, rows, period)
    unit, divisor = panel.metric.unit, beside.metric.unit
    told = unit and divisor and unit != divisor
    return Ratio(above, below, divisor, f"{unit} per {single(divisor)}" if told else "")


def _found(panel: Panel, over: Meter) -> Panel | None:
    source = over.source or panel.metric.source
    for beside in panel.beside:
        if (beside.metric.source, beside.metric.name) == (source, over.metric):
            return beside
    return None


def undividable(ours: Metric, theirs: Metric, period: Period | None) -> str | None:
    """Why one metric cannot be divided by another, if it cannot."""
    us, them = ours.name, theirs.name
    if us == them:
        us, them = ours.source, theirs.source
    if ours.width != theirs.width or (ours.offset - theirs.offset) % ours.width:
        return f"the buckets of {them} are not those of {us}: they must be as wide"
    if period is not None and ours.offset != theirs.offset:
        return f"the days of {them} are not those of {us}: they follow another zone"
    if period is not None and Measure.LEVEL in (ours.measure, theirs.measure):
        return f"a level is not added up: there is none for a {period.words()}"
    return None


def _beneath(panel: Panel, beside: Panel, rows: slice, period: Period | None) -> Floats:
    """The other panel, in the rows and columns of this one."""
    shift = beside.row(panel.start)
    known = slice(*(min(max(row + shift, 0), len(beside)) for row in (rows.start, rows.stop)))
    found = np.full((rows.stop - rows.start, len(beside.series) + 1), np.nan)
    place = known.start - shift - rows.start
    found[place : place + known.stop - known.start, :-1] = _whole(beside, known, period)
    return found.take(_columns(panel.series, beside.series), axis=1)


def _columns(ours: Sequence[Series], theirs: Sequence[Series]) -> Places:
    """Where each of our series finds its own among theirs; -1 where it does not."""
    if len(theirs) == 1:
        return np.zeros(len(ours), dtype=np.intp)
    columns = {series.labels: column for column, series in enumerate(theirs)}
    found = (columns.get(series.labels, -1) for series in ours)
    return np.fromiter(found, np.intp, len(ours))


def _whole(panel: Panel, rows: slice, period: Period | None) -> Floats:
    """What was told whole; an amount that still fills was not."""
    if period is None:
        values = panel.values[rows].copy()
    else:
        since = counted(panel, rows, period)
        values = np.where(since.untold == 0, since.used, np.nan)
    if panel.metric.measure is Measure.AMOUNT:
        values[max(panel.closed - rows.start, 0) :] = np.nan
    return values
