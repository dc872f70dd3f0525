"""A small world in which every kind has something to say, and one of each kind to say it."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import numpy as np

from rules.kind import Kind
from rules.kinds import KINDS
from rules.panel import Panel
from rules.rate import YEAR, Rate
from rules.rule import Rule
from rules.series import Measure
from rules.verdict import Verdicts
from tests.rules.panels import DAY, NAN, panel

LEARN = 70 * 24
"""Nothing goes wrong in the first ten weeks."""
WINDOW = slice(LEARN, LEARN + 12 * 24)
"""What is judged: Monday the 5th of May to Friday the 16th. Neither it nor what lies one or five
weeks later is within four days of the turn of a month."""
START = datetime(2025, 2, 24, tzinfo=UTC)
ROWS = WINDOW.stop
YEARLY = Rate(1, YEAR)
WEEK = 7 * DAY

EXAMPLES: Mapping[str, tuple[Mapping[str, Any], ...]] = {
    "budget": (
        {"amount": 9000, "per": "week"},
        {"amount": 90, "per": "month", "price": 0.005, "currency": "USD", "mind": "projected"},
    ),
    "drop": ({},),
    "mix": ({}, {"false_alarms": YEARLY, "min_share": 0.01}),
    "newcomer": ({}, {"min_amount": 300, "within": 2 * DAY, "quiet": 73 * DAY}),
    "runway": ({}, {"within": (10 * DAY,), "interval": 0.5, "usage_metric": "calls"}),
    "shift": ({}, {"direction": "up", "false_alarms": YEARLY, "min_change": 50}),
    "silence": ({"false_alarms": YEARLY},),
    "spike": ({"min_ratio": 1, "min_change": 20},),
    "threshold": (
        {"above": 400},
        {"below": 1, "recover": 3},
        {"above": 5000, "per": "week"},
        {"above": 8, "over": "calls", "at_least": 2},
    ),
}
"""Settings by kind. Those that take long have only one."""

SHOWN = [(name, number) for name in EXAMPLES for number in range(len(EXAMPLES[name]))]
MEASURES = {"runway": Measure.LEVEL}
"""What a kind has something to say of: amounts, but for these."""


def example(name: str, number: int = 0) -> Kind:
    return KINDS[name](**EXAMPLES[name][number])


def measure(name: str) -> Measure:
    return MEASURES.get(name, Measure.AMOUNT)


CASES = [
    (name, number, of)
    for name, number in SHOWN
    for of in ([measure(name)] if name in MEASURES else Measure)
]
"""Examples and what they look at."""


def window(name: str) -> slice:
    """What is judged by a kind; less of it where that is dear."""
    return slice(day(8.7), WINDOW.stop) if name == "runway" else WINDOW


def watching(kind: Kind) -> Rule:
    return Rule("law", "tts", kind)


def usual(rng: np.random.Generator, size: float) -> np.ndarray:
    """Office hours of counts, and less of them at weekends."""
    hours = np.arange(ROWS)
    office = 0.2 + np.exp(-(((hours % 24 - 14) / 4) ** 2))
    return rng.poisson(size * office * np.where(hours // 24 % 7 < 5, 1, 0.4)).astype(np.float64)


def day(number: float) -> int:
    """The row in which a day of the window begins."""
    return WINDOW.start + round(number * 24)


@cache
def world(of: Measure, *, seed: int = 7, quiet: bool = False) -> Panel:
    """Hours, beside a meter of calls; without anomalies if it is to be quiet."""
    rng = np.random.default_rng([seed, of is Measure.LEVEL])
    columns = (_levels if of is Measure.LEVEL else _amounts)(rng, quiet=quiet)
    watched = replace(panel(*columns, measure=of), start=START)
    calls = panel(*(usual(rng, 20) for _ in columns))
    beside = replace(calls, start=START, metric=replace(calls.metric, name="calls", unit="calls"))
    return frozen(replace(watched, beside=(frozen(beside),)))


def frozen(watched: Panel) -> Panel:
    """One that nobody can write to."""
    watched.values.flags.writeable = False
    return watched


def _amounts(rng: np.random.Generator, *, quiet: bool) -> list[np.ndarray]:
    values = [usual(rng, size) for size in (40, 40, 40, 40, 400, 400, 40, 0.04, 40)]
    values[8][day(-20) : day(-19)] = NAN
    if quiet:
        return values
    values[0][day(2.5) : day(2.6)] += 300
    values[1][day(3.4) : day(3.8)] *= 0.1
    values[2][day(2.4) : day(3.8)] = 0
    values[3][day(1) :] *= 2.5
    moved = np.round(0.6 * values[4][day(4) : day(10)])
    values[4][day(4) : day(10)] -= moved
    values[5][day(4) : day(10)] += moved
    values[6][: day(3.4)] = NAN
    values[7][day(5.1)] = 25
    values[8][day(2.6) : day(2.9)] = NAN
    return values


def _levels(rng: np.random.Generator, *, quiet: bool) -> list[np.ndarray]:
    burnt = np.cumsum(usual(rng, 10))
    balance = 30000 - burnt + 2000 * (np.arange(ROWS) > day(-30))
    values = [balance, *(100 + 5 * usual(rng, 4) + rng.normal(0, 2, ROWS) for _ in range(3))]
    values[3][day(-20) : day(-19)] = NAN
    if quiet:
        return values
    values[0] = balance - balance[day(9)]
    values[0][day(9.5) :] += 5000
    values[1][day(2.5) : day(2.6)] += 500
    values[1][day(6.5) : day(7)] = 0
    values[2][day(1) :] *= 2
    values[3][day(2.6) : day(2.9)] = NAN
    return values


def cut(watched: Panel, rows: int, closed: int | None = None) -> Panel:
    """As it was when the last of so many rows had come, and what stands beside it too."""
    return replace(
        watched,
        values=watched.values[:rows].copy(),
        closed=min(watched.closed, rows) if closed is None else closed,
        beside=tuple(cut(each, rows, closed) for each in watched.beside),
    )


def with_values(watched: Panel, values: np.ndarray) -> Panel:
    return frozen(replace(watched, values=np.ascontiguousarray(values)))


def columns_of(watched: Panel, columns: np.ndarray) -> Panel:
    """Only these series, in this order."""
    series = tuple(watched.series[column] for column in columns.tolist())
    return with_values(replace(watched, series=series), watched.values[:, columns])


ARRAYS = ("outcome", "expected", "low", "high", "score", "observed", "counted", "step")


def same(one: Verdicts, other: Verdicts, rows: slice) -> None:
    """Two judgements agree on these rows of the panel, bit for bit."""
    for name in ARRAYS:
        mine, theirs = (
            None if array is None else array[rows.start - it.first : rows.stop - it.first]
            for it, array in ((one, getattr(one, name)), (other, getattr(other, name)))
        )
        assert (mine is None) == (theirs is None), name
        if mine is not None:
            np.testing.assert_array_equal(mine, theirs, err_msg=name)
            assert mine.dtype == theirs.dtype, name


def shifted(watched: Panel, by: timedelta) -> Panel:
    beside = tuple(shifted(each, by) for each in watched.beside)
    return replace(watched, start=watched.start + by, beside=beside)


IN_THE_UNIT = {"above", "below", "recover", "amount", "min_amount", "min_change"}


def scaled(kind: Any, times: float) -> Any:
    """The same kind where the unit is so many times as small."""
    assert is_dataclass(kind)
    given = {it.name: getattr(kind, it.name) for it in fields(kind) if it.name in IN_THE_UNIT}
    return replace(kind, **{n: v * times for n, v in given.items() if v is not None})
