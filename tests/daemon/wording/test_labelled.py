import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.message import Tone
from daemon.wording.labelled import OURS, fingerprint, labelled, of_letter, syntactic
from rules.alert import Change
from rules.series import Series, labels_of
from tests.make import AT, HOUR, alert, event, letter, message

NAMES = st.lists(st.text(max_size=6) | st.sampled_from(["a-b", "a.b", "a_b", "a_b_2"]), unique=True)


@given(NAMES)
def test_names_fit_prometheus_and_no_two_become_one(names: list[str]) -> None:
    made = syntactic(names, taken=OURS)

    assert made.keys() == set(names)
    assert len(set(made.values())) == len(names)
    assert not set(made.values()) & set(OURS)
    assert all(made[name] == name for name in {"a_b", "a_b_2"} & made.keys())
    assert all(re.fullmatch("(?!__)[a-zA-Z_][a-zA-Z0-9_]*", name) for name in made.values())


@given(NAMES, st.randoms())
def test_a_name_becomes_the_same_in_whatever_order(names: list[str], random: object) -> None:
    shuffled = list(names)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    assert syntactic(shuffled) == syntactic(names)


@given(st.sets(st.from_regex("[a-z][a-z0-9_]{0,8}", fullmatch=True)))
def test_what_is_well_written_stays(names: set[str]) -> None:
    assert syntactic(names) == {name: name for name in names}


def of_series(**labels: str) -> dict[str, str]:
    series = Series("tts", "minutes", labels_of(labels))
    return dict(of_letter(letter(event=event(alert=alert(series=series)))).labels)


def test_a_vendors_label_takes_the_place_of_none_of_ours() -> None:
    told = of_series(severity="high", alertname="theirs", voice="agatha", empty="")

    assert told == {
        "alertname": "voice-spike",
        "exported_alertname": "theirs",
        "exported_severity": "high",
        "metric": "minutes",
        "rule": "voice-spike",
        "severity": "warning",
        "source": "tts",
        "voice": "agatha",
    }


def test_a_rules_own_labels_go_along_and_ours_are_the_letters() -> None:
    told = of_letter(letter(labels={"team": "payments", "severity": "other", "rule": "x"})).labels

    assert told["team"] == "payments"
    assert (told["severity"], told["rule"]) == ("warning", "voice-spike")
    assert not {"severity_2", "rule_2"} & told.keys()


@pytest.mark.parametrize("change", Change)
def test_what_goes_on_has_no_end(change: Change) -> None:
    told = of_letter(letter(change))

    assert (told.end is None) == (change not in (Change.RESOLVED, Change.WITHDRAWN))
    assert told.annotations["change"] == change.value


def test_an_end_is_never_before_its_beginning() -> None:
    over = event(Change.WITHDRAWN)
    early = replace(over, alert=replace(over.alert, calm_since=AT - HOUR))

    assert of_letter(letter(event=early)).end == AT


def test_annotations_say_it_in_words_and_in_numbers() -> None:
    told = of_letter(letter(Change.ACKNOWLEDGED, runbook="https://wiki.example")).annotations

    assert told["summary"]
    assert "Rule: voice-spike (warning), alert 12" in told["description"]
    assert (told["value"], told["expected"], told["unit"]) == ("41.23999", "3.2", "minutes")
    assert (told["alert"], told["acknowledged_by"]) == ("12", "Anna")
    assert told["runbook_url"] == "https://wiki.example"


def test_what_is_about_no_alert_is_over_as_it_begins() -> None:
    at = AT + timedelta(minutes=1)
    [report] = labelled(message(tone=Tone.REPORT, written_at=at))

    assert (report.start, report.end) == (at, at)
    assert report.labels["alertname"] == "MeterwatchReport"


@given(st.dictionaries(st.text(max_size=5), st.text(st.characters(), max_size=5)))
def test_a_fingerprint_depends_on_the_labels_and_not_on_their_order(labels: dict[str, str]) -> None:
    turned = dict(reversed(labels.items()))

    assert fingerprint(turned) == fingerprint(labels)
    assert re.fullmatch("[0-9a-f]{16}", fingerprint(labels))
    assert fingerprint({**labels, "more": "x"}) != fingerprint({**labels, "more": "y"})
