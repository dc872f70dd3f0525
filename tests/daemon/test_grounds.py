"""The grounds of an alert read well, and hold every digit."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from daemon.explain import Explained
from daemon.grounds import as_json, as_lines, recent_as_json, recent_as_lines
from daemon.store.alerts import Numbered
from daemon.store.revisions import Revision
from rules.alert import Phase
from rules.kinds.threshold import Threshold
from rules.rule import Rule
from rules.series import Series
from rules.verdict import Part, Why
from tests.make import AT, HOUR, SERIES, VOICE, alert, verdict

RULE = Rule("voice-spike", "supertone", Threshold(above=10))
WHY = Why(
    "374 minutes where 33 minutes are usual",
    "about once in four years",
    (Part("voice_id", VOICE, 323.3, 3.1), Part("voice_id", "ben", 50.7, 29.9)),
)
THEN = verdict(observed=374.0, expected=33.0, low=None, why=WHY)
REVISED = Revision(SERIES, AT, AT + 3 * HOUR, 374.0, 321.5)


def known(**fields):
    defaults = {
        "number": 12,
        "alert": alert(opening=THEN),
        "then": THEN,
        "rule": RULE,
        "unit": "minutes",
        "now": THEN,
        "begins": AT - timedelta(days=60),
        "names": {VOICE: "Agatha"},
    }
    return Explained(**defaults | fields)


def said(**fields):
    return "\n".join(as_lines(known(**fields)))


def test_what_was_decided_stands_there_to_the_last_digit():
    assert (
        said()
        == f"""\
Alert 12 of the rule voice-spike (warning): firing

  What    minutes of supertone
  Model   sona_speech_1
  Voice   Agatha ({VOICE})
  Since   2026-11-20T14:00:00Z
  Opened  by the bucket of 2026-11-20T14:00:00Z
  Ended   -

What opened it, as it was decided:
  Bucket                                   2026-11-20T14:00:00Z to 2026-11-20T15:00:00Z
  Verdict                                  breach
  Observed                                 374.0 minutes
  Expected                                 33.0 minutes
  Low                                      -
  High                                     5.6 minutes
  Score                                    0.97
  Step                                     1
  Reason                                   374 minutes where 33 minutes are usual
  How rare                                 about once in four years
  By voice, Agatha (e5f6fb1a53d0add8e7d0)  323.3, expected 3.1: +320.2
  By voice, ben                            50.7, expected 29.9: +20.8

Decided again, from what is stored: the same, to the digit."""
    )


def test_what_differs_stands_side_by_side_with_what_may_have_caused_it():
    now = replace(THEN, observed=321.5, why=replace(WHY, parts=WHY.parts[:1]))
    text = said(now=now, revised=[REVISED], revised_before=2)

    assert (
        text.partition("not the same.\n")[2]
        == f"""\
  Bucket                                   2026-11-20T14:00:00Z to 2026-11-20T15:00:00Z
  Verdict                                  breach
  Observed                                 then  374.0 minutes
                                           now   321.5 minutes
  Expected                                 33.0 minutes
  Low                                      -
  High                                     5.6 minutes
  Score                                    0.97
  Step                                     1
  Reason                                   374 minutes where 33 minutes are usual
  How rare                                 about once in four years
  By voice, Agatha (e5f6fb1a53d0add8e7d0)  323.3, expected 3.1: +320.2
  By voice, ben                            then  50.7, expected 29.9: +20.8
                                           now   -

Why it may differ:
  the vendor changed what was judged, after it was over:
    2026-11-20T14:00:00Z  sona_speech_1, Agatha ({VOICE}): 374.0 became 321.5 at \
