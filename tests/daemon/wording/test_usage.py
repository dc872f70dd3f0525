"""What a letter about usage says, to the word."""

from datetime import timedelta

import pytest

from daemon.wording import wording
from daemon.wording.form import plain
from rules.alert import Change
from rules.rule import Severity
from rules.series import Series, labels_of
from rules.verdict import Why
from tests.daemon.wording.told import facts, low_credits
from tests.make import AT, HOUR, VOICE, alert, calm, event, letter, verdict


def title_of(**fields):
    return wording(letter(event=event(verdict=verdict(**fields)))).title


def test_the_title_says_who_how_much_and_how_unusual():
    title = wording(letter()).title

    assert title == "Agatha, sona_speech_1: 41.2 minutes in an hour, 13 times as much as usual"


@pytest.mark.parametrize(
    ("observed", "said"),
    [
        (33.0, "33 minutes in an hour, 10 times as much as usual"),
        (30.0, "30 minutes in an hour, 9.4 times as much as usual"),
        (8.0, "8 minutes in an hour, 2.5 times as much as usual"),
        (6.4, "6.4 minutes in an hour, 2 times as much as usual"),
        (4.8, "4.8 minutes in an hour, 50% more than usual"),
        (0.8, "0.8 minutes in an hour, 75% less than usual"),
        (0.0, "0 minutes in an hour, usually 3.2 minutes"),
    ],
)
def test_how_unusual_is_said_in_the_words_that_are_easiest_to_picture(observed, said):
    assert title_of(observed=observed).endswith(said)


def test_nothing_is_divided_by_a_usual_zero():
    assert title_of(expected=0.0, low=0.0, high=1.0).endswith(", usually 0 minutes")


@pytest.mark.parametrize(("observed", "side"), [(42.0, "above"), (2.0, "below")])
def test_a_band_of_two_limits_names_the_one_that_was_passed(observed, side):
    limit = 30.0 if side == "above" else 10.0
    title = title_of(observed=observed, expected=limit, low=10.0, high=30.0)

    assert title.endswith(f"minutes in an hour, {side} the limit of {limit:.0f} minutes")


def test_where_the_usual_is_unknown_only_the_amount_is_said():
    assert title_of(expected=None).endswith(": 41.2 minutes in an hour")
    assert not facts(letter(event=event(verdict=verdict(expected=None)))).keys() & {
        "Usual",
        "Limit",
    }


@pytest.mark.parametrize(
    ("hours", "said"), [(1, "in an hour"), (24, "in a day"), (0.25, "in 15 minutes")]
)
def test_an_amount_names_its_bucket(hours, said):
    assert f"41.2 minutes {said}," in title_of(until=AT + timedelta(hours=hours))


def test_a_level_against_its_limit_names_no_bucket_and_no_usual():
    words = wording(low_credits())

    assert (
        words.title
        == "Credit balance of supertone: 4,200 credits, below the limit of 5,000 credits"
    )
    assert facts(low_credits())["Limit"] == "5,000 credits"
    assert facts(low_credits())["How much"] == "4,200 credits at Fri 20 Nov 14:00 UTC"


def test_a_limit_just_passed_is_said_with_enough_digits_to_see_it():
    assert (
        "4,999.9 credits, below the limit of 5,000" in wording(low_credits(observed=4999.9)).title
    )


def test_the_facts_stand_in_the_order_a_tired_person_needs_them():
    assert [(fact.label, fact.value) for fact in wording(letter()).facts] == [
        ("What", "minutes of supertone"),
        ("Voice", "Agatha (e5f6fb1a…)"),
        ("Model", "sona_speech_1"),
        ("How much", "41.2 minutes in the hour from Fri 20 Nov 14:00 UTC, so far"),
        ("Usual", "3.2 minutes (0.8 to 5.6 minutes is ordinary)"),
        ("Since", "Fri 20 Nov 14:00 UTC"),
        ("How rare", "nothing like it in the 56 days before"),
        ("Rule", "voice-spike (warning), alert 12"),
    ]


