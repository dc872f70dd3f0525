"""Several alerts in one message: how many of what, and the worst first."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.message import Tone
from daemon.wording import digest, plain, tone_of
from daemon.wording.digest import ROWS
from rules.alert import Change
from rules.health import BLIND
from rules.rule import Severity
from tests.daemon.wording.told import low_credits, of_a_source, revised, spikes
from tests.make import AT, HOUR, alert, event, letter


def spent(number=201, **fields):
    return replace(low_credits(), alert=number, severity=Severity.CRITICAL, **fields)


def of(rule, number):
    return letter(alert=number, event=event(alert=alert(rule=rule)))


def rows(*letters):
    return digest(letters).tables[0].rows


@pytest.mark.parametrize(
    ("letters", "title"),
    [
        ([*spikes(3), spent()], "4 alerts: voice-spike 3, low-credits 1"),
        (spikes(3), "3 alerts of voice-spike"),
        (spikes(2, change=Change.RESOLVED), "2 alerts of voice-spike are over"),
        (
            [*spikes(2, change=Change.RESOLVED), replace(of_a_source(BLIND, "", Change.RESOLVED))],
            "3 alerts are over: voice-spike 2, blind source 1",
        ),
        (
            [*spikes(2), spent(), *spikes(34, 300, Change.RESOLVED)],
            "3 of 37 alerts still go on: voice-spike 2, low-credits 1",
        ),
        (
            [*spikes(1), *spikes(1, 300, Change.WITHDRAWN)],
            "1 of 2 alerts of voice-spike still goes on",
        ),
        (spikes(2, change=Change.WORSENED), "2 alerts of voice-spike are worse"),
        (
            spikes(2, change=Change.REMINDED),
            "Still, and nobody acknowledged: 2 alerts of voice-spike",
        ),
        (spikes(2, change=Change.ESCALATED), "Nobody acknowledged 2 alerts of voice-spike"),
        (
            [replace(one, by="Anna") for one in spikes(2, change=Change.ACKNOWLEDGED)],
            "Anna looks after 2 alerts of voice-spike",
        ),
        (
            [
                replace(one, by=by)
                for one, by in zip(spikes(2, change=Change.ACKNOWLEDGED), "ab", strict=True)
            ],
            "Somebody looks after 2 alerts of voice-spike",
        ),
        ([*spikes(1), *spikes(1, 300, Change.WORSENED)], "2 alerts of voice-spike"),
        (spikes(1, change=Change.RESOLVED), "1 alert of voice-spike is over"),
    ],
)
def test_the_title_says_how_many_of_what_and_how_they_stand(letters, title):
    assert digest(letters).title == title


def test_no_more_than_four_rules_are_named_and_the_rest_is_counted():
    many = [of(rule, number) for number, rule in enumerate("aaaabbbccdef")]

    assert digest(many).title == "12 alerts: a 4, b 3, c 2, d 1, 2 other rules 2"
    assert digest(many[:-1]).title == "11 alerts: a 4, b 3, c 2, d 1, another rule 1"


def test_thousands_are_counted_and_twenty_are_shown():
    words = digest([*spikes(4990), *(spent(number) for number in range(10_000, 10_010))])
    [table] = words.tables

    assert words.title == "5,000 alerts: voice-spike 4,990, low-credits 10"
    assert len(table.rows) == ROWS
    assert table.more == "and 4,980 more: voice-spike 4,980"


def test_what_fits_leaves_nothing_out():
    assert digest(spikes(ROWS)).tables[0].more is None
    assert digest(spikes(ROWS + 1)).tables[0].more == "and 1 more"


def test_of_what_is_not_shown_it_says_how_much_is_over():
    def more(*letters):
        return digest(letters).tables[0].more

    assert more(*spikes(30), *spikes(2, 300, Change.RESOLVED)) == "and 12 more, 2 of them over"
    assert more(*spikes(ROWS), *spikes(3, 300, Change.WITHDRAWN)) == "and 3 more, all of them over"


def test_a_row_says_who_how_much_since_when_how_it_stands_and_its_number():
    sooner = letter(event=event(alert=alert(since=AT - HOUR)))

    assert rows(sooner, spent()) == (
        (
            *("Credit balance of supertone", "4,200 credits, below the limit of 5,000 credits"),
            *("14:00", "critical", "201"),
        ),
        (
            *("Agatha, sona_speech_1", "41.2 minutes, 13 times the usual"),
            *("13:00", "warning", "12"),
        ),
    )


def test_a_source_has_its_row_too():
    assert rows(of_a_source(BLIND, "no answer"))[0][:2] == ("voices", "cannot be read")


def test_what_began_on_another_day_says_on_which():
    late = replace(letter(), owed_at=AT + 24 * HOUR)
    later = replace(late, event=event(alert=alert(since=AT + 23 * HOUR)))

    assert [row[2] for row in rows(late, later)] == ["20 Nov 14:00", "13:00"]


def test_when_all_began_together_is_said_once():
    words = digest([*spikes(2), spent()])

    assert words.tables[0].head == ("What", "How much", "State", "Alert")
    assert words.tables[0].numbers == (3,)
    assert words.facts[-1].value == "Fri 20 Nov 14:00 UTC"
    assert digest(spikes(2, change=Change.RESOLVED)).tables[0].head[2] == "Since (UTC)"


@pytest.mark.parametrize(
    ("told", "state"),
    [
        (letter(Change.RESOLVED), "over after 2 hours"),
        (revised(), "withdrawn"),
        (letter(Change.ACKNOWLEDGED), "with Anna"),
        (letter(Change.ACKNOWLEDGED, by=None), "acknowledged"),
        (letter(Change.WORSENED), "warning, worse"),
        (letter(Change.REMINDED), "warning"),
    ],
)
def test_each_says_how_it_stands(told, state):
    assert rows(told)[0][-2] == state


def test_the_worst_stands_first_and_what_is_over_last():
    over = replace(spent(1), event=event(Change.RESOLVED))
    kept = replace(letter(Change.ACKNOWLEDGED), severity=Severity.CRITICAL, alert=2)
    notice = replace(spikes(1, 3)[0], severity=Severity.INFO)

    ranked = rows(over, kept, notice, *spikes(2, 101), spent(5))

    assert [row[-1] for row in ranked] == ["5", "102", "101", "3", "2", "1"]


@given(st.permutations([*spikes(3), spent(), *spikes(2, 300, Change.RESOLVED)]))
def test_in_which_order_letters_came_does_not_matter(letters):
    ordered = digest([*spikes(3), spent(), *spikes(2, 300, Change.RESOLVED)])

    assert digest(letters).tables == ordered.tables
    assert digest(letters).advice == ordered.advice


def test_the_facts_count_what_goes_on_and_the_advice_begins_with_the_worst():
    kept = letter(Change.ACKNOWLEDGED)
    words = digest([*spikes(2), spent(), kept, letter(Change.RESOLVED, alert=9)])

    assert [(fact.label, fact.value) for fact in words.facts] == [
        ("Severity", "1 critical, 3 warning"),
        ("Acknowledged", "1 of 4"),
        ("Since", "Fri 20 Nov 14:00 UTC"),
    ]
    assert words.advice == "Begin with alert 201; run meterwatch alerts to list them all."


def test_where_all_are_over_nothing_is_left_to_do():
    words = digest(spikes(2, change=Change.RESOLVED))

    assert (words.facts, words.runbook) == ((), None)
    assert words.advice == "Nothing. All of them are closed."


def test_what_all_say_alike_is_said_once_and_what_differs_is_not():
    same = [replace(one, summary="Look.", runbook="https://a") for one in spikes(2)]
    other = replace(spent(), summary="Buy.", runbook="https://b")

    assert (digest(same).lead, digest(same).runbook) == (("Look.",), "https://a")
    assert (digest([*same, other]).lead, digest([*same, other]).runbook) == ((), None)


def test_the_text_of_it_has_columns_and_says_next_last():
    lines = plain(digest([*spikes(2), spent()])).splitlines()

    assert lines[0] == "3 alerts: voice-spike 2, low-credits 1"
    assert lines[5].startswith("What                         How much        ")
    assert lines[6].endswith("  critical    201")
    assert lines[-1].startswith("Next      Begin with alert 201")


@pytest.mark.parametrize(
    ("letters", "tone"),
    [
        ((), Tone.TEST),
        ((letter(),), Tone.WARNING),
        ((letter(), spent()), Tone.CRITICAL),
        ((letter(Change.REMINDED, severity=Severity.INFO),), Tone.INFO),
        ((letter(Change.RESOLVED), letter()), Tone.WARNING),
        ((letter(Change.ACKNOWLEDGED, severity=Severity.CRITICAL), letter()), Tone.WARNING),
        ((letter(Change.ACKNOWLEDGED), letter(Change.RESOLVED)), Tone.ACKNOWLEDGED),
        ((letter(Change.RESOLVED), letter(Change.WITHDRAWN)), Tone.RESOLVED),
        ((letter(Change.WITHDRAWN),), Tone.WITHDRAWN),
    ],
)
def test_the_tone_is_that_of_the_gravest_nobody_looks_after(letters, tone):
    assert tone_of(letters) is tone
