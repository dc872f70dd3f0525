"""The plain text is what every place falls back to."""

from dataclasses import replace

from daemon.message import Table
from daemon.wording.form import LINES, over_at, plain, rule_of
from daemon.wording.usage import of_usage
from rules.alert import Change
from tests.make import AT, HOUR, alert, calm, event, letter


def test_the_plain_text_is_a_title_a_lead_and_a_table():
    words = of_usage(letter(summary="Somebody may be using our key."))
    lines = plain(words).splitlines()

    assert lines[:2] == [words.title, "Somebody may be using our key."]
    assert lines[2] == ""
    assert lines[3] == "What      minutes of supertone"
    assert lines[-1].startswith("Next      Find out")


def test_the_plain_text_of_an_end_tells_what_it_was():
    assert f"\nIt was: {of_usage(letter()).title}\n" in plain(of_usage(letter(Change.RESOLVED)))


def test_a_runbook_stands_last():
    words = replace(of_usage(letter()), runbook="https://wiki.example.com/voices")

    assert plain(words).endswith("\nRunbook   https://wiki.example.com/voices")


def test_the_rules_line_names_rule_severity_and_number():
    assert rule_of(letter()).value == "voice-spike (warning), alert 12"


def test_it_was_over_when_calm_began_or_else_when_it_ended():
    ended = alert(calm_since=None, ended_at=AT + 5 * HOUR)
    calmed = alert(calm_since=AT + HOUR, ended_at=AT + 5 * HOUR)

    assert over_at(_ended(ended)) == AT + 5 * HOUR
    assert over_at(_ended(calmed)) == AT + HOUR


def _ended(over):
    return letter(event=event(Change.RESOLVED, alert=over, verdict=calm()))


def test_a_long_cell_goes_on_in_the_next_line_and_is_cut_at_last():
    story = "Ciara, sona_speech_2: 41.2 minutes in an hour, 13 times as much as usual"
    table = Table("", ("What", "Alert"), ((story, "7"), ("x" * 999, "8")), numbers=(1,))
    lines = plain(replace(of_usage(letter()), tables=(table,))).split("\n\n")[2].splitlines()

    assert lines[1] == "Ciara, sona_speech_2: 41.2 minutes in an hour,        7"
    assert lines[2] == "13 times as much as usual"
    assert len(lines) == 1 + 2 + LINES
    assert lines[-1].endswith("x…")
