"""What is usual at a time of day, in a file of any step."""

import pytest

from rules.daily import DAY, FIRST, Daily

HOUR = 3600


def usual(rows, second, days=7, around=0) -> float | None:
    made = Daily(days, around)
    for at, value in rows:
        made.add(at, float(value))
    return made.usual(second)


def clock(days, step, of=lambda row: row):
    """A number for every row of the day, the same every day."""
    many = DAY // step
    return [(row * step, of(row % many)) for row in range(days * many)]


@pytest.mark.parametrize("rows", [0, 1, FIRST - 1])
def test_until_the_step_is_known_nothing_is_usual(rows):
    assert usual([(0, 1)] * rows, 0) is None


@pytest.mark.parametrize("step", [60, 300, 600, HOUR])
def test_from_the_fourth_day_on_a_rhythm_is_usual(step):
    rows = clock(4, step, of=lambda row: row * step // HOUR)

    assert [usual(rows, 4 * DAY + hour * HOUR) for hour in range(24)] == list(range(24))


def test_a_slot_is_known_by_three_numbers():
    assert usual(clock(3, HOUR)[:-1], 3 * DAY + 23 * HOUR) is None
    assert usual(clock(3, HOUR), 3 * DAY + 23 * HOUR) == 23


def test_usual_is_the_median_so_that_one_odd_day_is_not_felt():
    rows = clock(5, HOUR, of=lambda _: 1)
    rows[6] = (6 * HOUR, 900)

    assert usual(rows, 5 * DAY + 6 * HOUR) == 1


def test_the_slots_around_count_too_and_midnight_is_no_wall():
    rows = clock(5, HOUR, of=lambda row: 5 if row in (23, 1) else 0)

    assert usual(rows, 5 * DAY, around=0) == 0
    assert usual(rows, 5 * DAY, around=1) == 5


def test_only_so_many_days_are_remembered():
    calm, busy = clock(10, HOUR, of=lambda _: 0), clock(3, HOUR, of=lambda _: 8)
    rows = [*calm, *((10 * DAY + second, value) for second, value in busy)]

    assert usual(rows, 13 * DAY, days=5) == 8
    assert usual(rows, 13 * DAY, days=7) == 0


def test_rows_close_together_are_thinned_so_that_a_slot_still_holds_days():
    """60 rows fall into a slot each day: kept as they come, all would be of the last day."""
    rows = clock(4, 5, of=lambda row: row * 5 // 300)
    odd = [(second, 900) for second, _ in rows[-DAY // 5 :]]

    found = [usual([*rows[: -len(odd)], *odd], 4 * DAY + slot * HOUR, days=3) for slot in range(24)]

    assert found == [12 * slot for slot in range(24)]


def test_rows_further_apart_than_an_hour_keep_to_its_slots():
    rows = [(day * DAY, 4) for day in range(60)]

    assert usual(rows, 60 * DAY + 3599) == 4
    assert usual(rows, 60 * DAY + HOUR) is None


@pytest.mark.parametrize("times", [[0] * 200, [200 - row for row in range(200)]])
def test_times_that_stand_still_or_run_back_are_survived(times):
    assert usual([(second, 3) for second in times], 0) == 3


def test_a_gap_of_weeks_leaves_the_rhythm():
    assert usual(clock(6, HOUR), 90 * DAY + 6 * HOUR) == 6
