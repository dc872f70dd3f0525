"""A source that cannot be read has an alert with the life of any other."""

from datetime import timedelta

from rules.alert import Change, Phase, Policy, Watch, advance
from rules.blind import BLIND, answered, failed, polls_of
from tests.rules.panels import at

MINUTE = timedelta(minutes=1)
PATIENT = Watch(BLIND, polls_of("voices"), Policy(for_=30 * MINUTE))


def test_it_opens_once_polls_have_failed_for_longer_than_the_grace():
    alert, change = advance(None, failed(at(0), "503"), PATIENT)
    assert (alert.phase, change) == (Phase.PENDING, None)

    for minutes, expected in ((29, None), (30, Change.OPENED), (35, None)):
        alert, change = advance(alert, failed(at(0) + minutes * MINUTE, "503"), PATIENT)
        assert change is expected


def test_one_answer_ends_it_and_a_short_failure_was_never_there():
    alert, _ = advance(None, failed(at(0), "503"), PATIENT)
    assert advance(alert, answered(at(0) + MINUTE), PATIENT) == (None, None)

    alert, _ = advance(alert, failed(at(1), "503"), PATIENT)
    resolved, change = advance(alert, answered(at(2)), PATIENT)
    assert (resolved.phase, change) == (Phase.RESOLVED, Change.RESOLVED)


def test_no_rule_of_a_configuration_can_bear_its_name():
    assert " " in BLIND
