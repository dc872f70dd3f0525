"""What became of an alert: in a title, and in one line for its thread."""

from dataclasses import replace
from datetime import timedelta

import pytest

from daemon.wording import plain, wording
from daemon.wording.form import LATELY
from rules.alert import Change
from rules.health import BLIND, CROWDED
from rules.planned import PLANNED
from rules.trace import Trace
from rules.verdict import Outcome, Why
from tests.daemon.wording.told import facts, of_a_source, revised
from tests.make import AT, HOUR, alert, calm, event, lasting, letter, verdict, worse

STORY = "Agatha, sona_speech_1: 41.2 minutes in an hour, 13 times as much as usual"


def gone(why):
    """The end of an alert that no bucket ended."""
    last = verdict(why=why)
    return letter(event=event(Change.RESOLVED, verdict=last, alert=alert(calm_since=AT + HOUR)))


@pytest.mark.parametrize(
    ("told", "title", "news"),
    [
        (letter(), STORY, ""),
        (
            *(letter(Change.WORSENED), f"Worse: {STORY.replace('41.2', '60').replace('13', '19')}"),
            "Worse: 60 minutes in an hour, 19 times as much as usual",
        ),
        (
            *(letter(Change.ACKNOWLEDGED), f"Anna looks after it: {STORY}"),
            "Acknowledged by Anna",
        ),
        (letter(Change.ACKNOWLEDGED, by=None), f"Acknowledged: {STORY}", "Acknowledged"),
        (
            letter(Change.REMINDED),
            f"Still, after 4 hours: {STORY.replace('41.2', '38').replace('13', '12')}",
            "Still going on, after 4 hours: nobody acknowledged",
        ),
        (
            *(letter(Change.ESCALATED), f"Nobody acknowledged, after 1 hour: {STORY}"),
            "Nobody acknowledged, after 1 hour: others are told",
        ),
        (
            letter(Change.RESOLVED),
            "Back to usual: Agatha, sona_speech_1, after 2 hours",
            "Back to usual after 2 hours",
        ),
        (
            letter(Change.RESOLVED, heard=False),
            f"Fired and over: {STORY}",
            "Back to usual after 2 hours",
        ),
        (
            revised(),
            "Withdrawn: Agatha, sona_speech_1, revised from 41.2 to 3.1 minutes",
            "Revised 41.2 to 3.1 minutes: withdrawn",
        ),
        (
            letter(Change.WITHDRAWN),
            "Withdrawn: Agatha, sona_speech_1, the vendor revised the numbers",
            "The vendor revised the numbers: withdrawn",
        ),
        (revised(heard=False), f"Withdrawn: {STORY}", "Revised 41.2 to 3.1 minutes: withdrawn"),
        (
            gone(Why("The rule voice-spike is gone.", headline="rule removed")),
            "Over: Agatha, sona_speech_1, rule removed",
            "Over after 1 hour: rule removed",
        ),
    ],
)
def test_every_change_has_a_title_and_a_line_of_news(told, title, news):
    assert (wording(told).title, wording(told).news) == (title, news)


@pytest.mark.parametrize(
    ("change", "title", "news"),
    [
        (
            *(Change.ACKNOWLEDGED, "Anna looks after it: voices cannot be read"),
            "Acknowledged by Anna",
        ),
        (Change.REMINDED, "Still, after 2 hours: voices cannot be read", None),
        (Change.ESCALATED, "Nobody acknowledged, after 2 hours: voices cannot be read", None),
        (
            *(Change.RESOLVED, "voices can be read again, after 2 hours"),
            "Voices can be read again after 2 hours",
        ),
        (Change.WITHDRAWN, "Overtaken: voices cannot be read", "Overtaken by a newer message"),
    ],
)
def test_so_it_is_with_a_source(change, title, news):
    told = replace(of_a_source(BLIND, "no answer", change), owed_at=AT + 2 * HOUR)

    assert wording(told).title == title
    assert news is None or wording(told).news == news


def test_a_source_that_failed_and_mended_unheard_is_told_whole():
    told = replace(of_a_source(BLIND, "no answer", Change.RESOLVED), heard=False)

    assert wording(told).title == "Fired and over: voices cannot be read"
    assert wording(told).lead[0] == "Voices can be read again after 2 hours."


def test_what_fired_and_is_over_does_not_say_twice_what_it_was():
    told = letter(Change.RESOLVED, heard=False)

    assert "It was:" not in plain(wording(told))
    assert wording(told).lead[0] == "Back to usual after 2 hours."
    assert wording(told).advice == "Nothing. Alert 12 is closed."