2026-11-20T17:00:00Z
  2 numbers before it, by which it is measured, changed after it was over
  the history that is stored begins at 2026-09-21T14:00:00Z now
  the rule voice-spike, or what is planned, was changed since
  another version of Meterwatch decided then"""
    )


def test_a_cause_that_is_not_known_of_is_not_named():
    text = said(now=replace(THEN, observed=1.0), begins=None)

    assert "the vendor" not in text
    assert "before it" not in text
    assert "history" not in text


def test_a_number_that_is_no_longer_told_says_so():
    gone = replace(REVISED, series=Series("supertone", "credits", ()), after=None)
    text = said(now=replace(THEN, observed=1.0), revised=[gone])

    assert "credits of supertone: 374.0 became not told at" in text


def test_what_cannot_be_decided_again_says_why():
    text = said(now=None, untold="that bucket is not remembered any more", rule=None)

    assert text.endswith("It cannot be decided again: that bucket is not remembered any more.")
    assert text.startswith("Alert 12 of the rule voice-spike: firing")


def test_what_was_not_kept_is_decided_now():
    text = said(then=None)

    assert "What opened it was not kept" in text
    assert "Decided now, from what is stored:\n  Bucket" in text
    assert "What opened it was not kept" in said(then=None, now=None, untold="of this")


def test_a_pending_alert_says_that_nobody_was_told():
    text = said(alert=alert(phase=Phase.PENDING, opened_at=None))

    assert "\nNobody was told yet. What speaks for it so far:\n" in text
    assert "\n  Opened  -\n" in text


def test_what_was_counted_says_from_when():
    counted = replace(THEN, counted_from=AT - 3 * HOUR)

    assert "  from 2026-11-20T11:00:00Z\n" in said(then=counted, now=counted)


@pytest.mark.parametrize(("now", "same"), [(THEN, True), (replace(THEN, score=1.0), False)])
def test_a_machine_reads_both_decisions(now, same):
    told = json.loads(as_json(known(now=now, revised=[REVISED], revised_before=2)))

    assert told["same"] is same
    assert told["then"]["observed"] == 374.0
    assert told["then"]["parts"][0] == {
        "label": "voice_id",
        "value": VOICE,
        "observed": 323.3,
        "expected": 3.1,
    }
    assert told["now"]["score"] == now.score
    assert told["revised"] == [
        {
            "series": {"model": "sona_speech_1", "voice_id": VOICE},
            "at": "2026-11-20T14:00:00Z",
            "revised_at": "2026-11-20T17:00:00Z",
            "before": 374.0,
            "after": 321.5,
        }
    ]


def test_a_machine_reads_what_there_is_not_as_null():
    bare = alert(phase=Phase.PENDING, opened_at=None)
    told = json.loads(as_json(Explained(12, bare, None, untold="gone")))

    nulls = {name for name, value in told.items() if value is None}
    assert nulls == {
        *("severity", "opened_at", "ended_at", "then", "now", "same", "history_begins"),
    }
    ended = json.loads(
        as_json(known(alert=alert(ended_at=AT), then=replace(THEN, counted_from=AT)))
    )
    assert (ended["ended_at"], ended["then"]["counted_from"]) == ("2026-11-20T14:00:00Z",) * 2


def test_the_latest_are_a_table():
    odd = alert(series=Series("supertone", "minutes", ()), rule="a\nb", phase=Phase.RESOLVED)

    head, first, second = recent_as_lines([Numbered(112, alert()), Numbered(9, odd)])

    assert head == "alert  state     since                 rule         why"
    assert first.startswith("  112  firing    2026-11-20T14:00:00Z  voice-spike  model=sona_sp")
    assert second == (
        "    9  resolved  2026-11-20T14:00:00Z  a b          minutes of supertone: "
        "41.2 minutes where 3.2 minutes are usual for a Friday at 14:00."
    )


def test_each_of_the_latest_is_an_object():
    told = json.loads(recent_as_json(Numbered(12, alert())))

    assert (told["alert"], told["phase"], told["since"]) == (12, "firing", "2026-11-20T14:00:00Z")
    assert told["series"]["voice_id"] == VOICE
