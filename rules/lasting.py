"""How long a balance lasts, in words."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from rules.forecast import LEAST
from rules.left import Left, latest
from rules.moments import between, instant, moment, part
from rules.panel import Panel
from rules.pool import Paid, apart, pool
from rules.spending import spending
from rules.verdict import Why
from rules.words import amount, count, number


@dataclass(frozen=True, slots=True)
class Lasting:
    """The words for judged rows, made when somebody asks."""

    panel: Panel
    first: int
    known: Left
    far: timedelta
    """How far the outlook reaches."""
    paid: Paid | None
    """The use that the credits pay for."""

    def __call__(self, row: int, column: int) -> Why:
        balance, unit = float(self.panel.values[row, column]), self.panel.metric.unit
        stands, here = amount(balance, unit, 4), (row - self.first, column)
        if np.isnan(balance):
            return Why("not told")
        if balance <= 0:
            gone = f"{stands}, gone since {instant(self._gone_since(row, column))}"
            return Why(gone, headline=gone)
        if np.isnan(self.known.middle[here]):
            told = int(self.known.told[here])
            return Why(f"{stands}; learning: {told} of {LEAST} days of burn are known")
        lasts = "lasts" if balance == 1 else "last"
        said = f"{stands}{self._risen(row, column)}, {self._burnt(here)}"
        until = f"{lasts} {self._until(row, here)}"
        return Why(f"{said}, {until}{self._apart(row, column)}", headline=f"{stands} {until}")

    def _gone_since(self, row: int, column: int) -> datetime:
        """The first look at an empty balance, as far as eight weeks back."""
        only, _ = latest(self.panel, slice(row, row + 1))
        values = only.values[:, column]
        told = np.flatnonzero(~np.isnan(values))
        left = int((told * (values[told] > 0)).max())
        empty = told[values[told] <= 0]
        return only.at(int(empty[empty >= left][0]))

    def _risen(self, row: int, column: int) -> str:
        known = self.known
        here = row - self.first, column
        if np.isnan(known.before[here]):
            return ""
        return f" after {number(float(known.risen[here]), 4)} more were bought or given back"

    def _burnt(self, here: tuple[int, int]) -> str:
        a_day = float(self.known.a_day[here])
        if a_day == 0:
            return f"of which none was burnt in {count(int(self.known.told[here]), 'day')}"
        return f"burnt at about {number(a_day, 2)} a day"

    def _until(self, row: int, here: tuple[int, int]) -> str:
        now, known = self.panel.at(row), self.known
        low, middle, high = (
            None if np.isinf(each[here]) else now + float(each[here]) * known.step
            for each in (known.low, known.middle, known.high)
        )
        ends = f"for more than {count(self.far.days // 7, 'week')}"
        if middle is not None:
            ends = f"until {moment(middle, now)}"
        if low is None:
            return ends
        if high is None:
            return f"{ends}, perhaps only until {part(low, now)}"
        return f"{ends}, {between(low, high, now)}"

    def _apart(self, row: int, column: int) -> str:
        if self.paid is None:
            return ""
        only, _ = latest(self.panel, slice(row, row + 1))
        found = apart(pool(spending(only), self.paid), self.panel.at(row), column)
        if found is None:
            return ""
        name = f"{self.paid.meter.metric.source}/{self.paid.meter.metric.name}"
        times = number(found, 2)
        if found > 1:
            return (
                f"; the balance falls {times} times as fast as {name} explains: "
                "someone else spends from this pool"
            )
        return (
            f"; the balance falls only {times} times as fast as {name} explains: "
            "not all of that is paid from this pool"
        )
