"""What every kind makes of a past that holds nothing, always the same, or hardly anything."""

from dataclasses import replace
from datetime import timedelta
from functools import cache

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from rules.kinds import KINDS
from rules.series import Measure
from rules.verdict import Outcome
from tests.rules.panels import DAY, HOUR, NAN, panel
from tests.rules.worlds import CASES, SHOWN, WEEK, WINDOW, example, window, with_values, world

PAST = 70 * 24
AFTER = slice(PAST, PAST + 4 * 24)
HOURS = np.arange(AFTER.stop)
PASTS = {
    "flat": 10.0 + HOURS % 24 + 5 * (HOURS // 24 % 7 < 5),
    "constant": np.full(AFTER.stop, 20.0),
    "sparse": np.where(HOURS % 89 == 13, 3.0, 0.0),
    "zero": np.zeros(AFTER.stop),
    "empty": np.full(AFTER.stop, NAN),
}
"""Flat is a rhythm that never strays."""
SETTINGS = {"budget": {"amount": 10_000, "per": "week"}, "threshold": {"above": 90}}
SAID = {
    "budget": {
        "flat": "normal breach normal",
        "constant": "normal breach normal",
        "sparse": "normal breach normal",
        "zero": "normal breach normal",
        "empty": "unknown breach normal",
    },
    "drop": {
        "flat": "normal calm breach",
        "constant": "normal calm breach",
        "sparse": "calm calm calm",
        "zero": "unknown unknown unknown",
        "empty": "unknown unknown unknown",
    },
    "mix": {
        "flat": "normal breach calm",
        "constant": "normal breach calm",
        "sparse": "calm breach calm",
        "zero": "unknown breach unknown",
        "empty": "unknown unknown unknown",
    },
    "newcomer": {
        "flat": "normal normal normal",
        "constant": "normal normal normal",
        "sparse": "normal normal normal",
        "zero": "normal breach normal",
        "empty": "unknown breach normal",
    },
    "shift": {
        "flat": "normal breach breach",
        "constant": "normal breach breach",
        "sparse": "calm breach calm",
        "zero": "normal breach normal",
        "empty": "unknown unknown unknown",
    },
    "silence": {
        "flat": "normal calm breach",
        "constant": "normal calm breach",
        "sparse": "calm calm calm",
        "zero": "unknown unknown unknown",
        "empty": "unknown unknown unknown",
    },
    "spike": {
        "flat": "normal breach calm",
        "constant": "normal breach calm",
        "sparse": "calm breach calm",
        "zero": "unknown unknown unknown",
        "empty": "unknown unknown unknown",
    },
    "threshold": {
        "flat": "normal breach normal",
        "constant": "normal breach normal",
        "sparse": "normal breach normal",
        "zero": "normal breach normal",
        "empty": "unknown breach normal",
    },
}
"""Of an amount in the four days after such a past: if it goes on, if there is much more, and if
there is nothing. Calm is anything but a breach."""
BALANCES = {"flat": "normal", "sparse": "normal", "constant": "normal", "zero": "breach"}
"""What `runway` says where credits are burnt like that; where it is zero they are gone."""
NEW_LEVEL = {
    "drop": "normal calm breach",
    "shift": "normal breach breach",
    "silence": "normal calm breach",
    "spike": "normal breach calm",
}
"""Of a level that was constant; the others do not judge levels, or not by their past."""


def kind_of(name):
    return KINDS[name](**SETTINGS.get(name, {}))


def judged(name, values, **how):
    """Beside a series that is always there, which gives way where a mix is looked for."""
    others = np.full(AFTER.stop, 150.0)
    if name == "mix":
        others[AFTER] -= np.clip(np.nan_to_num(values[AFTER] - values[0]), 0, 120)
    watched = panel(values, others, **how)
    return kind_of(name).judge(watched, AFTER).outcome[:, 0]


def agrees(outcome, word):
    """Over all four days, the first of which may be needed to find out."""
    if word == "breach":
        return (outcome == Outcome.BREACH).any()
    allowed = {
        "unknown": [Outcome.UNKNOWN],
        "normal": [Outcome.UNKNOWN, Outcome.NORMAL],
        "calm": [Outcome.UNKNOWN, Outcome.NORMAL, Outcome.BETWEEN],
    }[word]
    told = word == "unknown" or (outcome != Outcome.UNKNOWN).any()
    return told and np.isin(outcome, allowed).all()


def afterwards(values):
    """As ever, much more, and nothing."""
    more, nothing = values.copy(), values.copy()
    more[AFTER] = 2 * np.nan_to_num(values[AFTER]) + 100
    nothing[AFTER] = 0
    return values, more, nothing


def test_every_kind_says_what_it_does_on_each_past():
    assert KINDS.keys() == {*SAID, "runway"}
    assert all(said.keys() == PASTS.keys() for said in SAID.values())


@pytest.mark.parametrize("past", PASTS)
@pytest.mark.parametrize("name", SAID)
def test_an_amount_after_such_a_past(name, past):
    for values, word in zip(afterwards(PASTS[past]), SAID[name][past].split(), strict=True):
        assert agrees(judged(name, values), word), word


@pytest.mark.parametrize("name", NEW_LEVEL)
def test_a_level_after_one_that_was_constant(name):
    for values, word in zip(afterwards(PASTS["constant"]), NEW_LEVEL[name].split(), strict=True):
        assert agrees(judged(name, values, measure=Measure.LEVEL), word), word


@pytest.mark.parametrize("name", NEW_LEVEL)
@pytest.mark.parametrize("past", ["flat", "constant", "zero"])
def test_a_level_that_never_strays_is_calm_as_long_as_it_does_not(name, past):
    """Not even between: that would keep an alert open."""
    outcome = judged(name, PASTS[past], measure=Measure.LEVEL)

    assert np.isin(outcome, [Outcome.UNKNOWN, Outcome.NORMAL]).all()


@pytest.mark.parametrize("name", ["budget", "mix", "newcomer"])
@pytest.mark.parametrize("past", PASTS)
def test_a_level_is_unknown_where_only_use_is_judged(name, past):
    assert (judged(name, PASTS[past], measure=Measure.LEVEL) == Outcome.UNKNOWN).all()


@pytest.mark.parametrize(("past", "word"), BALANCES.items())
def test_a_balance_that_is_burnt_like_such_a_past(past, word):
    burnt = np.cumsum(PASTS[past])
    balance = burnt if past == "zero" else 30_000 + burnt[-1] - burnt

    assert agrees(judged("runway", balance, measure=Measure.LEVEL), word)


@pytest.mark.parametrize(("left", "word"), [(NAN, "unknown"), (0.0, "breach"), (9.0, "normal")])
def test_a_balance_that_never_moved(left, word):
    assert agrees(judged("runway", np.full(AFTER.stop, left), measure=Measure.LEVEL), word)


ODD = {
    "late": np.where(HOURS < PAST - 60, NAN, 5.0),
    "huge": np.where(HOURS % 50, 1.0, 1e308),
    "negative": -PASTS["flat"],
    "endless": np.where(HOURS % 7, 1.0, np.inf),
    "holes": np.where(HOURS % 5, PASTS["flat"], NAN),
    "tiny": PASTS["flat"] * 1e-300,
}
WIDTHS = [timedelta(minutes=5), HOUR, 7 * HOUR, DAY, WEEK]


@pytest.mark.parametrize("of", list(Measure))
@pytest.mark.parametrize("width", WIDTHS, ids=str)
@pytest.mark.parametrize("name", KINDS)
def test_no_past_and_no_width_is_a_reason_to_fail(name, width, of):
    """All pasts side by side, and words for all of them. No warning is let pass."""
    kind = kind_of(name)
    many = 25 * 24 if width > HOUR else AFTER.stop
    columns = [past[-many:] for past in (*PASTS.values(), *ODD.values())]
    watched = panel(*columns, width=width, measure=of, filling=2)
    for rows in (slice(0, 3), slice(many - 96, many - 66), slice(many - 3, many)):
        found = kind.judge(watched, rows)
        untold = np.isnan(watched.values[rows])

        assert found.outcome.shape == found.score.shape == untold.shape
        assert np.isin(found.outcome, list(Outcome)).all()
        assert ((found.score >= 0) & (found.score <= 1)).all()
        assert (found.outcome[untold] == Outcome.UNKNOWN).all()
        assert (found.score[untold] == 0).all()
        for column in range(len(watched.series)):
            assert found.one(watched, rows.stop - 1, column).why.reason


@pytest.mark.parametrize("of", list(Measure))
@pytest.mark.parametrize("name", KINDS)
def test_one_bucket_no_rows_and_no_series_are_fine(name, of):
    kind, one = kind_of(name), panel([5.0], [NAN], measure=of)
    none = replace(one, series=(), values=np.empty((1, 0)))

    assert kind.judge(one, slice(0, 1)).outcome.shape == (1, 2)
    assert kind.judge(one, slice(1, 1)).outcome.shape == (0, 2)
    assert kind.judge(none, slice(0, 1)).outcome.shape == (1, 0)
    assert kind.judge(panel([], measure=of), slice(0, 0)).outcome.shape == (0, 1)


@cache
def calm_world(name, number, of):
    watched = world(of, quiet=True)
    return example(name, number).judge(watched, window(name)).outcome == Outcome.BREACH


STATISTICAL = [case for case in CASES if case[0] in ("drop", "mix", "shift", "silence", "spike")]


@pytest.mark.parametrize(("name", "number", "of"), STATISTICAL)
@settings(max_examples=4, deadline=None, phases=[Phase.generate])
@given(data=st.data())
def test_what_is_not_told_opens_nothing_neither_there_nor_after(name, number, of, data):
    """In a world where nothing happens."""
    watched = world(of, quiet=True)
    values, many = watched.values.copy(), len(watched.series)
    whose = data.draw(st.one_of(st.just(slice(None)), st.integers(0, many - 1)))
    first = data.draw(st.integers(WINDOW.start - 48, WINDOW.stop - 2))
    gap = slice(first, first + data.draw(st.integers(1, 100)))
    values[gap, whose] = NAN
    found = example(name, number).judge(with_values(watched, values), window(name))

    opened = (found.outcome == Outcome.BREACH) & ~calm_world(name, number, of)
    assert not opened.any()


@pytest.mark.parametrize(("name", "number", "of"), CASES)
def test_what_is_not_told_is_unknown_in_the_midst_of_an_anomaly_too(name, number, of):
    watched = world(of)
    values = watched.values.copy()
    values[window(name).start + 50 : window(name).start + 60] = NAN
    found = example(name, number).judge(with_values(watched, values), window(name))

    assert (found.outcome[50:60] == Outcome.UNKNOWN).all()
    assert (found.score[50:60] == 0).all()


def test_all_examples_are_looked_at():
    assert {(name, number) for name, number, _ in CASES} == set(SHOWN)
