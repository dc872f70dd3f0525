"""Alerts of one past, judged by two rules: the same, moved, removed or added."""

from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from daemon.plan.compare import Mark, RulePlan, Side, compare, renames
from rules.alert import Policy
from rules.kinds.spike import Spike
from rules.kinds.threshold import Threshold
from rules.rule import Rule
from tests.daemon.plan.past import HOUR, past, told

Values = list[float]


def busy(above: float = 10, *, name: str = "busy", calm: int = 0) -> Rule:
    policy = Policy(resolve_after=calm * HOUR, patience=0 * HOUR)
    return Rule(name, "voices", Threshold(above=above), policy=policy)


def side(values: Values, *rules: Rule) -> Side:
    panel = past(values)
    return Side(rules, [alert for rule in rules for alert in told(rule, panel)])


def plan(values: Values, before: Rule, after: Rule) -> RulePlan:
    [made] = compare(side(values, before), side(values, after))
    return made


def spans(one: Side) -> list[tuple[datetime, datetime | None]]:
    return [(alert.opened_at, alert.ended_at) for alert in one.alerts]


def marks(made: RulePlan) -> list[str]:
    return [one.mark.value for one in made.differences]


def test_nothing_differs_where_nothing_changed() -> None:
    made = plan([1, 11, 1, 30, 1], busy(), busy())

    assert marks(made) == ["same", "same"]
    assert not made.differs
    assert not made.changes


def test_a_higher_limit_removes_the_smaller_alert_and_a_lower_one_adds_it() -> None:
    quiet = [1.0] * 30
    values = [11.0, *quiet, 40.0, 1.0]

    assert marks(plan(values, busy(10), busy(20))) == ["same", "removed"]
    assert marks(plan(values, busy(20), busy(10))) == ["same", "added"]


def test_an_alert_that_opens_later_has_moved() -> None:
    made = plan([1, 11, 30, 1], busy(10), busy(20))
    [one] = made.differences

    assert one.mark is Mark.MOVED
    assert one.was is not None
    assert (one.was.opened_at, one.told.opened_at) == (
        one.told.opened_at - HOUR,
        one.was.opened_at + HOUR,
    )


def test_an_alert_that_ends_later_has_moved() -> None:
    assert marks(plan([1, 11, 1, 1], busy(), busy(calm=2))) == ["moved"]


def test_an_alert_a_day_from_another_is_that_one_and_an_hour_more_makes_it_two() -> None:
    """The first ends an hour after it opened."""
    day = 24
    near = side([30, *[1.0] * (day + 2)], busy(20)), side([1, *[1.0] * day, 15, 1], busy(10))
    far = side([30, *[1.0] * (day + 3)], busy(20)), side([1, *[1.0] * (day + 1), 15, 1], busy(10))

    assert marks(compare(*near)[0]) == ["moved"]
    assert sorted(marks(compare(*far)[0])) == ["added", "removed"]


def test_what_is_the_same_is_never_taken_for_something_moved() -> None:
    """The old one opens near both; the new one that is the same gets it."""
    values = [11.0, 1, 1, 30, 1]

    assert marks(plan(values, busy(20), busy(10))) == ["same", "added"]


def test_alerts_of_different_series_are_never_one() -> None:
    panel = past([11, 1, 1], [1, 1, 1]), past([1, 1, 1], [11, 1, 1])
    sides = [Side([busy()], told(busy(), each)) for each in panel]

    assert sorted(marks(compare(*sides)[0])) == ["added", "removed"]


def test_a_rule_that_is_new_adds_and_one_that_is_gone_removes() -> None:
    was, will = side([1, 11, 1], busy(name="old")), side([1, 11, 1], busy(name="new"))
    fresh, gone = compare(was, will)

    assert (fresh.rule, fresh.fresh, marks(fresh)) == ("new", True, ["added"])
    assert (gone.rule, gone.gone, marks(gone)) == ("old", True, ["removed"])


def test_a_rename_is_guessed_by_kind_and_source() -> None:
    was = side([1, 11, 1, 11, 1], busy(name="old"))
    [found] = renames(was, side([1, 11, 1, 11, 1], busy(name="new")))

    assert (found.before, found.after, found.kept, found.of) == ("old", "new", 2, 2)
    assert not list(renames(was, side([1], Rule("new", "voices", Spike()))))
    assert not list(renames(was, side([1], Rule("new", "credits", Threshold(above=1)))))
    assert not list(renames(was, side([1, 11], busy(name="old"), busy(name="new"))))


def test_the_nearest_of_several_is_the_one_that_was_renamed() -> None:
    was = side([1, 11, 1], busy(name="old"))
    will = side([1, 11, 1], busy(99, name="other"), busy(name="new"))

    assert [one.after for one in renames(was, will)] == ["new"]


def test_a_setting_without_consequence_is_a_change_that_makes_no_difference() -> None:
    made = plan([1, 11, 1], busy(10), busy(9))

    assert made.changes
    assert not made.differs


@given(
    st.lists(st.integers(0, 40).map(float), min_size=1, max_size=60),
    st.integers(1, 40),
    st.integers(1, 40),
    st.integers(0, 3),
)
def test_every_alert_of_either_side_is_told_of_once(
    values: Values, old: int, new: int, calm: int
) -> None:
    was, will = side(values, busy(old)), side(values, busy(new, calm=calm))
    [made] = compare(was, will)
    before = [one.told if one.mark is Mark.REMOVED else one.was for one in made.differences]
    after = [one.told for one in made.differences if one.mark is not Mark.REMOVED]

    assert sorted(t.opened_at for t in before if t is not None) == [t.opened_at for t in was.alerts]
    assert sorted(t.opened_at for t in after) == [t.opened_at for t in will.alerts]
    assert made.differs == (spans(was) != spans(will))


@given(
    st.lists(st.integers(0, 40).map(float), min_size=1, max_size=60),
    st.integers(1, 40),
    st.integers(1, 40),
)
def test_turned_round_what_was_added_is_removed(values: Values, old: int, new: int) -> None:
    there, back = plan(values, busy(old), busy(new)), plan(values, busy(new), busy(old))

    assert there.count(Mark.ADDED) == back.count(Mark.REMOVED)
    assert there.count(Mark.REMOVED) == back.count(Mark.ADDED)
    assert there.count(Mark.MOVED) == back.count(Mark.MOVED)
