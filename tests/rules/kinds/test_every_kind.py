"""What every kind must honour: judging is pure, causal, and the same however often we look."""

from dataclasses import is_dataclass
from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from rules.alert import Phase
from rules.engine import News, evaluate
from rules.kinds import KINDS
from rules.series import Measure
from rules.verdict import Outcome
from tests.rules.worlds import (
    CASES,
    EXAMPLES,
    SHOWN,
    cut,
    example,
    measure,
    same,
    watching,
    window,
    world,
)

EXAMPLE = pytest.mark.parametrize(("name", "number"), SHOWN)
CASE = pytest.mark.parametrize(("name", "number", "of"), CASES)


@cache
def once(name, number, of):
    """The whole window, judged in one go."""
    return example(name, number).judge(world(of), window(name))


def test_every_kind_on_the_shelf_has_examples_here():
    assert KINDS.keys() == EXAMPLES.keys()
    assert all(is_dataclass(kind) for kind in KINDS.values())


@EXAMPLE
def test_every_example_has_something_to_say_and_does_not_always_say_it(name, number):
    """Else the laws below would be held by saying nothing."""
    breach = once(name, number, measure(name)).outcome == Outcome.BREACH

    assert breach.any()
    assert not breach.all()


@CASE
def test_judging_in_pieces_is_judging_all_at_once(name, number, of):
    kind, rows, rng = example(name, number), window(name), np.random.default_rng(number)
    inside = rng.choice(np.arange(rows.start + 1, rows.stop), 4, replace=False)
    for start, stop in pairwise([rows.start, *sorted(inside.tolist()), rows.stop]):
        piece = slice(start, stop)
        same(kind.judge(world(of), piece), once(name, number, of), piece)


def telling(found, many):
    """Some rows at which something changes, and some others."""
    turns = np.flatnonzero((found.outcome[1:] != found.outcome[:-1]).any(axis=1)) + 1
    rng = np.random.default_rng(len(turns))
    rows = [*rng.permutation(turns)[:many], *rng.integers(0, len(found.outcome), many)]
    return sorted({int(row) + found.first for row in rows} | {found.first})


@CASE
def test_judging_each_bucket_as_it_arrives_is_judging_all_at_once(name, number, of):
    found = once(name, number, of)
    for row in telling(found, 2):
        live = cut(world(of), row + 1)
        alone = example(name, number).judge(live, slice(row, row + 1))

        same(alone, found, slice(row, row + 1))
        for column in np.flatnonzero(alone.outcome[0] == Outcome.BREACH).tolist():
            words = found.one(world(of), row, column)
            assert repr(alone.one(live, row, column)) == repr(words)


@CASE
def test_a_bucket_that_fills_is_judged_as_if_none_came_after_it(name, number, of):
    kind = example(name, number)
    for row in telling(once(name, number, of), 1):
        live, after = cut(world(of), row + 1, row), cut(world(of), row + 30, row)
        alone = kind.judge(live, slice(row, row + 1))

        same(alone, kind.judge(after, slice(row, len(after))), slice(row, row + 1))


class Kept:
    """What a daemon keeps of a rule between its polls."""

    def __init__(self, rule, since):
        self.rule = rule
        self.alerts = {}
        self.since = since

    def poll(self, watched):
        latest = {alert.series: alert for alert in sorted(self.alerts.values(), key=_since)}
        judged = evaluate(self.rule, watched, latest, News(self.since))
        pending = [key for key, alert in self.alerts.items() if alert.phase is Phase.PENDING]
        for key in pending:
            if key[0] in judged.dropped:
                del self.alerts[key]
        self.alerts |= {(alert.series, alert.since): alert for alert in judged.alerts}
        self.since = judged.since

    def told(self):
        return [repr(alert) for alert in sorted(self.alerts.values(), key=_since)]


def _since(alert):
    return alert.since, alert.series.labels


def polled(watched, row, share):
    """The last bucket fills still: of an amount only a share of it is there."""
    seen = cut(watched, row + 1, row)
    if watched.metric.measure is Measure.AMOUNT:
        seen.values[row] *= share
    return seen


def looks(found, rng):
    """Some rows in which there is something to tell, and some others."""
    said = np.flatnonzero((found.outcome == Outcome.BREACH).any(axis=1))
    rows = [*rng.permutation(said)[:5], *rng.integers(0, len(found.outcome), 2)]
    return sorted(int(row) + found.first for row in rows)


@CASE
def test_polls_at_any_moment_end_in_the_alerts_of_a_replay(name, number, of):
    rng, first = np.random.default_rng([1, number]), window(name).start
    often, replayed = (Kept(watching(example(name, number)), world(of).at(first)) for _ in range(2))
    for row in looks(once(name, number, of), rng):
        often.poll(polled(world(of), row, rng.choice([0.0, 0.4, 1.0])))
    often.poll(world(of))
    replayed.poll(world(of))

    assert often.told() == replayed.told()