def test_every_label_is_shown():
    series = Series("tts", "minutes", labels_of({"api_key": "batch", "voice_id": VOICE}))
    told = letter(event=event(alert=alert(series=series)), severity=Severity.CRITICAL)

    assert facts(told)["API key"] == "batch"
    assert facts(told)["Rule"] == "voice-spike (critical), alert 12"
    assert wording(told).title.startswith("Agatha, batch: ")


def test_the_operators_own_sentence_comes_before_ours():
    words = wording(letter(summary="Somebody may be using our key."))

    assert words.lead == (
        "Somebody may be using our key.",
        "41.2 minutes where 3.2 minutes are usual for a Friday at 14:00.",
    )


def test_a_reason_that_the_title_gives_is_not_given_twice():
    why = Why("4,200 credits, below the limit of 5,000 credits")
    told = low_credits(why=why)

    assert wording(told).lead == ()
    assert plain(wording(told)).splitlines()[1] == ""


def test_a_resolved_letter_says_how_long_it_lasted_and_how_bad_it_was():
    told = letter(Change.RESOLVED, summary="Somebody may be using our key.")
    words = wording(told)

    assert words.title == "Back to usual: Agatha, sona_speech_1, after 2 hours"
    assert words.story == wording(letter()).title
    assert words.lead == ("3.1 minutes, as is usual for a Friday at 16:00.",)
    assert facts(told)["At worst"] == "41.2 minutes in the hour from Fri 20 Nov 14:00 UTC"
    assert facts(told)["Now"] == "3.1 minutes in the hour from Fri 20 Nov 16:00 UTC"
    assert facts(told)["Lasted"] == "2 hours, until Fri 20 Nov 16:00 UTC"


def test_calm_is_counted_from_where_it_began():
    over = alert(calm_since=AT + HOUR, ended_at=AT + 5 * HOUR)
    told = letter(event=event(Change.RESOLVED, alert=over, verdict=calm()))

    assert facts(told)["Lasted"] == "1 hour, until Fri 20 Nov 15:00 UTC"


def test_a_limit_is_resolved_by_standing_within_it():
    above = verdict(expected=30.0, low=None, high=30.0)
    now = calm(expected=30.0, low=None, high=30.0)
    over = alert(worst=above, ended_at=AT + HOUR)
    told = letter(event=event(Change.RESOLVED, alert=over, verdict=now))

    assert wording(told).title == "Within the limit again: Agatha, sona_speech_1, after 1 hour"
    assert facts(told)["Limit"] == "30 minutes"


def test_a_withdrawn_letter_says_the_vendor_revised_the_numbers():
    told = letter(Change.WITHDRAWN)
    words = wording(told)

    assert words.title == "Withdrawn: Agatha, sona_speech_1, the vendor revised the numbers"
    assert facts(told)["Was"].startswith("41.2 minutes")
    assert "Lasted" not in facts(told)
    assert "look at that again" in words.advice


def test_without_a_runbook_the_house_says_how_to_go_on():
    words = wording(letter())

    assert words.runbook is None
    assert words.advice == (
        "Find out what changed around Fri 20 Nov 14:00 UTC. If it is meant, loosen the rule "
        "voice-spike; to talk about it, say alert 12."
    )


def test_a_runbook_is_named():
    told = letter(runbook="https://wiki.example.com/voices")

    assert wording(told).runbook == "https://wiki.example.com/voices"
    assert wording(told).advice == "Follow the runbook; to talk about it, say alert 12."
    assert plain(wording(told)).endswith("\nRunbook   https://wiki.example.com/voices")


def test_what_is_over_needs_no_runbook():
    told = letter(Change.RESOLVED, runbook="https://wiki.example.com/voices")

    assert wording(told).runbook is None
    assert wording(told).advice == "Nothing. Alert 12 is closed."


def test_every_sentence_stands_on_one_line():
    why = Why("one\ntwo", "three\nfour")
    words = wording(letter(event=event(verdict=verdict(why=why))))

    assert words.lead == ("one two",)
    assert facts(letter(event=event(verdict=verdict(why=why))))["How rare"] == "three four"


@pytest.mark.parametrize(("late", "said"), [(-1, True), (0, False), (600, False)])
def test_a_bucket_that_was_still_filling_is_said_to_be_so(late, said):
    told = letter(owed_at=AT + HOUR + timedelta(seconds=late))

    assert facts(told)["How much"].endswith(", so far") is said
