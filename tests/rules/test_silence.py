"""A silence speaks of what its patterns match, from its start to its end, and never for ever."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.silence import LONGEST, Silence, exactly, flaw

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
TICK = timedelta(microseconds=1)
SILENCE = Silence(3, {"rule": ("voice-*", "low-*")}, NOON, NOON + HOUR, "anna", "load test")

names = st.sampled_from(["rule", "source", "voice_id", "severity"])
values = st.text(alphabet="ab*?[]!-", max_size=4)
labels = st.dictionaries(names, values)
matches = st.dictionaries(names, st.lists(values, min_size=1, max_size=2).map(tuple), min_size=1)


def of(match: dict[str, tuple[str, ...]]) -> Silence:
    return replace(SILENCE, match=match)


@pytest.mark.parametrize(
    ("labels", "matched"),
    [
        ({"rule": "voice-spike"}, True),
        ({"rule": "low-credits", "voice_id": "agatha"}, True),
        ({"rule": "Voice-spike"}, False),
        ({"rule": "a voice-spike"}, False),
        ({"voice_id": "voice-1"}, False),
        ({}, False),
    ],
)
def test_any_pattern_of_a_label_may_match(labels: dict[str, str], matched: bool) -> None:
    assert SILENCE.matches(labels) is matched


def test_every_label_must_match() -> None:
    both = of({"rule": ("*",), "voice_id": ("a*",)})

    assert both.matches({"rule": "busy", "voice_id": "agatha"})
    assert not both.matches({"rule": "busy", "voice_id": "bert"})
    assert not both.matches({"rule": "busy"})


@given(matches, labels)
def test_it_matches_where_each_of_its_labels_does_by_itself(
    match: dict[str, tuple[str, ...]], told: dict[str, str]
) -> None:
    alone = [of({name: patterns}).matches(told) for name, patterns in match.items()]

    assert of(match).matches(told) is all(alone)


@given(matches, labels, names, values)
def test_more_patterns_match_no_less_and_more_labels_no_more(
    match: dict[str, tuple[str, ...]], told: dict[str, str], name: str, value: str
) -> None:
    wider = {each: (*patterns, value) for each, patterns in match.items()}
    narrower = match if name in match else {**match, name: (value,)}

    assert of(wider).matches(told) >= of(match).matches(told)
    assert of(narrower).matches(told) <= of(match).matches(told)


@given(matches, labels, names, values)
def test_labels_it_does_not_speak_of_change_nothing(
    match: dict[str, tuple[str, ...]], told: dict[str, str], name: str, value: str
) -> None:
    if name not in match:
        assert of(match).matches({**told, name: value}) is of(match).matches(told)


@given(labels.filter(bool), labels)
def test_labels_spelled_exactly_match_themselves_and_no_others(
    told: dict[str, str], other: dict[str, str]
) -> None:
    same = of({name: (exactly(value),) for name, value in told.items()})

    assert same.matches(told)
    assert same.matches(other) is (told.items() <= other.items())


@given(st.text(), st.text())
def test_a_value_spelled_exactly_is_matched_by_no_other(value: str, other: str) -> None:
    assert fnmatchcase(value, exactly(value))
    assert fnmatchcase(other, exactly(value)) is (other == value)


def test_it_holds_from_its_start_and_not_at_its_end() -> None:
    moments = [NOON - TICK, NOON, NOON + HOUR - TICK, NOON + HOUR]

    assert [SILENCE.active(at) for at in moments] == [False, True, True, False]


def test_one_that_may_be_has_no_flaw() -> None:
    assert flaw(SILENCE, NOON) is None
    assert flaw(replace(SILENCE, start=NOON + 2 * HOUR, end=NOON + 3 * HOUR), NOON) is None
    assert flaw(replace(SILENCE, start=NOON - HOUR), NOON + HOUR - TICK) is None


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"match": {}}, "match: expected at least one label with a pattern"),
        ({"match": {"rule": ()}}, "match: expected at least one label with a pattern"),
        ({"reason": ""}, "reason: expected why nobody should hear of it, got nothing"),
        ({"author": ""}, "by: expected the name of whoever asks for it, got nothing"),
        ({"end": NOON}, "end: expected later than its start, 2026-11-20T12:00:00Z"),
        (
            {"start": NOON - HOUR, "end": NOON - TICK},
            "end: expected later than now, 2026-11-20T12:00:00Z, got 2026-11-20T11:59:59Z",
        ),
        ({"start": NOON - HOUR, "end": NOON}, "end: expected later than now"),
    ],
)
def test_one_that_cannot_be_says_why(fields: dict[str, object], said: str) -> None:
    found = flaw(replace(SILENCE, **fields), NOON)  # type: ignore[arg-type]

    assert said in str(found)


def test_none_reaches_further_than_ninety_days() -> None:
    longest = replace(SILENCE, end=NOON + LONGEST)
    found = flaw(replace(longest, end=longest.end + TICK), NOON)

    assert flaw(longest, NOON) is None
    assert timedelta(days=90) == LONGEST
    assert found is not None
    assert (found.key, found.expected) == ("end", "no later than 90 days from now")
