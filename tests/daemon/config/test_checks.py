import pytest

from daemon.config import ConfigError, parse
from daemon.config.checks import dangling
from daemon.config.document import read_document
from daemon.config.references import Surroundings
from tests.daemon.config.plugins import Held, complaints


def found(text: str) -> list[str]:
    return [each.line("c") for each in dangling(read_document(text, Held()))]


def test_names_that_are_configured_are_fine() -> None:
    assert (
        found("sources: {a: {}}\nrules: {r: {source: a, tell: [b, c]}}\ndestinations: {b: , c: }")
        == []
    )


def test_a_source_that_nobody_configured_is_complained_of_where_it_is_named() -> None:
    (line,) = found("sources: {voices: {}}\nrules: {r: {source: voice}}")

    assert line == "c:2:21: rules.r.source: no such source 'voice'; did you mean 'voices'?"


def test_destinations_are_looked_up_one_by_one_or_in_a_list() -> None:
    lines = found("destinations: {b: }\nrules: {r: {tell: [b, c, d]}, q: {tell: e}}")

    assert [line.split(": ")[1] for line in lines] == [
        "rules.r.tell.1",
        "rules.r.tell.2",
        "rules.q.tell",
    ]


def test_without_any_destination_none_is_there() -> None:
    assert found("rules: {r: {tell: e}}") == ["c:1:19: rules.r.tell: no such destination 'e'"]


def test_what_is_broken_otherwise_is_left_to_others() -> None:
    assert found("sources: 3\nrules: {r: {source: a, tell: 3}, q: 3}") == []
    assert found("rules: [a]") == []


def test_recorders_name_sources_and_destinations_too() -> None:
    lines = found(
        "sources: {voices: {}}\nrecorders: {r: {source: voice, tell: b}, q: {source: voices}}"
    )

    assert [line.split(": ")[1] for line in lines] == ["recorders.r.source", "recorders.r.tell"]


TTS, BALANCE = (
    "{type: tts, key: '${env:K}', bucket: day, offset: ",
    "{type: tts.balance, key: '${env:K}'}",
)


def recorded(source: str, **more: str) -> list[str]:
    keys = {"type": "book", "source": "s", "unit": "x", "password": "'${env:K}'", **more}
    block = ", ".join(f"{key}: {value}" for key, value in keys.items())
    return complaints(f"sources:\n  s: {source}\nrecorders:\n  r: {{{block}}}\n")


@pytest.mark.parametrize(
    ("source", "why"),
    [
        (BALANCE, "credits of s cannot be recorded: it is a level"),
        (f"{TTS} '+09:00'}}", "its buckets of 1 day begin at 15:00 UTC"),
    ],
)
def test_what_no_day_can_be_made_of_is_refused_where_the_recorder_stands(
    source: str, why: str
) -> None:
    (line,) = recorded(source)

    assert line.startswith("c.yaml:4:3: recorders.r: ")
    assert why in line


def test_a_metric_that_cannot_be_recorded_is_refused_where_it_is_named() -> None:
    (line,) = recorded(BALANCE, metric="credits")

    assert "recorders.r.metric: credits of s cannot be recorded" in line


def test_a_metric_that_is_not_known_beforehand_is_left_to_the_first_answer() -> None:
    assert recorded(f"{TTS} '+00:00'}}") == []
    assert recorded(BALANCE, metric="minutes") == []


CREDITS = """
sources: {credits: {type: supertone.credits, key: '${env:KEY}', burn: true}}
rules: {low: {kind: threshold, source: credits, below: 20000%s}}
"""


def refused(text: str) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        parse(text, "c", Surroundings({"KEY": "k"}))
    return caught.value.complaints


def test_a_balance_and_its_burn_are_not_held_to_one_limit() -> None:
    (line,) = refused(CREDITS % "")

    assert "rules.low: credits tells of credits, burn, top_ups; say which of them" in line
    assert parse(CREDITS % ", metric: burn", "c", Surroundings({"KEY": "k"})).rules


def test_a_metric_that_is_misspelt_would_never_be_judged() -> None:
    (line,) = refused(CREDITS % ", metric: brun")

    assert line.endswith("rules.low.metric: no such metric 'brun' of credits; did you mean 'burn'?")
