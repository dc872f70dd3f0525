"""How rare a day's worst is, for its series and among all of them."""

from datetime import UTC, datetime
from math import exp, inf, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.ordinary import rare
from rules.ordinary.peaks import peaks
from rules.ordinary.rare import (
    ABOVE,
    AT_TURNS,
    FAR_OUT,
    LEAST,
    POPULATION,
    REMEMBERED,
    SELDOM,
    TROUBLE,
    Asked,
    Far,
    Own,
    Tail,
    own,
)
from tests.rules.panels import NAN

MONDAY = datetime(2025, 3, 3, tzinfo=UTC)
WHOLE = slice(None)
PLAIN = Far(told=1.0, falls=1.0, grows=3.0)
SLOWER = Far(told=1.0, falls=1.5, grows=3.0)


def maxima(days, series, seed=0, hours=24):
    """The highest of a day of normal noise."""
    return np.random.default_rng(seed).normal(size=(days, hours, series)).max(axis=1)


def tail(drawn, block):
    return rare.tail(drawn, block, PLAIN)


def column(*values):
    return np.array(values, dtype=np.float64)[:, None]


TAILS = st.builds(
    Tail,
    st.floats(0.5, 6),
    st.floats(0.1, 3),
    st.floats(0.001, 0.2),
    st.integers(1, 10_000),
    st.builds(Far, st.floats(0.2, 1), st.floats(0.5, 3), st.floats(1, 9)),
)


@given(TAILS, st.floats(1e-5, 1e-1))
def test_a_limit_is_passed_as_often_as_was_asked(found, often):
    """What each of all series does on such a share of its days."""
    chance = found.chance(found.limit(often))

    assert chance * found.series == pytest.approx(min(often, found.series), rel=1e-6)


@given(TAILS, st.floats(-1e6, 1e6), st.floats(0, 1e6))
def test_what_is_further_out_is_never_less_rare(found, score, more):
    assert 0 <= found.chance(score + more) <= found.chance(score) <= 1


@pytest.mark.parametrize(("score", "chance"), [(inf, 0), (-inf, 1), (1e300, 0), (-1e300, 1)])
def test_whatever_a_score_is_it_has_a_chance(score, chance):
    assert Tail(3, 0.4, 0.06, 10, SLOWER).chance(score) == chance


def test_far_out_a_tail_falls_as_its_look_has_it():
    found = Tail(3.0, 0.5, 0.06, 1, SLOWER)
    near, far = (0.06 * exp(-each) for each in (FAR_OUT - 0.1, FAR_OUT + 3))

    assert found.limit(near) == pytest.approx(3 + 0.5 * (FAR_OUT - 0.1))
    assert found.limit(far) == pytest.approx(3 + 0.5 * (FAR_OUT + 3 * 1.5))


def test_what_is_told_of_a_part_of_the_days_only_is_as_much_rarer():
    worst = maxima(POPULATION, 20)
    half, whole = (rare.tail(worst, POPULATION, Far(told, 1.0, 3.0)) for told in (0.5, 1.0))

    assert half.limit(0.01) == pytest.approx(whole.limit(0.02))
    assert half.chance(9.0) == pytest.approx(whole.chance(9.0) / 2)


@pytest.mark.parametrize("falls", [0.3, 0.6])
def test_the_tail_of_exponential_scores_is_recovered(falls):
    """Every other day is a peak by itself, the days between are quiet."""
    scores = np.random.default_rng(1).exponential(falls, (POPULATION, 400))
    scores[1::2] = -1.0
    found = tail(scores, POPULATION)

    assert found is not None
    assert found.falls == pytest.approx(falls, rel=0.12)
    assert found.begins == pytest.approx(falls * log(0.5 / 0.06), rel=0.06)
    assert found.share == pytest.approx(0.06, rel=0.06)
    assert found.series == 400
    assert found.limit(0.4) == pytest.approx(falls * log(0.5 * 1000), rel=0.12)


def alarms(worst, per_day, far, first=60):
    """How many series are beyond the limit, a day."""
    everyone = own(worst, None)
    drawn = everyone.drawn_in(worst, WHOLE)
    limits = [rare.tail(drawn, day, far).limit(per_day) for day in range(first, len(worst))]
    return np.count_nonzero(drawn[first:] > np.array(limits)[:, None]) / len(limits)


@pytest.mark.parametrize("per_day", [1.0, 0.3])
def test_noise_raises_about_as_many_alarms_as_were_asked_for(per_day):
    """Of series that are alike; what is added for those that are not makes them fewer."""
    worlds = [maxima(200, 200, seed) for seed in range(3)]
    alike, others = (
        np.mean([alarms(worst, per_day, far) for worst in worlds]) for far in (PLAIN, SLOWER)
    )

    assert per_day / 1.6 < alike < per_day * 1.6
    assert alike / 2 < others <= alike


