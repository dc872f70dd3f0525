"""What makes a row stand out, and how long the next one must wait."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.novelty import SHIPPED, Novelty, Rest

DAY, STEP = 86_400, 300


def scored(values, setting=SHIPPED, step=STEP) -> list[float]:
    novelty = Novelty(setting)
    return [novelty.score(row * step, float(value)) for row, value in enumerate(values)]


def noise(many, seed=0, around=100.0, stray=5.0):
    return np.random.default_rng(seed).normal(around, stray, many)


def rhythm(days, seed=0):
    hours = np.arange(days * 288) / 12
    return (
        50 + 30 * np.sin(hours * np.pi / 12) + np.random.default_rng(seed).normal(0, 1, len(hours))
    )


def rested(heights, rest=3, share=0.0) -> list[bool]:
    made = Rest(rest, share)
    return [made.stands_out(height) > 0 for height in heights]


def test_after_a_row_counted_only_a_higher_one_does_until_the_rest_is_over():
    assert rested([2, 1, 2, 3, 1, 1, 1, 1]) == [1, 0, 0, 1, 0, 0, 0, 0]
    assert rested([2, 0, 0, 0, 1]) == [1, 0, 0, 0, 1]
    assert rested([2, 0, 0, 1]) == [1, 0, 0, 0]


def test_what_did_not_count_is_to_be_beaten_too():
    assert rested([9, 5, 0, 0, 4, 6]) == [1, 0, 0, 0, 0, 1]


def test_a_row_that_says_nothing_never_counts():
    assert not any(rested([0, 0, 0, 0, 0, 0]))


def test_the_rest_grows_with_the_rows_seen():
    heights = [0.0] * 100 + [2.0, *[0.0] * 8, 1.0]

    assert rested(heights, rest=3, share=0.05)[-1]
    assert not rested(heights, rest=3, share=0.1)[-1]


@settings(max_examples=50)
@given(st.lists(st.integers(0, 5), max_size=60), st.integers(1, 8))
def test_the_rest_is_what_looking_back_would_say(heights, rest):
    assert rested(heights, rest) == [
        height > max(heights[max(row - rest, 0) : row], default=0) and height > 0
        for row, height in enumerate(heights)
    ]


def test_a_new_extreme_is_worth_a_word_once():
    values = noise(2000)
    values[1500:1503] = 200
    found = scored(values)

    assert found[1500] > 0.9
    assert max(found[1501:]) < 0.5


def test_a_level_where_there_never_was_one_is_worth_a_word():
    values = np.where(np.arange(2000) % 300 < 150, noise(2000, around=100), noise(2000, around=300))
    values[1700] = 200

    assert scored(values)[1700] > 0.9


def test_an_ordinary_number_at_the_wrong_time_of_day_is_worth_a_word():
    values = rhythm(14)
    night = 12 * 288 + 18 * 12
    values[night : night + 4] = 75
    found = scored(values)

    assert max(found[night : night + 4]) > 0.5
    assert max(scored(rhythm(14))[night : night + 4]) < 0.5


def test_a_step_between_two_ordinary_levels_is_worth_a_word():
    """Slow waves without a day in them: only the step is new."""
    rows = np.arange(4000)
    values = 100 + 50 * np.sin(rows / 97) + noise(4000, around=0, stray=0.5)
    values[3500:] = 200 - values[3500:]

    assert 50 < values[3500] < 152
    assert scored(values)[3500] > 0.5 > scored(values, replace(SHIPPED, step_weight=0.0))[3500]


def test_on_the_root_a_missing_count_is_as_odd_as_a_burst():
    """Some hundreds, with bursts of thousands: beside those, zero is near on a plain scale."""
    values = np.random.default_rng(3).poisson(400, 3000).astype(float)
    values[::60] += np.random.default_rng(4).pareto(1.5, 50) * 300
    values[2500] = 0

    assert scored(values)[2500] > 0.5


def test_three_rows_a_little_off_their_time_of_day_say_more_than_one():
    values = rhythm(14)
    noon = 12 * 288 + 100
    values[noon : noon + 3] += 3
    three = scored(values)
    one = scored(values, replace(SHIPPED, smooth=1))

    assert max(three[noon : noon + 4]) > 0.5 > max(one[noon : noon + 4])


def test_what_comes_of_rounding_is_no_news():
    """The mean of the same three numbers in another order differs in the last place."""
    values = np.tile(np.resize([0.1, 0.1, 0.1, 0.1, 0.1, 0.3, 0.2], 287), 12)

    assert max(scored(values)[1500:]) == 0


@pytest.mark.parametrize("sign", [1, -1])
def test_below_zero_is_judged_as_above(sign):
    values = noise(1000)
    values[900] = 150

    assert scored(sign * values) == pytest.approx(scored(values))


@pytest.mark.parametrize("values", [[], [5.0] * 3000, [0.0] * 3000, [1.0, 2.0] * 1500])
def test_a_constant_and_a_two_valued_past_are_calm(values):
    assert max(scored(values), default=0) == 0


def test_the_first_other_number_in_a_constant_file_is_worth_a_word():
    found = scored([5.0] * 400 + [5.1] + [5.0] * 200)

    assert found[400] > 0.75
    assert sum(score > 0.5 for score in found) == 1


@pytest.mark.parametrize(("rows", "known"), [(118, False), (122, True)])
def test_until_numbers_and_gaps_are_known_nothing_is_said(rows, known):
    assert (scored([5.0] * rows + [9.0])[-1] > 0) == known


def test_mere_noise_is_seldom_worth_a_word():
    files = [noise(4000, seed) for seed in range(3)]
    files += [np.random.default_rng(seed).poisson(20, 4000) for seed in range(3)]
    alarms = [sum(score >= 0.5 for score in scored(values)[600:]) for values in files]

    assert np.mean(alarms) < 6


def test_the_more_rows_were_seen_the_rarer_a_thing_must_be():
    """The same surprise, after eight times the past."""
    early, late = (scored([5.0] * many + [9.0])[-1] for many in (500, 4000))
    patient = replace(SHIPPED, patience=2.0)
    waiting = [scored([5.0] * many + [9.0], patient)[-1] for many in (500, 4000)]

    assert early < late
    assert waiting[0] > waiting[1]
