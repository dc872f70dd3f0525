"""FAULTS row 70: what a rule is still learning is shown, and what it judges as well."""

import json

import numpy as np

from daemon.learnt import Learnt, as_json, as_lines, learnt
from rules.kinds.spike import Spike
from rules.kinds.threshold import Threshold
from rules.rule import Rule
from tests.daemon.plan.past import past

KINDS = {Spike: "spike", Threshold: "threshold"}
BUSY, RARE = Rule("busy", "voices", Threshold(above=10)), Rule("rare", "voices", Spike())


def steady(days: int) -> list[float]:
    """An hour like another, but for chance."""
    chance = np.random.default_rng(1)
    return chance.poisson(40, days * 24).astype(float).tolist()


def test_on_the_first_day_a_limit_is_judged_and_what_is_usual_is_learnt() -> None:
    found = learnt([BUSY, RARE], KINDS, [past([1.0, 11.0], [2.0, 3.0])], {"busy": 1})

    assert found == [
        Learnt("busy", "threshold", "voices/minutes", 2, 2, 0, 1),
        Learnt("rare", "spike", "voices/minutes", 2, 0, 2, 0),
    ]


def test_after_two_months_it_is_known_what_is_usual() -> None:
    (found,) = learnt([RARE], KINDS, [past(steady(60), steady(60))], {})

    assert (found.judged, found.learning) == (2, 0)


def test_what_was_not_told_is_neither_judged_nor_learnt() -> None:
    (found,) = learnt([BUSY], KINDS, [past([1.0, float("nan")], [1.0, 2.0])], {})

    assert (found.series, found.judged, found.learning) == (2, 1, 0)


def test_of_nothing_nothing_is_known() -> None:
    assert learnt([Rule("other", "cdn", Threshold(above=1))], KINDS, [past([1.0])], {}) == []
    (empty,) = learnt([BUSY], KINDS, [past()], {})
    assert (empty.series, empty.judged, empty.learning) == (0, 0, 0)


def test_a_row_has_its_numbers_under_each_other() -> None:
    found = [
        Learnt("busy", "threshold", "voices/minutes", 1200, 1200, 0, 3),
        Learnt("rare", "spike", "voices/minutes", 7, 0, 7, 0),
    ]

    assert list(as_lines(found)) == [
        "rule  kind       metric          series  judged  learning  firing",
        "busy  threshold  voices/minutes   1,200   1,200         -       3",
        "rare  spike      voices/minutes       7       -         7       -",
    ]
    assert json.loads(as_json(found[1])) == {
        "rule": "rare",
        "kind": "spike",
        "metric": "voices/minutes",
        "series": 7,
        "judged": 0,
        "learning": 7,
        "firing": 0,
    }