def test_a_few_huge_outliers_move_the_limit_by_little():
    plain = maxima(POPULATION, 60)
    odd = np.where(np.random.default_rng(2).random(plain.shape) < 0.05, 50.0, plain)
    calm, moved = (tail(each, POPULATION).limit(0.03) for each in (plain, odd))

    assert moved == pytest.approx(calm, rel=0.1)
    assert np.sort(odd, axis=None)[-60] == 50


def test_more_series_raise_the_limit():
    few, many = (tail(maxima(POPULATION, series), POPULATION) for series in (30, 300))

    assert few.series == 30
    assert many.limit(0.03) > few.limit(0.03) + 0.5


def test_only_who_was_heard_of_in_the_last_week_is_watched():
    worst = maxima(POPULATION, 10)
    worst[-7:, :3] = NAN
    worst[-6:, 3] = NAN

    assert tail(worst, POPULATION).series == 7


@pytest.mark.parametrize(("days", "known"), [(13, False), (14, True)])
def test_before_two_weeks_were_told_nothing_is_rare(days, known):
    worst = maxima(40, 5)
    worst[days:] = NAN

    assert (tail(worst, days) is not None) == known
    assert np.isfinite(own(worst, None).bend[days]).all() == known


def test_a_tail_is_told_by_the_last_eight_weeks_alone():
    worst = maxima(100, 20)
    other = worst.copy()
    other[: 100 - POPULATION] = 9
    other[99] = 9

    assert tail(worst, 99) != tail(other, 99)
    assert tail(worst[:99], 99) == tail(worst, 99)
    other[99 - POPULATION] = worst[99 - POPULATION]
    assert tail(worst, 99) == tail(other, 99)


def test_a_single_series_has_a_limit_as_soon_as_it_is_known():
    """A few weeks hold few peaks; all limits lie beyond an ordinary day."""
    for seed in range(40):
        worst = maxima(30, 1, seed)
        for block in range(LEAST, 30):
            limit = tail(worst, block).limit(1 / 30)
            assert np.median(worst[:block]) < limit < 7


def test_where_there_are_few_peaks_the_tail_begins_with_the_lowest_of_them():
    found = tail(column(0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 0, 0, 0), 14)

    assert found.begins == 2


@pytest.mark.parametrize("value", [0.0, 1e-9])
def test_what_never_strays_has_the_limit_of_normal_noise(value):
    found = tail(np.full((POPULATION, 3), value), POPULATION)

    assert found is rare.USUAL
    assert found.limit(1 / 10_000) == pytest.approx(5.3, abs=0.3)


def test_what_never_strays_does_not_blunt_the_limit_of_others():
    worst = maxima(POPULATION, 30)
    joined = np.hstack([worst, np.zeros((POPULATION, 30))])

    assert tail(joined, POPULATION) == tail(worst, POPULATION)


def test_what_is_endlessly_far_out_tells_nothing_of_the_tail():
    worst = maxima(POPULATION, 3)
    worst[10:13] = inf

    assert np.isfinite(tail(worst, POPULATION).limit(1 / 30))


def records(*values):
    return own(column(*values), None).record[:, 0]


def test_a_record_is_the_second_highest_peak_of_the_weeks_before():
    quiet = [1, 0] * 10
    found = records(*quiet, 5, 0, 3, 0, 4, 0, *[0] * 60)

    assert found[20] == 1
    assert found[21] == 1
    assert found[23] == 3
    assert found[25] == 4
    assert found[24 + POPULATION] == -inf or found[24 + POPULATION] < 4


def test_a_trouble_of_several_days_is_one_occasion():
    assert records(*[1, 0] * 10, 5, 4, 5, 5, 0, 0)[25] == 5
    assert records(*[1, 0] * 10, 5, 5, 4, 3, 0, 0)[25] == 1


def test_yesterday_is_a_peak_whatever_today_is():
    assert records(*[1, 0] * 10, 3, 0, 5, 6)[23] == 3


def test_an_earlier_trouble_does_not_make_blind_for_the_next():
    """Far beyond what is natural to a series no record need be broken."""
    bend = own(column(*[1, 0] * 10, 30, 0, 40, 0), None).bend[-1, 0]

    assert bend == 1
    assert records(*[1, 0] * 10, 30, 0, 40, 0)[-1] == bend + TROUBLE


def test_what_is_a_record_does_not_hang_on_what_follows():
    rng = np.random.default_rng(3)
    worst = rng.gamma(2, 1, (80, 6))
    later = worst.copy()
    later[50:] = rng.gamma(2, 3, (30, 6))
    one, other = own(worst, MONDAY), own(later, MONDAY)

    np.testing.assert_array_equal(one.record[:51], other.record[:51])
    np.testing.assert_array_equal(one.bend[:51], other.bend[:51])
    np.testing.assert_array_equal(one.heavy[:51], other.heavy[:51])


def test_one_day_endlessly_far_out_does_not_end_the_watch():
    found = records(*[1, 0] * 10, inf, 0, 1, 0)

    assert np.isfinite(found[21:]).all()


