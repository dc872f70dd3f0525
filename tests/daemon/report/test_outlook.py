"""How series stand to their budgets, those that come closest first."""

from datetime import timedelta

from daemon.report.outlook import MOST, outlooks
from rules.kinds.budget import Budget
from rules.kinds.threshold import Threshold
from tests.rules.panels import DAY, HOUR, NAN, START, at, panel, rule


def test_the_last_whole_bucket_before_the_end_is_told_of() -> None:
    budget = rule(Budget(amount=10, per="month", mind="used"))
    [one] = outlooks(budget, panel([1, 2, 4, 100], width=DAY), START + 3 * DAY)

    assert one.words.startswith("at least 7 of 10 minutes used (70 %)")
    assert (one.rule, one.breached) == ("loud", True)
    assert one.series.labels == (("voice_id", "v0"),)


def test_what_still_fills_is_not_told_of() -> None:
    [one] = outlooks(rule(Threshold(above=3)), panel([1, 9], filling=1), at(2))

    assert not one.breached


def test_those_that_come_closest_are_told_of_first_and_no_more_than_a_few() -> None:
    seen = panel(*([float(each)] for each in range(1, MOST + 4)), [NAN])
    found = list(outlooks(rule(Threshold(above=3)), seen, at(1)))

    assert [one.series.labels[0][1] for one in found] == ["v7", "v6", "v5", "v4", "v3"]


def test_where_there_is_nothing_nothing_is_told() -> None:
    above = rule(Threshold(above=3))

    assert list(outlooks(above, panel([1.0]), START)) == []
    assert list(outlooks(above, panel([1.0]), START - timedelta(days=9))) == []
    assert (
        list(outlooks(rule(Threshold(above=3), voice_id=("x",)), panel([1.0]), at(1) + HOUR)) == []
    )


def test_of_a_source_that_went_blind_it_is_said_as_of_when_it_holds() -> None:
    budget = rule(Budget(amount=10, per="month", mind="used"))
    seen = panel([1, 2, NAN, NAN, NAN], width=DAY)
    [one] = outlooks(budget, seen, START + 5 * DAY)
    [fresh] = outlooks(budget, seen, START + 3 * DAY)

    assert one.words.endswith(" (as of Wed 5 Mar 00:00 UTC)")
    assert one.words.startswith("at least 3 of 10 minutes used")
    assert "as of" not in fresh.words


def test_what_is_not_sure_is_told_all_the_same() -> None:
    budget = rule(Budget(amount=10, per="month", mind="used"))
    seen = panel([1, NAN, NAN, 9, 1], width=DAY)

    assert [one.words[:13] for one in outlooks(budget, seen, START + 2 * DAY)] == ["at least 1 of"]
    assert list(outlooks(budget, panel([NAN, NAN], width=DAY), START + 2 * DAY)) == []
