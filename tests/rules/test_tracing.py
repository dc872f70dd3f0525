"""What is drawn of an alert is what the rule itself made of each bucket."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

import rules.tracing
from rules.engine import decision
from rules.kinds.budget import Budget
from rules.kinds.spike import Spike
from rules.kinds.threshold import Threshold
from rules.panel import Panel
from rules.series import Measure, Series
from rules.trace import Trace
from rules.tracing import AFTER, BEFORE, Tracing, trace_of
from rules.verdict import Outcome, Verdicts
from tests.rules.panels import DAY, HOUR, NAN, START, at, panel, rule

ALL = Series("tts", "usage", ())


def steady(weeks: int = 9) -> Panel:
    """Two voices that are steady but for a little noise, and one hour far beyond."""
    chance = np.random.default_rng(7)
    values = chance.gamma(60, 1 / 6, (weeks * 168, 2))
    values[-10, 0] = 60
    return panel(*values.T.tolist())


def traced(kind: object, seen: Panel, row: int) -> Trace:
    found = trace_of(rule(kind), seen, seen.series[0], at(row))
    assert found is not None
    return found


def test_a_bucket_is_drawn_with_those_before_it_and_a_few_after() -> None:
    seen = panel([float(each) for each in range(200)])
    found = traced(Threshold(above=99), seen, 100)

    assert found.start == at(100 + 1 - BEFORE)
    assert found.width == HOUR
    assert found.observed == tuple(map(float, range(101 - BEFORE, 101 + AFTER)))
    assert found.breached == tuple(each > 99 for each in range(101 - BEFORE, 101 + AFTER))
    assert set(found.expected) == set(found.high) == {99.0}
    assert set(found.low) == {None}
    assert (found.unit, found.limited) == ("minutes", True)


def test_where_there_are_fewer_there_are_fewer() -> None:
    found = traced(Threshold(above=3), panel([1, 2, 5]), 2)

    assert (found.start, found.observed) == (START, (1.0, 2.0, 5.0))


def test_what_was_not_told_is_no_number() -> None:
    seen = panel([1, NAN, 5])

    assert traced(Threshold(above=3), seen, 2).observed == (1.0, None, 5.0)
    assert trace_of(rule(Threshold(above=3)), panel([NAN]), seen.series[0], START) is None


def test_nothing_is_drawn_of_what_a_rule_does_not_see() -> None:
    seen, above = panel([1.0, 2.0]), Threshold(above=3)
    other = Series("tts", "usage", (("voice_id", "other"),))

    assert trace_of(rule(above), seen, other, START) is None
    assert trace_of(rule(above, voice_id=("x",)), seen, seen.series[0], START) is None
    assert trace_of(rule(above), seen, seen.series[0], START - HOUR) is None
    assert trace_of(rule(above), seen, seen.series[0], at(2)) is None


def test_every_bucket_is_drawn_as_it_was_decided() -> None:
    seen = steady()
    row = len(seen) - 10
    found = traced(Spike(), seen, row)
    for place, bucket in enumerate(range(row + 1 - BEFORE, row + 1 + AFTER)):
        decided = decision(rule(Spike()), seen, seen.series[0], at(bucket))
        assert decided is not None
        begun = decided.counted_from or decided.at
        many = (decided.until - begun) // HOUR
        expected = decided.expected
        assert found.observed[place] == seen.values[bucket, 0]
        assert found.expected[place] == (None if expected is None else expected / many)
        assert found.low[place] is decided.low is None
        assert found.high[place] == (None if decided.high is None else decided.high / many)
        assert found.breached[place] == (decided.outcome is Outcome.BREACH)
    assert found.breached[BEFORE - 1]
    assert not found.limited


def test_a_sum_is_drawn_as_a_sum() -> None:
    whole = replace(rule(Threshold(above=3)), by=())
    found = trace_of(whole, panel([1, 2], [3, 4]), ALL, at(1))

    assert found is not None
    assert found.observed == (4.0, 6.0)


def test_what_is_counted_is_drawn_as_it_was_counted_and_in_its_own_unit() -> None:
    budget = Budget(amount=4, per="month", price=2.0, currency="USD", mind="used")
    found = traced(budget, panel([1, 1, 1], width=DAY), 24)

    assert (found.observed, found.unit) == ((2.0, 4.0, 6.0), "USD")
    assert found.breached == (True, True, True)
    assert found.limited


def test_a_budget_is_a_limit_though_something_else_is_usual_by_now() -> None:
    found = traced(Budget(amount=9000, per="month"), steady(), 9 * 168 - 20)

    assert found.limited
    assert found.expected[BEFORE - 1] not in (None, found.high[BEFORE - 1])


def test_a_level_is_drawn_at_its_instants() -> None:
    found = traced(Threshold(below=10), panel([20, 9], measure=Measure.LEVEL), 1)

    assert (found.low, found.breached) == ((10.0, 10.0), (False, True))


@dataclass(frozen=True)
class Counting:
    """A kind that remembers which rows it was asked for."""

    asked: list[slice]
    observed: bool = False

    def judge(self, panel: Panel, rows: slice) -> Verdicts:
        self.asked.append(rows)
        values = panel.values[rows]
        verdicts = Threshold(above=3).judge(panel, rows)
        return replace(verdicts, observed=2 * values if self.observed else None)


def test_many_series_are_drawn_from_one_judgement() -> None:
    kind, seen = Counting([]), panel([1.0] * 90, [5.0] * 90)
    tracing = Tracing(rule(kind), seen)
    drawn = [tracing.of(series, at(80)) for series in seen.series]

    assert kind.asked == [slice(81 - BEFORE, 87)]
    assert [one and one.breached[-1] for one in drawn] == [False, True]
    tracing.of(seen.series[0], at(81))
    assert len(kind.asked) == 2


@pytest.mark.parametrize(("most", "first"), [(40, 61), (13, 75), (2, 80), (1, 80)])
def test_of_many_series_fewer_buckets_are_judged_and_the_bucket_itself_always(
    monkeypatch: pytest.MonkeyPatch, most: int, first: int
) -> None:
    monkeypatch.setattr(rules.tracing, "MOST", most)
    kind, seen = Counting([]), panel([1.0] * 80 + [5.0], [1.0] * 81)
    found = traced(kind, seen, 80)

    assert kind.asked == [slice(first, 81)]
    assert found.observed == (1.0,) * (BEFORE - 1) + (5.0,)
    assert (found.expected[0], found.expected[-1]) == (None, 3.0)
    assert found.breached == (False,) * (BEFORE - 1) + (True,)


def test_another_number_than_the_buckets_own_is_not_made_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rules.tracing, "MOST", 2)
    found = traced(Counting([], observed=True), panel([1.0, 2.0, 5.0]), 2)

    assert found.observed == (None, 4.0, 10.0)


@pytest.mark.parametrize(("row", "judged"), [(80, (72, 87)), (94, (72, 96)), (96, (96, 100))])
def test_of_a_large_past_only_the_day_of_the_bucket_is_judged(
    monkeypatch: pytest.MonkeyPatch, row: int, judged: tuple[int, int]
) -> None:
    """What a kind learnt for that day it knows from the poll."""
    monkeypatch.setattr(rules.tracing, "LEARNT_ANEW", 99)
    kind = Counting([])
    found = traced(kind, panel([1.0] * 100), row)

    assert kind.asked == [slice(*judged)]
    assert found.expected[min(BEFORE, row) - 1] == 3.0


def test_a_day_is_that_of_the_vendors_zone_and_a_bucket_may_be_longer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rules.tracing, "LEARNT_ANEW", 1)
    kind, seen = Counting([]), panel([1.0] * 100)
    there = replace(seen, metric=replace(seen.metric, offset=9 * HOUR))
    for each in (there, panel([1.0] * 10, width=7 * DAY)):
        Tracing(rule(kind), each).of(each.series[0], each.at(9))

    assert kind.asked == [slice(0, 15), slice(9, 10)]