@pytest.fixture(scope="module")
def unequal():
    """Twenty series of normal noise, and one with days that are far worse now and then."""
    worst = maxima(POPULATION + 1, 21)
    worst[::4, 20] += np.random.default_rng(4).exponential(3, worst[::4, 20].shape)
    return worst


def test_a_heavy_tail_is_drawn_in_and_others_stay_as_they_are(unequal):
    found = own(unequal, None)
    heavy = found.heavy[-1]
    drawn = found.drawn_in(unequal, POPULATION)

    assert heavy[20] > 2.5
    assert np.median(heavy[:20]) < 1.3
    assert (heavy >= 1).all()
    assert drawn[POPULATION, 20] < unequal[POPULATION, 20]


def test_only_what_is_beyond_the_bend_is_drawn_in():
    everyone = knowing(bend=2.0, heavy=4.0)

    assert everyone.drawn_in(column(1.0, 2.0, 6.0), 0).ravel().tolist() == [1, 2, 3]
    assert np.isnan(knowing(bend=NAN).drawn_in(column(1.0), 0)).all()


def test_the_records_of_a_heavy_tail_must_be_beaten_by_more(unequal):
    found = own(unequal, None)

    assert found.record[-1, 20] > peaks(unequal[:-1])[:, 20].max()
    assert found.record[-1, 0] < unequal[:-1, 0].max()


def test_no_series_is_taken_for_more_than_six_times_as_heavy(unequal):
    worst = unequal.copy()
    worst[::4, 20] *= 100

    assert own(worst, None).heavy[-1, 20] == 6


def knowing(**other):
    """What is known of one series by one block, where there is little of it."""
    none = {"bend": 9.0, "heavy": 1.0, "record": 0.0, "now_and_then": 0.0, "turn": 0.0, "turns": 0}
    return Own(**{name: column(value) for name, value in (none | other).items()})


def asked(limit=4.0, rarer=SELDOM, surpassed=1.0):
    return Asked(column(limit), column(rarer), column(surpassed))


@pytest.mark.parametrize(
    ("known", "goal"),
    [
        ({"bend": 5.0, "heavy": 3.0}, 4),
        ({"bend": 2.0, "heavy": 3.0}, 8),
        ({"bend": 2.0, "heavy": 3.0, "record": 9.0}, 9),
        ({"now_and_then": 3.0}, 6),
        ({"now_and_then": 1.9}, 4),
        ({"bend": NAN}, NAN),
    ],
)
def test_a_goal_is_rare_among_all_and_for_the_series_itself(known, goal):
    """The limit of all is stretched by a heavy tail, and what came now and then surpassed."""
    assert knowing(**known).goal(asked(surpassed=2.0)) == pytest.approx(goal, nan_ok=True)


def test_where_nothing_is_known_to_be_rare_there_is_no_goal():
    found = Asked.of([None, tail(maxima(POPULATION, 3), POPULATION)], 0.01)

    assert np.isnan(found.limit[:, 0]).tolist() == [True, False]
    assert np.isnan(knowing().goal(Asked.of([None], 0.01))).all()


def surpassed(rarer, far=PLAIN):
    return Asked.of([Tail(3.0, 0.5, 0.06, 1, far)], 0.06 * exp(-rarer)).surpassed[0, 0]


def test_the_rarer_the_more_must_be_surpassed_what_came_now_and_then():
    assert surpassed(SELDOM) == pytest.approx(1)
    assert surpassed(SELDOM + 3) == pytest.approx(exp(1))
    assert surpassed(SELDOM + 3, Far(1.0, 1.0, 6.0)) == pytest.approx(exp(0.5))
    assert surpassed(SELDOM - 1) < 0.02


def test_what_came_twice_in_half_a_year_comes_now_and_then():
    worst = column(*[1, 0] * 10, 5, 0, 3, 0, *[1, 0] * 100)
    found = own(worst, None).now_and_then[:, 0]

    assert found[21] == 1
    assert found[23] == 3
    assert found[20 + REMEMBERED] == 3
    assert found[21 + REMEMBERED] == 1


def test_what_came_endlessly_far_out_is_nothing_that_comes_now_and_then():
    found = own(column(*[1, 0] * 10, inf, 0, inf, 0, 1), None).now_and_then[:, 0]

    assert found[-1] == 1


@pytest.mark.parametrize(("seen", "times"), [(1, exp(2)), (2, exp(1)), (5, exp(0.4))])
def test_the_fewer_turns_were_seen_the_more_must_the_next_one_bring(seen, times):
    goal = knowing(turn=2.0, turns=seen).goal(asked(limit=0.0, rarer=AT_TURNS + 2))

    assert goal == pytest.approx(2 * times)


def test_a_turn_must_bring_more_than_the_last_ones_however_often_that_may_be():
    assert knowing(turn=5.0, turns=3).goal(asked(rarer=0.0)) == pytest.approx(ABOVE * 5)


@pytest.mark.parametrize("rarer", [0.0, 9.0])
def test_where_no_turn_was_seen_its_days_are_out_of_reach(rarer):
    assert knowing(turn=inf, turns=0).goal(asked(rarer=rarer)) == inf
