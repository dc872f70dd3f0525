"""What is wrong with a source has an alert with the life of any other, and says what to do."""

from datetime import timedelta

import pytest

from rules.alert import Change, Phase, Policy, Watch, advance
from rules.health import (
    BLIND,
    CONDITIONS,
    CROWDED,
    fine,
    messages_to,
    parted,
    polls_of,
    reader_of,
    reading_of,
    wrong,
)
from tests.rules.panels import DAY, at

MINUTE = timedelta(minutes=1)
PATIENT = Watch(BLIND.rule, polls_of("voices"), Policy(for_=30 * MINUTE))


def test_it_opens_once_it_was_wrong_for_longer_than_the_grace():
    alert, change = advance(None, wrong(at(0), "503"), PATIENT)
    assert (alert.phase, change) == (Phase.PENDING, None)

    for minutes, expected in ((29, None), (30, Change.OPENED), (35, None)):
        alert, change = advance(alert, wrong(at(0) + minutes * MINUTE, "503"), PATIENT)
        assert change is expected


def test_one_answer_ends_it_and_a_short_failure_was_never_there():
    alert, _ = advance(None, wrong(at(0), "503"), PATIENT)
    assert advance(alert, fine(at(0) + MINUTE, "read"), PATIENT) == (None, None)

    alert, _ = advance(alert, wrong(at(1), "503"), PATIENT)
    resolved, change = advance(alert, fine(at(2), "read"), PATIENT)
    assert (resolved.phase, change) == (Phase.RESOLVED, Change.RESOLVED)


@pytest.mark.parametrize(("after", "change"), [(DAY - MINUTE, None), (DAY, Change.RESOLVED)])
def test_too_many_series_are_over_when_none_came_for_a_day(after, change):
    watch = Watch(CROWDED.rule, polls_of("voices"), Policy(resolve_after=CROWDED.resolve_after))
    alert, _ = advance(None, wrong(at(0), "5 more"), watch)
    alert, _ = advance(alert, fine(at(1), "all"), watch)

    assert advance(alert, fine(at(1) + after, "all"), watch)[1] is change


def test_two_numbers_say_how_far_apart_they_are():
    assert (wrong(at(0), "", expected=100, found=120).observed, fine(at(0), "").observed) == (
        120,
        1,
    )
    assert wrong(at(0), "", expected=100, found=120).expected == 100
    assert fine(at(0), "", found=7).expected == fine(at(0), "", found=7).observed == 7


def test_no_rule_of_a_configuration_can_bear_the_name_of_a_condition():
    assert [rule for rule in CONDITIONS if " " not in rule] == []


@pytest.mark.parametrize("condition", CONDITIONS.values(), ids=CONDITIONS)
def test_every_condition_says_whom_it_is_about(condition):
    assert "{who}" in condition.begins
    assert "{who}" in condition.ends
    assert condition.meanwhile.endswith(".")
    assert not condition.advice.endswith(".")


@pytest.mark.parametrize(
    ("failure", "advice"),
    [
        ("GET /x answered 401: a; b; check sources.a.key", "check sources.a.key"),
        ("GET /x answered 200: `a` is gone", None),
        ("GET /x: https://h:443: the proxy let nothing through; check P", "check P"),
        ("all 8 series: has its unit changed?; set it", "set it"),
        ("GET /x answered 429: slow down; pay us", None),
        ("GET /x answered 502: busy; come back", None),
        ('GET /x answered 200: expected JSON, got text that begins "a; b"', None),
    ],
)
def test_what_stands_last_behind_a_semicolon_is_advice_unless_others_said_it(failure, advice):
    what, found = parted(failure)

    assert found == advice
    assert failure == (what if advice is None else f"{what}; {advice}")


def test_what_is_watched_of_a_destination_and_of_a_file_has_a_series_of_its_own():
    watched = [messages_to("ops"), reader_of("ops", "a@example.com"), reading_of("config.yaml")]

    assert [one.key for one in watched] == [
        "ops/messages{}",
        "ops/reader{reader=a@example.com}",
        "config.yaml/configuration{}",
    ]