def test_a_removed_rule_leaves_no_number_that_would_be_taken_for_now():
    told = gone(Why("The rule voice-spike is gone.", headline="rule removed"))

    assert wording(told).lead == ("The rule voice-spike is gone.",)
    assert {"At worst", "Lasted"} <= facts(told).keys()
    assert not {"Now", "How much"} & facts(told).keys()


def test_a_reminder_says_what_it_was_what_it_is_and_how_to_end_reminders():
    told = letter(Change.REMINDED, runbook="https://wiki.example.com/voices")

    assert wording(told).lead[0] == "Nobody has acknowledged it."
    assert facts(told)["At worst"].startswith("41.2 minutes")
    assert facts(told)["Now"].startswith("38 minutes")
    assert "meterwatch acknowledge 12" in wording(told).advice
    assert wording(told).runbook == "https://wiki.example.com/voices"


def test_a_reminder_of_what_is_not_told_any_more_speaks_of_the_worst():
    silent = lasting(outcome=Outcome.UNKNOWN, observed=float("nan"))
    told = letter(event=event(Change.REMINDED, verdict=silent))

    assert wording(told).title == f"Still, after 4 hours: {STORY}"
    assert "Now" not in facts(told)


def test_an_escalation_is_the_opening_of_whoever_hears_it():
    told = letter(Change.ESCALATED, summary="Somebody may be using our key.")

    assert wording(told).lead[0] == "Somebody may be using our key."
    assert facts(told)["How much"].startswith("41.2 minutes")
    assert "How rare" in facts(told)


def test_minutes_that_are_not_full_are_not_told():
    told = letter(Change.REMINDED, owed_at=AT + timedelta(hours=5, minutes=30, seconds=59))
    fresh = letter(Change.ESCALATED, owed_at=AT + timedelta(seconds=20))

    assert wording(told).title.startswith("Still, after 6 hours: ")
    assert wording(fresh).title == f"Nobody acknowledged: {STORY}"


def test_who_looks_after_it_is_named_and_asked():
    told = letter(Change.ACKNOWLEDGED, by="Anna\nB.")

    assert facts(told)["Acknowledged"] == "by Anna B."
    assert facts(told)["How much"].startswith("41.2 minutes")
    assert wording(told).advice == "Leave it to Anna B.; to talk about it, say alert 12."
    assert "whoever acknowledged it" in wording(letter(Change.ACKNOWLEDGED, by=None)).advice


def test_it_is_said_who_looked_after_what_is_over():
    assert facts(letter(Change.RESOLVED, by="Anna"))["Acknowledged"] == "by Anna"
    assert "Acknowledged" not in facts(letter(Change.RESOLVED))


@pytest.mark.parametrize(("times", "said"), [(1, "once"), (4, "4 times")])
def test_how_often_it_came_back_is_said(times, said):
    told = letter(event=event(alert=alert(returns=times)))

    assert facts(told)["Came back"] == f"{said}, soon after it had ended"
    assert "Came back" not in facts(letter())


def test_what_was_planned_after_all_says_so_in_its_thread():
    planned = replace(calm(), outcome=Outcome.UNKNOWN, why=Why(f"{PLANNED}load test"))
    told = letter(event=event(Change.WITHDRAWN, verdict=planned))

    assert wording(told).news == "It was planned: load test: withdrawn"


@pytest.mark.parametrize("now", [float("nan"), 41.23999])
def test_a_revision_without_two_numbers_names_none(now):
    same = calm(at=AT, until=AT + HOUR, observed=now)
    told = letter(event=event(Change.WITHDRAWN, verdict=same))

    assert wording(told).title.endswith(", the vendor revised the numbers")


def test_a_revision_is_held_against_the_bucket_it_is_of():
    begun = alert(worst=worse(), opening=verdict())
    now = calm(at=AT, until=AT + HOUR)
    told = letter(event=event(Change.WITHDRAWN, alert=begun, verdict=now))

    assert wording(told).news == "Revised 41.2 to 3.1 minutes: withdrawn"


def test_where_there_is_a_trace_it_is_drawn_in_letters():
    told = letter(trace=Trace(AT, HOUR, (1.0, 8.0), *[(None, None)] * 3, (False, True), "minutes"))

    assert facts(told)[LATELY].endswith("█")
    assert LATELY not in facts(letter())


@pytest.mark.parametrize("heard", [True, False])
@pytest.mark.parametrize("change", list(Change))
def test_no_change_leaves_a_line_empty_or_broken(change, heard):
    crowd = replace(of_a_source(CROWDED, "5\nmore", change), heard=heard)
    for words in (wording(letter(change, heard=heard, by="An\nna")), wording(crowd)):
        lines = (words.title, words.story, words.advice, *words.lead)

        assert all(lines)
        assert not any("\n" in line for line in (*lines, words.news))
    assert bool(wording(letter(change)).news) is (change is not Change.OPENED)
