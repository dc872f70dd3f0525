"""A small world of office hours, and what is told of what happens in it."""

from dataclasses import replace
from functools import cache

import numpy as np

from rules.engine import News, evaluate
from rules.rule import Rule
from tests.rules.panels import panel

DAYS = 84
HOURS = np.arange(DAYS * 24)
DAY = 72 * 24
"""Midnight of Wednesday, May the 14th: far from any turn of a month."""
NOON = DAY + 14
SERIES = 12


@cache
def _usual():
    office = 0.3 + np.exp(-(((HOURS % 24 - 14) / 4) ** 2))
    means = 60 * office * np.where(HOURS // 24 % 7 < 5, 1, 0.5)
    return np.random.default_rng(0).poisson(means, (SERIES, len(HOURS))).astype(float)


def usual(**how):
    """Counts of a dozen series, more of them by day, fewer at weekends."""
    return panel(*_usual(), **how)


def changed(watched, rows, change, column=0):
    """The same where something happened to one series."""
    values = watched.values.copy()
    values[rows, column] = change(values[rows, column])
    return replace(watched, values=values)


def now(watched, value, row=NOON, column=0):
    return changed(watched, row, lambda _: value, column)


def judged(kind, watched, row=NOON, column=0):
    return kind.judge(watched, slice(row, row + 1)).one(watched, row, column)


def told(kind, watched, since=DAY - 48, column=0):
    """What people hear of a series from then on: the change, and after how many hours of the
    day."""
    heard = evaluate(Rule("rule", "tts", kind), watched, {}, News(watched.at(since))).events
    mine = [event for event in heard if event.alert.series == watched.series[column]]
    return [(event.change.value, watched.row(event.verdict.at) - DAY) for event in mine]
