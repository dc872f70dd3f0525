"""The credits left on a Supertone account, and what they say of burn and top-ups."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

import numpy as np

from daemon.secret import Secret
from daemon.source import Answer, Ask, Window, whole
from daemon.sources.supertone.wire import Credits, endpoint
from rules.burn import moves
from rules.panel import Floats
from rules.series import Absent, Measure, Metric, Reading

_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class SupertoneCredits:
    """Credits left on the account at this moment (GET /v1/credits)."""

    key: Secret
    """The API key; any key of the account will do."""
    url: str = "https://supertoneapi.com"
    """Where the API lives."""
    burn: bool = False
    """Whether to count by the hour what was burnt and bought as well, as the metrics `burn` and
    `top_ups`; a rule then says which `metric` it means."""
    revises: timedelta = timedelta(0)
    """How long a past balance may still change: it has no past."""
    settles: timedelta = timedelta(0)
    """How long a balance may be incomplete: it is true at once."""
    calls_a_minute: int = 20
    """At most so many calls a minute to the account, from all sources with this key together."""
    tells_past: ClassVar[bool] = False

    def metrics(self, name: str) -> Sequence[Metric]:
        balance = Metric(name, "credits", "credits", Measure.LEVEL, _MINUTE, Absent.UNKNOWN)
        if not self.burn:
            return [balance]
        moved = ("burn", "top_ups")
        return [balance, *(Metric(name, one, "credits", Measure.AMOUNT, _HOUR) for one in moved)]

    async def fetch(self, ask: Ask) -> Sequence[Answer]:
        balances, *moved = self.metrics(ask.name)
        now = ask.window.end
        told = whole(balances, Window(now, now))
        account = endpoint(ask.name, self.url, "/v1/credits", self.key)
        balance = (await account.ask(ask.http, (), Credits, now)).balance
        readings = [] if balance is None else [Reading((), told.start, balance)]
        answers = [Answer(balances, told, readings)]
        if moved:
            answers += _moved(ask, moved, np.nan if balance is None else balance)
        return answers


def _moved(ask: Ask, metrics: Sequence[Metric], balance: float) -> Sequence[Answer]:
    """Burn and top-ups of every hour in the window, out of all balances that are remembered."""
    told = whole(metrics[0], ask.window)
    moments, balances = _remembered(ask, told.start)
    start = metrics[0].bucket(max(told.start, min([*moments, ask.window.end])))
    hours = (told.end - start) // _HOUR
    edges = [start + step * _HOUR for step in range(hours + 1)]
    known = moves([*moments, ask.window.end], np.append(balances, balance), edges)
    return [
        Answer(metric, Window(start, told.end), _readings(edges, values))
        for metric, values in zip(metrics, (known.burn, known.top_ups), strict=True)
    ]


def _remembered(ask: Ask, since: datetime) -> tuple[list[datetime], Floats]:
    """The balances from a moment on, and the last one before it."""
    for panel in ask.past:
        if panel.metric.measure is Measure.LEVEL and len(panel.series):
            rows = np.flatnonzero(~np.isnan(panel.values[:, 0]))
            first = max(int(np.searchsorted(rows, panel.row(since))) - 1, 0)
            kept = [row for row in rows[first:].tolist() if panel.at(row) < ask.window.end]
            return [panel.at(row) for row in kept], panel.values[kept, 0]
    return [], np.empty(0)


def _readings(edges: Sequence[datetime], values: Floats) -> list[Reading]:
    pairs = zip(edges, values.tolist(), strict=False)
    return [Reading((), start, value) for start, value in pairs if not np.isnan(value)]
