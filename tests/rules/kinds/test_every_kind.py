"""What every kind must honour."""

from dataclasses import is_dataclass, replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.kinds import KINDS
from rules.kinds.spike import Spike
from rules.kinds.threshold import Threshold
from rules.series import Measure
from rules.verdict import Outcome
from tests.rules.panels import DAY, HOUR, NAN, panel

EXAMPLES = {
    "threshold": [Threshold(above=8), Threshold(below=1), Threshold(above=9, recover=4)],
    "spike": [
        Spike(),
        Spike(direction="both", weeks=4, sigmas=2, once_in=2 * DAY),
        Spike(baseline="rolling", sigmas=3, once_in=timedelta(0)),
    ],
}
KIND = st.sampled_from([kind for kinds in EXAMPLES.values() for kind in kinds])
WIDTH = st.sampled_from([6 * HOUR, 8 * HOUR, 5 * HOUR, DAY])
MEASURE = st.sampled_from(list(Measure))
SEED = st.integers(0, 2**32 - 1)


def usage(seed, rows=260):
    """A rhythm, ties, a sparse series, gaps, a late comer and some spikes."""
    rng = np.random.default_rng(seed)
    rhythm = 1 + np.arange(rows) % 4
    values = rng.poisson(rhythm, (3, rows)).astype(np.float64)
    values[1] *= rng.random(rows) < 0.1
    values[2, : rows // 2] = NAN
    values[rng.random(values.shape) < 0.03] = NAN
    values[rng.random(values.shape) < 0.03] *= 10
    return values


def same(one, other, rows):
    """Whether two judgements agree on these rows, bit for bit and word for word."""
    for name in ("outcome", "expected", "low", "high", "score"):
        mine = getattr(one, name)[rows - one.first]
        theirs = getattr(other, name)[rows - other.first]
        np.testing.assert_array_equal(mine, theirs)
    for column in range(one.outcome.shape[1]):
        assert one.why(rows, column) == other.why(rows, column)


def test_every_kind_on_the_shelf_has_examples_here():
    assert EXAMPLES.keys() == KINDS.keys()
    assert all(is_dataclass(kind) for kind in KINDS.values())


@settings(max_examples=25, deadline=None)
@given(KIND, SEED, WIDTH, MEASURE, st.integers(150, 259))
def test_judging_row_by_row_as_they_arrive_is_judging_all_at_once(kind, seed, width, measure, row):
    values = usage(seed)
    whole = kind.judge(panel(*values, width=width, measure=measure), slice(100, 260))
    live = panel(*values[:, : row + 1], width=width, measure=measure)

    same(kind.judge(live, slice(row, row + 1)), whole, row)


@settings(max_examples=15, deadline=None)
@given(KIND, SEED, WIDTH, MEASURE)
def test_judging_again_says_the_same_and_leaves_the_panel_as_it_was(kind, seed, width, measure):
    watched = panel(*usage(seed), width=width, measure=measure)
    kept = watched.values.copy()
    watched.values.flags.writeable = False
    one, other = kind.judge(watched, slice(200, 260)), kind.judge(watched, slice(200, 260))

    for row in (200, 230, 259):
        same(one, other, row)
    np.testing.assert_array_equal(watched.values, kept)


@settings(max_examples=15, deadline=None)
@given(KIND, SEED, MEASURE)
def test_a_series_is_judged_as_if_it_were_alone(kind, seed, measure):
    values = usage(seed)
    together = kind.judge(panel(*values, measure=measure), slice(200, 260))

    for column in range(3):
        alone = kind.judge(panel(values[column], measure=measure), slice(200, 260))
        np.testing.assert_array_equal(alone.outcome[:, 0], together.outcome[:, column])
        np.testing.assert_array_equal(alone.score[:, 0], together.score[:, column])


@settings(max_examples=15, deadline=None)
@given(KIND, SEED, MEASURE)
def test_what_was_not_told_is_unknown_and_every_score_lies_between_0_and_1(kind, seed, measure):
    values = usage(seed)
    judged = kind.judge(panel(*values, measure=measure), slice(0, 260))

    assert (judged.outcome[np.isnan(values.T)] == Outcome.UNKNOWN).all()
    assert ((judged.score >= 0) & (judged.score <= 1)).all()
    assert (judged.score[np.isnan(values.T)] == 0).all()


@pytest.mark.parametrize("kind", [kind for kinds in EXAMPLES.values() for kind in kinds])
@pytest.mark.parametrize("value", [0.0, 5.0, -5.0, NAN, 1e308])
@pytest.mark.parametrize("measure", list(Measure))
def test_a_past_without_any_change_is_never_a_reason_to_fail(kind, value, measure):
    watched = panel(np.full(200, value), measure=measure)
    judged = kind.judge(watched, slice(0, 200))

    for row in (0, 199):
        assert judged.one(watched, row, 0).why.reason


@pytest.mark.parametrize("kind", [kind for kinds in EXAMPLES.values() for kind in kinds])
def test_no_rows_and_no_series_are_fine(kind):
    watched = panel([1.0, 2.0, 3.0])
    empty = replace(watched, series=(), values=np.empty((3, 0)))

    assert kind.judge(watched, slice(3, 3)).outcome.shape == (0, 1)
    assert kind.judge(empty, slice(0, 3)).outcome.shape == (3, 0)
