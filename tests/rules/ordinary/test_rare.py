"""How rare a day's worst is, for its series and among all of them."""

from datetime import UTC, datetime
from math import exp, inf, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.ordinary import rare
from rules.ordinary.rare import ABOVE, FAR_OUT, LEAST, POPULATION, TROUBLE, Own, Tail, own, peaks
from tests.rules.panels import NAN

MONDAY = datetime(2025, 3, 3, tzinfo=UTC)
WHOLE = slice(None)


def maxima(days, series, seed=0, hours=24):
    """The highest of a day of normal noise."""
    return np.random.default_rng(seed).normal(size=(days, hours, series)).max(axis=1)


def tail(drawn, block):
    return rare.tail(drawn, block, 0.04)


def column(*values):
    return np.array(values, dtype=np.float64)[:, None]


TAILS = st.builds(
    Tail,
    st.floats(0.5, 6),
    st.floats(0.1, 3),
    st.floats(0.001, 0.2),
    st.integers(1, 10_000),
    st.floats(0.01, 0.2),
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
    assert Tail(3, 0.4, 0.06, 10, 0.04).chance(score) == chance


def test_far_out_it_takes_a_little_more_than_an_exponential():
    found = Tail(3.0, 0.5, 0.06, 1, 0.04)
    near, far = (0.06 * exp(-each) for each in (FAR_OUT - 0.1, FAR_OUT + 3))

    assert found.limit(near) == pytest.approx(3 + 0.5 * (FAR_OUT - 0.1))
    assert found.limit(far) == pytest.approx(3 + 0.5 * (FAR_OUT + 3) + 0.04 * 9)


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


def alarms(worst, per_day, unlike, first=60):
    """How many series are beyond the limit, a day."""
    everyone = own(worst, None)
    drawn = everyone.drawn_in(worst, WHOLE)
    limits = [rare.tail(drawn, day, unlike).limit(per_day) for day in range(first, len(worst))]
    return np.count_nonzero(drawn[first:] > np.array(limits)[:, None]) / len(limits)


@pytest.mark.parametrize("per_day", [1.0, 0.3])
def test_noise_raises_about_as_many_alarms_as_were_asked_for(per_day):
    """Of series that are alike; what is added for those that are not makes them fewer."""
    worlds = [maxima(200, 200, seed) for seed in range(3)]
    alike, others = (
        np.mean([alarms(worst, per_day, unlike) for worst in worlds]) for unlike in (0.0, 0.04)
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


def test_peaks_are_worse_than_the_days_beside_them():
    found = peaks(column(1, 3, 3, 2, NAN, 0, 5, 6))[:, 0]

    assert found.tolist() == [-inf, 3, -inf, -inf, -inf, -inf, -inf, 6]


@given(st.lists(st.one_of(st.just(NAN), st.floats(-5, 5)), min_size=1, max_size=20))
def test_there_are_never_two_peaks_in_a_row(values):
    found = peaks(column(*values))[:, 0] > -inf
    told = ~np.isnan(values)

    assert not (found[1:] & found[:-1]).any()
    assert found.any() == told.any()
    assert not found[~told].any()


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
    everyone = Own(column(2.0), column(4.0), column(0.0))

    assert everyone.drawn_in(column(1.0, 2.0, 6.0), 0).ravel().tolist() == [1, 2, 3]
    assert np.isnan(Own(column(NAN), column(1.0), column(0.0)).drawn_in(column(1.0), 0)).all()


def test_the_records_of_a_heavy_tail_must_be_beaten_by_more(unequal):
    found = own(unequal, None)

    assert found.record[-1, 20] > peaks(unequal[:-1])[:, 20].max()
    assert found.record[-1, 0] < unequal[:-1, 0].max()


def test_no_series_is_taken_for_more_than_six_times_as_heavy(unequal):
    worst = unequal.copy()
    worst[::4, 20] *= 100

    assert own(worst, None).heavy[-1, 20] == 6


# March the 3rd is day 0, the 28th is day 25, April the 4th is day 32, the 27th is day 55.
TURN_OF_MARCH = range(25, 33)


def turning(high, days=70, start=MONDAY):
    worst = np.full((days, 1), 1.0)
    worst[1::2] = 0.5
    worst[high] = 4.0
    return own(worst, start).record[:, 0]


def test_at_the_turn_of_a_month_nothing_is_rare_until_one_was_seen():
    found = own(np.full((70, 1), NAN), MONDAY).record[:, 0]

    assert np.flatnonzero(np.isposinf(found[14:60])).tolist() == [*range(11, 19), *range(41, 46)]


def test_a_turn_must_bring_well_more_than_the_last_ones():
    found = turning(28)

    assert found[56:62] == pytest.approx(ABOVE * 4)
    assert found[40] < 4


def test_a_turn_that_was_quiet_leaves_nothing_out_of_reach():
    found = turning(40)

    assert found[56:62] == pytest.approx(4.0, abs=4)
    assert (found[57:62] < ABOVE * 4).all()


def test_three_turns_are_remembered():
    worst = np.full((200, 1), 2.0)
    worst[28] = 4.0
    found = own(worst, MONDAY).record[:, 0]

    assert found[118] == pytest.approx(ABOVE * 4)
    assert found[149] == pytest.approx(ABOVE * 2)


@pytest.mark.parametrize(("trouble", "minded"), [(2.9 * 4, 2.9 * 4), (3.1 * 4, 4.0)])
def test_a_trouble_at_one_turn_of_three_is_no_months_nature(trouble, minded):
    worst = np.full((140, 1), 1.0)
    worst[[28, 58]] = 4.0
    worst[89] = trouble
    found = own(worst, MONDAY).record[:, 0]

    assert found[119] == pytest.approx(ABOVE * minded)


def test_of_two_turns_the_higher_is_minded_however_high():
    worst = np.full((140, 1), 1.0)
    worst[28], worst[58] = 4.0, 30.0
    worst[:14] = NAN

    assert own(worst, MONDAY).record[89, 0] == pytest.approx(ABOVE * 30)


def test_days_of_the_turn_are_the_last_four_and_the_first_four():
    found = turning(28)
    near = np.flatnonzero(found == ABOVE * 4)

    assert near.tolist() == [*range(55, 63)]
    assert TURN_OF_MARCH[0] + 30 == near[0]


def test_without_days_there_is_no_turn_of_a_month():
    assert (own(np.full((70, 1), NAN), None).record == -inf).all()
