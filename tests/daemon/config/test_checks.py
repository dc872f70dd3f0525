from dataclasses import fields

import pytest

from daemon.config import ConfigError, parse
from daemon.config.checks import BESIDE as BESIDE_KEYS
from daemon.config.checks import dangling
from daemon.config.document import read_document
from daemon.config.references import Surroundings
from rules.kind import Reads
from rules.kinds import KINDS
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


BESIDE = """
sources:
  credits: {type: supertone.credits, key: '${env:KEY}', burn: true}
  voices: {type: supertone.usage, key: '${env:KEY}', history: 31d}
  days: {type: supertone.usage, key: '${env:KEY}', bucket: day}
rules:
  r: {%s}
"""
LIMIT = "kind: threshold, source: voices, above: 2"
GONE = "kind: runway, source: credits, metric: credits"
QUOTA = "kind: budget, amount: 3"


@pytest.mark.parametrize(
    "rule",
    [
        f"{LIMIT}, over: minutes",
        "kind: threshold, source: credits, metric: burn, above: 2, over: top_ups",
        (
            "kind: threshold, source: credits, metric: burn, above: 2, over: minutes, "
            "over_source: voices"
        ),
        f"{GONE}, usage_source: days",
        f"{GONE}, usage_metric: burn",
        GONE,
        f"{QUOTA}, source: voices, per: month",
        f"{QUOTA}, source: voices, per: 31d, from: 2026-01-01",
        f"{QUOTA}, source: credits, metric: burn, per: day",
        f"{LIMIT}, per: week",
    ],
)
def test_what_is_there_and_fits_is_fine(rule: str) -> None:
    assert parse(BESIDE % rule, "c", Surroundings({"KEY": "k"})).rules


@pytest.mark.parametrize(
    ("rule", "key", "why"),
    [
        (
            f"{LIMIT}, over: minutes, over_source: day",
            "over_source",
            "no such source 'day'; did you mean 'days'?",
        ),
        (
            f"{GONE}, usage_source: day",
            "usage_source",
            "no such source 'day'; did you mean 'days'?",
        ),
        (
            f"{LIMIT}, over: minuts",
            "over",
            "no such metric 'minuts' of voices; did you mean 'minutes'?",
        ),
        (
            f"{GONE}, usage_metric: brun",
            "usage_metric",
            "no such metric 'brun' of credits; did you mean 'burn'?",
        ),
        (
            f"{GONE}, usage_source: credits",
            None,
            "credits tells of credits, burn, top_ups; say which of them as usage_metric",
        ),
        (
            f"{LIMIT}, over: minutes, over_source: days",
            "over",
            "the buckets of days are not those of voices: they must be as wide",
        ),
        (
            "kind: threshold, source: credits, metric: burn, above: 2, over: credits, per: day",
            "over",
            "the buckets of credits are not those of burn: they must be as wide",
        ),
        (
            f"{QUOTA}, source: credits, metric: credits, per: week",
            "per",
            "credits is a level, and levels are not added up",
        ),
        (
            "kind: threshold, source: days, above: 2, per: 6h, from: 2026-01-01",
            "per",
            "buckets of 1 day are wider than a period",
        ),
        (
            f"{QUOTA}, source: voices, per: quarter",
            "per",
            (
                "a quarter may last 92 days, and only the last 31 days of voices are looked at; "
                "give sources.voices a history of 92d or more"
            ),
        ),
        (
            f"{LIMIT}, per: 768h, from: 2026-01-01",
            "per",
            (
                "a period may last 32 days, and only the last 31 days of voices are looked at; "
                "give sources.voices a history of 32d or more"
            ),
        ),
    ],
)
def test_what_would_never_be_judged_is_refused_where_it_stands(
    rule: str, key: str | None, why: str
) -> None:
    (line,) = refused(BESIDE % rule)

    where = "3: rules.r" if key is None else f"{_column(rule, key)}: rules.r.{key}"
    assert line == f"c:7:{where}: {why}"


def _column(rule: str, key: str) -> int:
    """Where the key stands, or the name of a source that is not there."""
    stands = len("  r: {") + rule.index(f" {key}: ") + 2
    return stands + len(f"{key}: ") if key.endswith("_source") else stands


def test_every_kind_that_reads_another_metric_has_keys_that_are_checked() -> None:
    for kind in KINDS.values():
        keys = {each.name for each in fields(kind)}  # type: ignore[arg-type]
        assert any(set(pair) <= keys for pair in BESIDE_KEYS) is issubclass(kind, Reads)
