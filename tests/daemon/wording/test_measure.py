"""How much, against what, and in which time, in the words that are easiest to picture."""

from datetime import timedelta
from math import nan

import pytest

from daemon.message import Fact
from daemon.wording.measure import comparison, dated, is_limit, measure, revised, shortly, spoken_of
from rules.alert import Change, Event
from rules.verdict import Outcome, Why
from tests.daemon.wording.told import low_credits
from tests.daemon.wording.told import revised as taken_back
from tests.make import AT, HOUR, alert, calm, event, lasting, letter, verdict, worse


def of(**fields):
    """A letter about this, and the verdict it is about."""
    told = verdict(**fields)
    return letter(event=event(verdict=told)), told


@pytest.mark.parametrize(
    ("observed", "expected", "words"),
    [
        (41.2, 3.2, "41.2 minutes in an hour, 13 times as much as usual"),
        (9.6, 1.0, "9.6 minutes in an hour, 10 times as much as usual"),
        (9.4, 1.0, "9.4 minutes in an hour, 9.4 times as much as usual"),
        (2.0, 1.0, "2 minutes in an hour, 2 times as much as usual"),
        (1.9, 1.0, "1.9 minutes in an hour, 90% more than usual"),
        (0.5, 1.0, "0.5 minutes in an hour, 50% less than usual"),
        (0.0, 3.2, "0 minutes in an hour, usually 3.2 minutes"),
        (5.0, 0.0, "5 minutes in an hour, usually 0 minutes"),
    ],
)
def test_a_number_stands_to_the_usual_one_in_words(observed, expected, words):
    assert comparison(*of(observed=observed, expected=expected)) == words


def test_in_a_table_it_is_shorter():
    assert shortly(*of()) == "41.2 minutes, 13 times the usual"


def test_what_nothing_is_known_of_is_said_without_a_comparison():
    about, told = of(expected=None, low=None, high=None)

    assert comparison(about, told) == "41.2 minutes in an hour"
    assert list(measure(about, told)) == []


def test_a_kind_with_words_of_its_own_has_the_last_word():
    assert comparison(*of(why=Why("Why", headline="half of it is used"))) == "half of it is used"


def test_a_limit_is_called_a_limit_and_the_usual_never_is():
    limit = low_credits()
    usual, told = of()

    assert is_limit(limit)
    assert not is_limit(usual)
    below = "4,200 credits, below the limit of 5,000 credits"
    assert comparison(limit, limit.event.verdict) == below
    assert list(measure(limit, limit.event.verdict)) == [Fact("Limit", "5,000 credits")]
    assert list(measure(usual, told)) == [
        Fact("Usual", "3.2 minutes (0.8 to 5.6 minutes is ordinary)")
    ]


def test_what_a_kind_with_words_of_its_own_is_held_against_is_no_limit_of_anybodys():
    why = Why("It will be gone.", headline="lasts until Monday")
    needed = low_credits(why=why)

    assert [fact.label for fact in measure(needed, needed.event.verdict)] == ["Needed"]


def test_a_bucket_that_was_not_over_is_said_so_far():
    told = verdict()
    early = letter(event=event(verdict=told), owed_at=told.until - HOUR / 2)
    late = letter(event=event(verdict=told), owed_at=told.until)

    assert dated(told, early) == "41.2 minutes in the hour from Fri 20 Nov 14:00 UTC, so far"
    assert dated(told, late) == "41.2 minutes in the hour from Fri 20 Nov 14:00 UTC"


def test_a_level_stands_at_an_instant():
    about, told = of(until=AT, observed=3.0)

    assert dated(told, about) == "3 minutes at Fri 20 Nov 14:00 UTC"
    assert comparison(about, told) == "3 minutes, 6% less than usual"


@pytest.mark.parametrize(("days", "time"), [(2, "in 2 days"), (3, "since ")])
def test_what_was_counted_for_long_is_said_by_the_day_it_began(days, time):
    about, told = of(counted_from=AT + HOUR - timedelta(days=days))

    assert f"41.2 minutes {time}" in comparison(about, told)


def test_what_is_news_is_spoken_of_and_else_the_worst():
    for change, spoken in ((Change.OPENED, verdict()), (Change.WORSENED, worse())):
        assert spoken_of(letter(change)) == spoken
    assert spoken_of(letter(Change.RESOLVED)) == verdict()


def test_a_reminder_speaks_of_now_if_it_is_still_too_much():
    between = lasting(outcome=Outcome.BETWEEN)
    quieter = Event(Change.REMINDED, alert(latest=between), between)

    assert spoken_of(letter(Change.REMINDED)) == lasting()
    assert spoken_of(letter(event=quieter)) == verdict()


def test_a_revision_says_both_numbers_of_the_same_bucket():
    assert revised(taken_back()) == ("41.2", "3.1 minutes")


@pytest.mark.parametrize(
    "now", [calm(), calm(at=AT, observed=nan), calm(at=AT, observed=verdict().observed)]
)
def test_numbers_that_cannot_be_set_side_by_side_are_not(now):
    taken = Event(Change.WITHDRAWN, alert(latest=now), now)

    assert revised(letter(event=taken)) is None
