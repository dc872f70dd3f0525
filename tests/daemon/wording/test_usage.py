"""What a letter about usage says, to the word."""

from dataclasses import replace
from datetime import timedelta

import pytest

from daemon.wording import wording
from daemon.wording.form import plain
from rules.alert import ANEW, Change
from rules.planned import PLANNED
from rules.rule import Severity
from rules.series import Series, labels_of
from rules.verdict import Outcome, Part, Why
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
        ("How rare", "about once in 4 years for this series"),
        ("Rule", "voice-spike (warning), alert 12"),
    ]


def test_every_label_is_shown():
    series = Series("tts", "minutes", labels_of({"api_key": "batch", "voice_id": VOICE}))
    told = letter(event=event(alert=alert(series=series)), severity=Severity.CRITICAL)

    assert facts(told)["API key"] == "batch"
    assert facts(told)["Rule"] == "voice-spike (critical), alert 12"
    assert wording(told).title.startswith("Agatha, batch: ")


def test_the_operators_own_sentence_comes_before_ours():
    why = Why("41.2 minutes; 2 of 9 voices moved.")
    told = event(verdict=verdict(why=why))
    words = wording(letter(summary="Somebody may be using our key.", event=told))

    assert words.lead == ("Somebody may be using our key.", why.reason)


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("41.2 minutes in 1 hour where 3.2 minutes are usual for a Friday at 14:00.", False),
        ("41.2 minutes in 7 hours where 3.2 minutes are usual.", True),
        ("Nobody knows why.", True),
    ],
)
def test_a_reason_is_given_where_it_says_more_than_the_numbers_that_stand_elsewhere(reason, said):
    words = wording(letter(event=event(verdict=verdict(why=Why(reason)))))

    assert words.lead == ((reason,) if said else ())


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
    assert words.lead == ()
    assert facts(told)["Now"] == "3.1 minutes in the hour from Fri 20 Nov 16:00 UTC"
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


def test_a_letter_withdrawn_since_it_was_planned_says_so_once():
    planned = replace(calm(), outcome=Outcome.UNKNOWN, why=Why(f"{PLANNED}load test"))
    words = wording(letter(event=event(Change.WITHDRAWN, verdict=planned)))

    assert words.title == "Withdrawn: Agatha, sona_speech_1, it was planned: load test"
    assert words.lead == ()


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


def test_what_is_worse_says_so_first_and_what_it_was_when_it_opened():
    told = letter(Change.WORSENED, runbook="https://wiki.example.com/voices")
    words = wording(told)

    assert words.title == words.story
    assert words.title == (
        "Worse: Agatha, sona_speech_1: 60 minutes in an hour, 19 times as much as usual"
    )
    assert facts(told)["At first"] == "41.2 minutes in the hour from Fri 20 Nov 14:00 UTC"
    assert facts(told)["How much"] == "60 minutes in the hour from Fri 20 Nov 16:00 UTC"
    assert words.runbook == "https://wiki.example.com/voices"
    assert words.advice.startswith("Follow the runbook")


def test_what_is_worse_and_opened_before_that_was_kept_says_only_how_it_is():
    told = letter(event=event(Change.WORSENED, alert=alert(opening=None)))

    assert "At first" not in facts(told)


@pytest.mark.parametrize(
    ("begun", "within", "dated"),
    [
        (AT - 5 * HOUR, "in 6 hours", "in the 6 hours from Fri 20 Nov 09:00 UTC"),
        (AT - 47 * HOUR, "in 2 days", "in the 2 days from Wed 18 Nov 15:00 UTC"),
        (
            *(AT - 48 * HOUR, "since Wed 18 Nov 14:00 UTC"),
            "from Wed 18 Nov 14:00 UTC to Fri 20 Nov 15:00 UTC",
        ),
        (
            *(AT - 470 * HOUR, "since 1 Nov"),
            "from Sun 1 Nov 00:00 UTC to Fri 20 Nov 15:00 UTC",
        ),
    ],
)
def test_what_was_counted_over_several_buckets_says_since_when(begun, within, dated):
    told = letter(event=event(verdict=verdict(counted_from=begun)), owed_at=AT + HOUR)

    assert wording(told).title.endswith(f": 41.2 minutes {within}, 13 times as much as usual")
    assert facts(told)["How much"] == f"41.2 minutes {dated}"


def test_what_is_still_counted_is_said_to_be_so():
    told = letter(event=event(verdict=verdict(counted_from=AT - 470 * HOUR)))

    assert facts(told)["How much"].endswith("to Fri 20 Nov 15:00 UTC, so far")


LASTS = "4,200 credits last until Tuesday afternoon (24 Nov), between Monday evening and Thursday"


def test_a_kind_may_word_its_own_title():
    why = Why("4,200 credits, burnt at about 1,050 a day, last until Tuesday.", headline=LASTS)
    told = low_credits(why=why)

    assert wording(told).title == f"Credit balance of supertone: {LASTS}"
    assert wording(told).lead == (why.reason,)
    assert facts(told)["Needed"] == "5,000 credits"


def test_what_is_worse_or_over_is_worded_by_its_kind_too():
    worst, now = verdict(why=Why("r", headline=LASTS)), calm(why=Why("s", headline="one\ntwo"))
    over = letter(event=event(Change.RESOLVED, alert=alert(worst=worst), verdict=now))
    graver = letter(event=event(Change.WORSENED, verdict=verdict(why=Why("r", headline=LASTS))))

    assert wording(over).title == "Over: Agatha, sona_speech_1, one two"
    assert wording(over).story == f"Agatha, sona_speech_1: {LASTS}"
    assert wording(graver).title == f"Worse: Agatha, sona_speech_1: {LASTS}"


def test_an_alert_that_ended_with_its_period_says_so():
    now = calm(why=ANEW)
    over = letter(event=event(Change.RESOLVED, verdict=now))

    assert wording(over).title == "Over: Agatha, sona_speech_1, a new period began"
    assert wording(over).lead == ("Use is counted from zero again.",)


@pytest.mark.parametrize(("unit", "said"), [("USD", " USD"), ("", ""), (None, " minutes")])
def test_the_unit_is_the_rule_s_own_where_it_counts_in_another(unit, said):
    parts = (Part("model", "a", 30, 2), Part("model", "b", 11.24, 1.2))
    much = verdict(unit=unit, why=Why("much", parts=parts))
    told = letter(event=event(verdict=much))

    assert f": 41.2{said} in an hour, 13 times" in wording(told).title
    assert facts(told)["How much"].startswith(f"41.2{said} in the hour")
    assert facts(told)["Usual"] == f"3.2{said} (0.8 to 5.6{said} is ordinary)"
    assert facts(told)["By model"].startswith(f"a +28{said} of +38")


def test_a_ratio_is_said_in_its_unit():
    limit = {"observed": 30.5, "expected": 25.0, "low": None, "high": 25.0}
    told = letter(event=event(verdict=verdict(unit="credits per minute", **limit)))

    assert wording(told).title.endswith(
        ": 30.5 credits per minute in an hour, above the limit of 25 credits per minute"
    )
    assert facts(told)["Limit"] == "25 credits per minute"
