"""Who moved it, in words."""

import pytest

from daemon.wording import wording
from rules.alert import Change
from rules.verdict import Part
from tests.daemon.wording.told import facts, of_a_sum
from tests.make import VOICE, letter


def moved(*parts, **fields):
    """What is said of who moved it, by the label of the line."""
    said = facts(of_a_sum(*parts, **fields))
    return {label: value for label, value in said.items() if label.startswith("By ")}


def voice(value, change, usual=10.0):
    return Part("voice_id", value, usual + change, usual)


def test_the_part_that_moved_most_is_held_against_the_whole():
    assert moved(voice(VOICE, 320.0), voice("ben", 21.0)) == {
        "By voice": "Agatha (e5f6fb1a…) +320 minutes of +341 (94 %), ben +21"
    }


def test_a_part_that_fell_says_so():
    assert moved(voice("a", -9.0), voice("b", 4.0), voice("c", 1.0)) == {
        "By voice": "a -9 minutes, b +4, c +1"
    }
    assert moved(voice("a", -9.0), voice("b", -1.0)) == {
        "By voice": "a -9 minutes of -10 (90 %), b -1"
    }


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ((5.0, -5.0), "a +5 minutes, b -5"),
        ((30.0, -5.0), "a +30 minutes, b -5"),
        ((5.0, 0.0), "a +5 minutes"),
        ((0.0, 0.0), "a +0 minutes"),
        ((1.0, 1.0), "a +1 minute of +2 (50 %), b +1"),
    ],
)
def test_a_share_is_said_only_where_it_is_one_and_whoever_stood_still_is_left_out(changes, said):
    parts = [voice(name, change) for name, change in zip("ab", changes, strict=True)]

    assert moved(*parts)["By voice"] == said


def test_each_label_has_a_line_the_one_that_says_most_first():
    model = [Part("model", "sona", 200, 20), Part("model", "echo", 161, 0)]
    key = [Part("api_key", "batch", 350, 19), Part("api_key", "web", 11, 1)]

    assert list(moved(*key, *model, voice("a", 341.0, 0), voice("b", 0.0))) == [
        *("By voice", "By API key", "By model"),
    ]


def test_no_more_than_three_labels_are_told():
    parts = [Part(name, value, 9, 1) for name in "wxyz" for value in "ab"]
    parts = [Part(p.label, p.value, p.observed + ord(p.label), p.expected) for p in parts]

    assert list(moved(*parts)) == ["By z", "By y", "By x"]


def test_two_labels_that_say_the_same_are_one_line():
    parts = [Part(name, value, 9, 1) for name in ("voice_id", "voice_name") for value in "ab"]

    assert list(moved(*parts)) == ["By voice"]


def test_nobody_is_named_where_it_is_over_or_where_there_are_no_parts():
    parts = voice(VOICE, 320.0), voice("ben", 21.0)
    over = letter(Change.RESOLVED)

    assert moved() == {}
    assert not [fact for fact in wording(over).facts if fact.label.startswith("By ")]
    assert moved(*parts, change=Change.WORSENED)["By voice"].startswith("Agatha")


def test_a_value_of_the_vendors_stands_on_one_line():
    assert moved(voice("a\nb\u202e", 5.0), voice("c", 1.0))["By voice"].startswith("a b +5")
