"""A rule's settings are spelled as they would be written, and only what differs is shown."""

from datetime import timedelta

import pytest

from daemon.config.durations import parse_duration
from daemon.config.rates import parse_rate
from daemon.plan.settings import Setting, changed, kind_of, spell
from rules.alert import Policy
from rules.kinds.spike import Spike
from rules.kinds.threshold import Threshold
from rules.rate import MONTH, Rate
from rules.rule import Rule, Severity

SPIKE = Rule("spike", "voices", Spike())


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, "nothing"),
        (True, "true"),
        (2.0, "2"),
        (0.1, "0.1"),
        (80_000.0, "80000"),
        (8, "8"),
        ("up", "up"),
        (Severity.CRITICAL, "critical"),
        (timedelta(minutes=90), "1h30m"),
        (Rate(1, MONTH), "1 per month"),
        (("ops", "mail"), "[ops, mail]"),
        ({"voice_id": ("a*",)}, "{voice_id: [a*]}"),
    ],
)
def test_a_value_is_spelled_as_it_would_be_written(value: object, written: str) -> None:
    assert spell(value) == written


def test_what_is_spelled_means_the_same_when_it_is_read() -> None:
    assert parse_rate(spell(Rate(2, MONTH))) == Rate(2, MONTH)
    assert parse_duration(spell(timedelta(hours=30))) == timedelta(hours=30)


def test_a_rule_that_is_the_same_has_changed_in_nothing() -> None:
    assert changed(SPIKE, Rule("spike", "voices", Spike())) == ()


def test_what_changed_is_told_of_the_kind_the_rule_and_the_policy() -> None:
    policy = Policy(for_=timedelta(hours=2))
    after = Rule("spike", "voices", Spike(min_ratio=2), severity=Severity.CRITICAL, policy=policy)

    assert changed(SPIKE, after) == (
        Setting("min_ratio", "0.5", "2"),
        Setting("severity", "warning", "critical"),
        Setting("for", "0s", "2h"),
    )


def test_a_key_that_only_one_kind_has_is_new_or_gone() -> None:
    found = changed(SPIKE, Rule("spike", "voices", Threshold(above=5)))

    assert found[0] == Setting("kind", "spike", "threshold")
    assert Setting("false_alarms", "1 per month", None) in found
    assert Setting("above", None, "5") in found


def test_a_kind_is_called_by_the_word_that_is_written() -> None:
    assert kind_of(SPIKE) == "spike"
