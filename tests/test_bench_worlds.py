"""The made-up worlds that the rules are measured by, and what judges them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache

import numpy as np
import pytest

from bench.world.judge import FITTING, Alarm, judge
from bench.world.ledger import make_ledger
from bench.world.make import LEARN, World, make_world
from bench.world.plain import make_plain
from bench.world.planting import Planted
from bench.world.quota import make_quota
from bench.world.shape import HOUR, SHAPES, Calendar
from bench.world.table import per, quiet_table, table
from bench.world.usage import Grid, make_usage
from bench.world.watch import Watcher, by_command, in_process, watchers

DAY = 24


@cache
def small() -> World:
    return make_world(3, series=24, days=100, anomalies_per_series_month=0.8)


def sums(world: World, planted: Planted) -> tuple[float, float]:
    """What was told while it lasted, and what was expected."""
    where = slice(planted.first, planted.last + 1), list(planted.columns)
    return float(world.panel.values[where].sum()), float(world.expected[where].sum())


def alone(kind: str, first: int, last: int) -> World:
    """A world with one thing in it, in its first series."""
    return replace(small(), truth=(Planted(kind, (0,), first, last),))


def said(kind: str, row: int, column: int = 0) -> Alarm:
    return Alarm(kind, kind, small().panel.series[column].labels, row)


def test_the_same_seed_makes_the_same_world_and_another_another() -> None:
    again = make_world(3, series=24, days=100, anomalies_per_series_month=0.8)
    other = make_world(4, series=24, days=100, anomalies_per_series_month=0.8)

    assert again.truth == small().truth
    assert np.array_equal(again.panel.values, small().panel.values, equal_nan=True)
    assert not np.array_equal(other.panel.values, small().panel.values, equal_nan=True)


def test_nothing_goes_wrong_while_a_world_is_learnt() -> None:
    assert min(planted.first for planted in small().truth) >= LEARN / HOUR


@pytest.mark.parametrize("kind", ["spike", "wrong hour"])
def test_too_much_is_more_than_expected(kind: str) -> None:
    planted = [it for it in small().truth if it.kind == kind]

    assert planted
    assert all(told > 1.1 * expected for told, expected in (sums(small(), it) for it in planted))


def test_the_last_week_of_a_leak_is_more_than_the_week_before_it() -> None:
    leaks = [it for it in small().truth if it.kind == "leak"]

    assert leaks
    for it in leaks:
        values = small().panel.values[:, it.columns[0]]
        before, last = values[it.first - 7 * DAY : it.first], values[it.last + 1 - 7 * DAY :]
        assert last[: 7 * DAY].sum() > 1.15 * before.sum()


@pytest.mark.parametrize(("kind", "share"), [("drop", 0.8), ("silence", 0), ("end", 0)])
def test_too_little_is_less_than_expected(kind: str, share: float) -> None:
    planted = [it for it in small().truth if it.kind == kind]

    assert planted
    assert all(told <= share * expected for told, expected in (sums(small(), it) for it in planted))


def test_a_new_series_is_not_told_before_its_first_use() -> None:
    new = [it for it in small().truth if it.kind in ("newcomer", "begin")]

    assert new
    for it in new:
        values = small().panel.values[:, it.columns[0]]
        assert np.isnan(values[: it.first]).all()
        assert values[it.first] > 0


def test_a_quiet_world_has_no_truth_and_every_series_is_told_all_along() -> None:
    quiet = make_world(3, series=24, days=60, anomalies_per_series_month=0)

    assert quiet.truth == ()
    assert not np.isnan(quiet.panel.values).any()


def test_a_calendar_is_that_of_its_zone() -> None:
    """The last evening of January 2025, a Friday, is Saturday the first of February in Tokyo."""
    evening = datetime(2025, 1, 31, 20, tzinfo=UTC)
    here, tokyo = Calendar.of(evening, 3, 0), Calendar.of(evening, 3, 9)

    assert (here.weekday[0], here.date[0], here.left[0], here.hour[0]) == (4, 31, 0, 20)
    assert (tokyo.weekday[0], tokyo.date[0], tokyo.left[0], tokyo.hour[0]) == (5, 1, 27, 5)


@pytest.mark.parametrize(
    ("shape", "least", "most"), [("sparse", 0.02, 0.3), ("batch", 0.05, 5_000)]
)
def test_series_are_of_all_sizes_within_the_bounds_of_their_shape(
    shape: str, least: float, most: float
) -> None:
    grid, rng = Grid(datetime(2025, 1, 1, tzinfo=UTC), 28 * DAY, HOUR), np.random.default_rng(1)
    means = [make_usage(grid, rng, [shape]).mean.mean() for _ in range(200)]

    assert least <= min(means) < 1.5 * least
    assert most / 1.5 < max(means) <= most


@pytest.mark.parametrize("shape", SHAPES)
def test_what_is_told_is_around_what_was_expected(shape: str) -> None:
    world = make_world(5, series=30, days=60, anomalies_per_series_month=0, shapes=[shape])

    assert set(world.shapes) == {shape}
    ratio = world.panel.values.sum(axis=0) / world.expected.sum(axis=0)
    assert 0.85 < np.median(ratio) < 1.15


def test_buckets_may_be_wider_or_narrower_than_an_hour() -> None:
    days = make_world(
        5, series=20, days=120, anomalies_per_series_month=0.5, width=timedelta(days=1)
    )
    halves = make_world(5, series=2, days=60, anomalies_per_series_month=0, width=HOUR / 2)

    assert days.panel.values.shape == (120, 20)
    assert days.truth
    assert halves.panel.values.shape == (60 * 48, 2)


@pytest.mark.parametrize(
    ("kind", "rule", "late"), [("spike", "spike", DAY), ("shift", "shift", 14 * DAY)]
)
def test_an_alert_in_time_finds_what_was_planted(kind: str, rule: str, late: int) -> None:
    world = alone(kind, 1200, 1203)

    for row, by in ((1199, None), (1200, rule), (1203 + late, rule), (1204 + late, None)):
        assert [it.by for it in judge(world, [said(rule, row)]).found] == [by]


@pytest.mark.parametrize(("kind", "after"), [("spike", 2 * DAY), ("leak", 14 * DAY)])
def test_an_alert_outside_of_it_and_its_wake_is_false(kind: str, after: int) -> None:
    world = alone(kind, 1200, 1203)

    for row, false in ((1199, 1), (1200, 0), (1203 + after, 0), (1204 + after, 1)):
        assert len(judge(world, [said("spike", row)]).false) == false


def test_an_alert_of_another_series_is_false_and_finds_nothing() -> None:
    judged = judge(alone("spike", 1200, 1203), [said("spike", 1201, column=1)])

    assert [it.by for it in judged.found] == [None]
    assert len(judged.false) == 1


def test_a_rule_of_another_kind_finds_nothing_and_is_not_false_either() -> None:
    judged = judge(alone("spike", 1200, 1203), [said("drop", 1202)])

    assert [(it.by, it.by_any) for it in judged.found] == [(None, True)]
    assert judged.false == ()


def test_an_alert_of_a_sum_speaks_of_all_its_series() -> None:
    judged = judge(alone("mix", 1200, 1203), [Alarm("mix", "mix", (), 1201)])

    assert [(it.by, it.delay) for it in judged.found] == [("mix", 1)]
    assert judged.false == ()


def test_every_kind_that_is_planted_has_rules_that_may_find_it() -> None:
    assert {it.kind for it in small().truth} - {"begin"} <= set(FITTING)


def test_the_command_says_what_the_rules_say() -> None:
    world = make_world(7, series=4, days=70, anomalies_per_series_month=1)
    watching = watchers(["spike"])

    assert by_command(world, watching) == in_process(world, watching) != []


def test_the_tables_hold_every_kind_and_every_rule() -> None:
    judged = judge(alone("spike", 1200, 1203), [said("spike", 1201), said("spike", 2000)])

    assert "spike              1      1   1.000    1.0   spike 1" in table([judged])
    asking = Watcher("spike", "spike", {"false_alarms": "2 per week"})
    assert quiet_table([judged], [asking]).splitlines()[1].split()[:5] == [
        "spike",
        "2",
        "15.7",
        "0.13",
        "0",
    ]


def test_a_rate_is_so_many_a_day() -> None:
    assert (per("2 per day"), per("1 per week")) == (2, 1 / 7)


def test_a_ledger_adds_up_and_never_runs_dry() -> None:
    ledger = make_ledger(4, days=90)
    came = np.zeros(len(ledger.balance))
    for moved in (*ledger.top_ups, *ledger.refunds):
        came[moved.row] += moved.amount

    assert np.allclose(np.diff(ledger.balance), (came - ledger.spent)[:-1])
    assert ledger.balance.min() > 0
    assert ledger.top_ups


def test_a_ledger_is_empty_when_all_that_stood_is_spent() -> None:
    ledger = replace(
        make_ledger(4, days=90),
        balance=np.array([9.0, 7.0]),
        spent=np.array([2.0, 2.0]),
        future=np.array([4.0, 2.0, 9.0]),
    )

    assert ledger.empty_at(1) == ledger.start + 3.5 * HOUR
    assert replace(ledger, future=np.array([1.0])).empty_at(1) is None


def test_a_quota_is_over_in_the_row_in_which_the_month_passes_it() -> None:
    quota = make_quota(0, days=200)
    over = [(month.first, month.over) for month in quota.months if month.over is not None]

    assert over
    for first, row in over:
        used = quota.panel.values[first : row + 1].sum(axis=1)
        assert used[:-1].sum() <= quota.amount < used.sum()
    assert all(it.used <= quota.amount for it in quota.months if it.over is None)


@cache
def plain() -> World:
    return make_plain(3, series=28, days=120, anomalies_per_series_month=0.8)


def test_a_plain_world_is_the_same_for_the_same_words() -> None:
    again = make_plain(3, series=28, days=120, anomalies_per_series_month=0.8)

    assert again.truth == plain().truth
    np.testing.assert_array_equal(again.panel.values, plain().panel.values)


@pytest.mark.parametrize(
    ("kind", "least", "most"),
    [
        ("spike", 3.0, 8.0),
        ("wrong hour", 5.0, np.inf),
        ("drop", 0.0, 0.4),
        ("silence", 0.0, 0.0),
    ],
)
def test_what_goes_wrong_in_a_plain_world_is_far_from_what_was_expected(
    kind: str, least: float, most: float
) -> None:
    """In the middle: some lie where a level has moved already."""
    told, expected = np.transpose([sums(plain(), one) for one in plain().truth if one.kind == kind])

    assert least <= np.median((told + 1e-9) / (expected + 1e-6)) <= most + 1e-6


def test_a_quiet_plain_world_is_about_what_was_expected() -> None:
    quiet = make_plain(4, series=28, days=90, anomalies_per_series_month=0)

    assert quiet.truth == ()
    assert quiet.panel.values.sum() == pytest.approx(quiet.expected.sum(), rel=0.02)
    assert set(quiet.shapes) <= set(SHAPES)
