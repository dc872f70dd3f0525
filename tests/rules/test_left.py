"""How long balances last, for every row that is judged."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from rules.left import Asked, latest, left
from rules.series import Measure
from rules.spending import spending
from tests.rules.panels import DAY, HOUR, NAN, panel

ASKED = Asked(timedelta(weeks=8), 14 * DAY, 0.8)


def lasting(watched, row, asked=ASKED):
    only, here = latest(watched, slice(row, row + 1))
    found = left(only, here, spending(only), asked, None)
    return {name: getattr(found, name)[0, 0] for name in ("low", "middle", "high", *REST)}


REST = ("before", "risen", "needed", "a_day", "told")


def balances(days=20, burn=2.0, stands=2000.0, width=HOUR):
    rows = days * DAY // width + 1
    return panel(
        stands - burn * (width / HOUR) * np.arange(rows), measure=Measure.LEVEL, width=width
    )


def test_a_steady_burn_empties_a_balance_when_it_should():
    found = lasting(balances(), 480)

    assert found["middle"] == pytest.approx(1040 / 2, rel=0.01)
    assert found["needed"] == pytest.approx(14 * 48, rel=0.01)
    assert found["a_day"] == pytest.approx(48, rel=0.01)
    assert found["told"] == 20
    assert np.isnan(found["before"])


def test_minutes_into_an_hour_count():
    watched = balances(width=timedelta(minutes=15))

    assert lasting(watched, 1922 - 2)["middle"] == pytest.approx(520, rel=0.001)
    assert lasting(watched, 1919)["middle"] == pytest.approx(520.25, rel=0.001)


def test_rows_of_one_hour_share_an_outlook_and_say_what_each_would_alone():
    watched = balances(width=timedelta(minutes=15))
    only, here = latest(watched, slice(1800, 1921))
    together = left(only, here, spending(only), ASKED, None)

    for row in (1800, 1803, 1850, 1920):
        assert lasting(watched, row)["middle"] == together.middle[row - 1800, 0]
        assert lasting(watched, row)["low"] == together.low[row - 1800, 0]


def test_more_outlooks_than_are_worked_out_in_one_go_are_no_different():
    watched = panel(*(balances().values[:, 0] + more for more in range(3)), measure=Measure.LEVEL)
    found = left(watched, slice(400, 481), spending(watched), ASKED, None)

    np.testing.assert_allclose(found.middle[:, 1] - found.middle[:, 0], 0.5, rtol=0.1)
    assert lasting(watched, 444)["middle"] == found.middle[44, 0]


def test_an_empty_balance_lasts_no_longer_and_an_unknown_one_nobody_knows_how_long():
    values = balances().values[:, 0]
    values[-2:] = [0, NAN]
    watched = panel(values, measure=Measure.LEVEL)

    assert lasting(watched, 479)["low"] == lasting(watched, 479)["high"] == 0
    assert np.isnan(lasting(watched, 480)["middle"])


@pytest.mark.parametrize(("bought", "seen"), [(53, True), (40, False)])
def test_a_rise_of_a_day_s_burn_is_a_top_up_and_less_is_none(bought, seen):
    values = balances().values[:, 0]
    values[-1] += bought
    found = lasting(panel(values, measure=Measure.LEVEL), 480)

    assert (not np.isnan(found["before"])) == seen
    if seen:
        assert found["before"] == pytest.approx(521, rel=0.01)
        assert found["risen"] == bought - 2


def test_a_look_more_than_a_day_ago_is_too_old_to_call_it_a_rise():
    values = balances().values[:, 0]
    values[-1] += 500
    values[-24:-1] = NAN
    assert not np.isnan(lasting(panel(values, measure=Measure.LEVEL), 480)["before"])
    values[-25] = NAN
    assert np.isnan(lasting(panel(values, measure=Measure.LEVEL), 480)["before"])


def test_nothing_that_happened_more_than_58_days_ago_counts():
    watched = balances(days=70, stands=9000)
    values = watched.values.copy()
    values[: 12 * 24] = np.random.default_rng(1).normal(5000, 900, (12 * 24, 1))
    later = replace(watched, start=watched.at(200), values=watched.values[200:])

    assert lasting(replace(watched, values=values), 1680) == pytest.approx(
        lasting(watched, 1680), rel=0, abs=0, nan_ok=True
    )
    assert lasting(later, 1480) == pytest.approx(lasting(watched, 1680), rel=0, abs=0, nan_ok=True)


def test_a_planned_week_is_not_carried_forward():
    values = balances().values.copy()
    values[-169:] -= 9 * np.arange(169)[:, None]
    planned = np.zeros(values.shape, dtype=np.bool_)
    planned[-169:-1] = True
    watched = replace(balances(), values=values + 5000, planned=planned)

    assert lasting(watched, 480)["a_day"] == pytest.approx(48, rel=0.01)


def test_a_balance_by_the_week_has_an_outlook_too():
    watched = balances(days=210, burn=1, stands=6000, width=7 * DAY)

    assert lasting(watched, 30, Asked(timedelta(weeks=8), 14 * DAY, 0.8))["middle"] == (
        pytest.approx(960 / 168, rel=0.01)
    )
