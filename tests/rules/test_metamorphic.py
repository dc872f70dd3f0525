"""What must not change what people are told: order, company, whole weeks, and the unit."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from daemon.replay import Span, replay
from rules.series import Measure, Series
from tests.rules.worlds import (
    CASES,
    ROWS,
    SHOWN,
    WEEK,
    columns_of,
    example,
    measure,
    scaled,
    watching,
    window,
    with_values,
    world,
)

CASE = pytest.mark.parametrize(("name", "number", "of"), CASES)
EXAMPLE = pytest.mark.parametrize(("name", "number"), SHOWN)


def heard(name, kind, watched):
    """What people would hear of the rows that are judged: whom it is of, what, and when."""
    span = Span(watched.at(window(name).start), None)
    events = replay([replace(watching(kind), name=name)], [watched], span)
    return {
        (it.alert.rule, it.alert.series.labels, it.change, watched.row(it.verdict.at))
        for it in events
    }


def usual(name, number, of):
    return unchanged(name, example(name, number), of)


@cache
def unchanged(name, kind, of):
    return heard(name, kind, world(of))


@EXAMPLE
def test_every_example_is_heard_of(name, number):
    """Else the laws below would be held by saying nothing."""
    assert usual(name, number, measure(name))


@CASE
def test_the_order_of_the_series_changes_nothing(name, number, of):
    watched = world(of)
    order = np.random.default_rng(number).permutation(len(watched.series))

    assert heard(name, example(name, number), columns_of(watched, order)) == usual(name, number, of)


QUIET = {Measure.AMOUNT: [0.0, *[5.0] * 18], Measure.LEVEL: [40.0, 5.0, 5.0]}


def in_company(watched, values):
    """The same with series that always hold one value, before and behind those there are."""
    quiet = [np.full((ROWS, 1), value) for value in values]
    series = [Series("tts", "usage", (("voice_id", f"quiet{n}"),)) for n in range(len(values))]
    joined = replace(watched, series=(series[0], *watched.series, *series[1:]))
    return with_values(joined, np.hstack([quiet[0], watched.values, *quiet[1:]]))


@CASE
def test_quiet_series_beside_them_change_nothing(name, number, of):
    told = heard(name, example(name, number), in_company(world(of), QUIET[of]))
    others = {it for it in told if not dict(it[1])["voice_id"].startswith("quiet")}

    assert others == usual(name, number, of)


@pytest.mark.parametrize("name", ["drop", "mix", "newcomer", "shift", "silence", "spike"])
def test_nothing_is_told_of_what_never_changes(name):
    told = heard(name, example(name), in_company(world(Measure.AMOUNT), [0.0, 5.0, 300.0]))

    assert told == usual(name, 0, Measure.AMOUNT)


@CASE
@pytest.mark.parametrize("weeks", [1, 5])
def test_whole_weeks_earlier_or_later_changes_nothing(name, number, of, weeks):
    """But for what is counted by the month, whose beginning is no whole number of weeks away."""
    kind = example(name, number)
    if getattr(kind, "per", None) == "month":
        kind = replace(kind, per="week")
    watched = world(of)
    beside = tuple(replace(it, start=it.start + weeks * WEEK) for it in watched.beside)
    later = replace(watched, start=watched.start + weeks * WEEK, beside=beside)

    assert heard(name, kind, later) == unchanged(name, kind, of)


@CASE
@pytest.mark.parametrize("times", [4.0, 0.25])
def test_the_unit_changes_nothing_where_it_is_a_power_of_two(name, number, of, times):
    """Nor does it round anything, so that amounts and levels must be told alike to the bit."""
    kind, watched = example(name, number), world(of)
    larger = with_values(watched, times * watched.values)

    assert heard(name, scaled(kind, times), larger) == usual(name, number, of)


LEVELS = [(name, number) for name, number, of in CASES if of is Measure.LEVEL]


@pytest.mark.parametrize(("name", "number"), LEVELS)
@pytest.mark.parametrize("times", [3.0, 1e-3])
def test_levels_may_be_told_in_any_unit(name, number, times):
    kind, watched = example(name, number), world(Measure.LEVEL)
    larger = with_values(watched, times * watched.values)

    assert heard(name, scaled(kind, times), larger) == usual(name, number, Measure.LEVEL)
