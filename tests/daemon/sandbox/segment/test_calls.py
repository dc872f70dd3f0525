"""Who called how often: whole numbers, and the same whoever asks."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.sandbox.segment.calls import DAY, SOURCES, Workspace
from daemon.sandbox.world import World
from tests.daemon.sources.segment.workspace import APP, NOW, TODAY, WEBSITE, may


def workspace() -> Workspace:
    return Workspace(World(7, NOW))


@settings(max_examples=20)
@given(st.integers(0, 20), st.integers(1, 40))
def test_a_day_is_the_same_alone_and_among_others(first: int, length: int) -> None:
    days = [may(1) + (first + step) * DAY for step in range(length)]
    calls = workspace().calls(APP, days, NOW)

    assert calls == [workspace().calls(APP, [day], NOW)[0] for day in days]


def test_no_days_hold_no_calls() -> None:
    assert workspace().calls(APP, [], NOW) == []


def test_today_counts_as_far_as_it_is_and_tomorrow_not_at_all() -> None:
    at_noon = workspace().calls(APP, [TODAY, TODAY + DAY], TODAY + DAY / 2)
    at_night = workspace().calls(APP, [TODAY, TODAY + DAY], TODAY + DAY)

    assert 0 < at_noon[0] < at_night[0]
    assert at_noon[1] == at_night[1] == 0


def test_totals_add_up_from_the_first_day() -> None:
    days = [may(1), may(2), may(3)]
    calls = workspace().calls(WEBSITE, days, NOW)
    totals = workspace().totals(days, NOW)

    assert list(totals) == [source.id for source in SOURCES]
    assert totals[WEBSITE] == [calls[0], calls[0] + calls[1], sum(calls)]


def test_a_source_is_used_while_it_is_there() -> None:
    space = workspace()
    space.create(APP, may(2))
    space.delete(APP, may(3) + timedelta(hours=12))
    calls = space.calls(APP, [may(day) for day in (1, 2, 3, 4)], NOW)

    assert [count > 0 for count in calls] == [False, True, True, False]
    assert (space.deleted(may(3)), space.deleted(may(4))) == (frozenset(), {APP})


def test_what_is_said_of_a_day_anew_may_be_any_whole_number() -> None:
    space = workspace()
    space.restate(APP, may(2), 2**70)

    assert space.calls(APP, [may(1), may(2)], NOW)[1] == 2**70
    assert space.calls(WEBSITE, [may(2)], NOW) == workspace().calls(WEBSITE, [may(2)], NOW)
