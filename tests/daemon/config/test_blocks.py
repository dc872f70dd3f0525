from datetime import timedelta

from daemon.config.settings import LogConfig, PageConfig, StoreConfig
from daemon.secret import Secret
from rules.alert import Policy
from rules.route import Route
from rules.rule import Rule, Severity
from tests.daemon.config.plugins import (
    Balance,
    Book,
    Console,
    Limit,
    Mail,
    Spike,
    Tts,
    complaints,
    read,
)

SOURCE = "sources:\n  voices: {type: tts, key: '${env:KEY}'}\n"


def test_a_source_becomes_a_feed_around_its_plugin() -> None:
    block = (
        "{type: tts, key: '${env:KEY}', every: 10s, history: 90d, grace: 0s, by: [voice, model]}"
    )
    (feed,) = read(f"sources:\n  voices: {block}\n").feeds

    assert (feed.name, feed.every, feed.history, feed.grace) == (
        "voices",
        timedelta(seconds=10),
        timedelta(days=90),
        timedelta(0),
    )
    assert isinstance(feed.source, Tts)
    assert feed.source.by == ("voice", "model")


def test_a_rule_becomes_a_rule_around_its_kind() -> None:
    block = (
        "{kind: limit, source: voices, metric: minutes, where: {voice: [a*, b], model: c}, "
        "above: 5, for: 1h, resolve_after: 2h, "
        "severity: critical, summary: s, runbook: r, tell: [], labels: {team: speech}}"
    )

    assert read(f"{SOURCE}rules:\n  night: {block}\n").rules == (
        Rule(
            name="night",
            source="voices",
            kind=Limit(above=5),
            metric="minutes",
            where={"voice": ("a*", "b"), "model": ("c",)},
            policy=Policy(timedelta(hours=1), timedelta(hours=2)),
            tell=(),
            labels={"team": "speech"},
            severity=Severity.CRITICAL,
            summary="s",
            runbook="r",
        ),
    )


def test_a_rule_that_does_not_say_whom_tells_those_the_routes_lead_to() -> None:
    config = read(
        f"{SOURCE}rules:\n  a: {{kind: spike, source: voices}}\n"
        "  b: {kind: spike, source: voices, tell: out}\n"
        "  c: {kind: spike, source: voices, tell: []}\n"
        "destinations:\n  out: {type: console}\n  ops: {type: mail, host: h, to: a@b.c}\n"
    )

    assert [rule.tell for rule in config.rules] == [None, ("out",), ()]
    assert config.route == Route(tell=("out", "ops"))
    assert config.rules[0].kind == Spike()


RECORDER = "type: book, source: voices, unit: minutes, password: '${env:K}'"


def test_a_recorder_becomes_a_ledger_around_its_plugin() -> None:
    more = "metric: minutes, where: {voice: [a*, b]}, wait: 2d, tell: [], page: '7'"
    (ledger,) = read(f"{SOURCE}recorders:\n  acme: {{{RECORDER}, {more}}}\n").ledgers

    assert isinstance(ledger.recorder, Book)
    assert (ledger.recorder.unit, ledger.recorder.page) == ("minutes", "7")
    assert (ledger.name, ledger.source, ledger.metric) == ("acme", "voices", "minutes")
    assert (ledger.where, ledger.wait) == ({"voice": ("a*", "b")}, timedelta(days=2))
    assert ledger.tell == ()


def test_a_recorder_waits_until_its_source_is_done_and_tells_those_the_routes_lead_to() -> None:
    block = "{type: tts, key: '${env:KEY}', revises: 36h}"
    (ledger,) = read(
        f"sources:\n  voices: {block}\nrecorders:\n  acme: {{{RECORDER}}}\n"
        "destinations:\n  out: {type: console}\n  ops: {type: mail, host: h, to: a@b.c}\n"
    ).ledgers

    assert ledger.wait == timedelta(hours=36)
    assert ledger.tell is None


def test_destinations_keep_their_names_and_order() -> None:
    config = read(
        f"{SOURCE}destinations:\n"
        "  out: {type: console}\n  ops: {type: mail, host: h, to: a@b.c}\n"
    )

    assert [each.name for each in config.destinations] == ["out", "ops"]
    assert [each.notifier for each in config.destinations] == [Console(), Mail("h", ("a@b.c",))]


def test_what_is_left_out_has_its_default() -> None:
    config = read("sources: {b: {type: tts.balance, key: '${env:KEY}'}}")

    assert (config.rules, config.ledgers, config.destinations) == ((), (), ())
    assert config.store == StoreConfig(None, timedelta(days=400))
    assert config.page == PageConfig("127.0.0.1", 8321)
    assert config.log == LogConfig("info", "text")
    assert isinstance(config.feeds[0].source, Balance)


def test_settings_are_read() -> None:
    config = read(
        f"{SOURCE}store: {{url: 'postgresql://u:${{env:KEY}}@h/db', keep: 1d}}\n"
        "page: {listen: '[::1]:80'}\nlog: {level: debug, format: json}\n"
    )

    assert config.store.url == "postgresql://u:held-by-reference@h/db"
    assert config.store.keep == timedelta(days=1)
    assert config.page == PageConfig("::1", 80)
    assert config.log == LogConfig("debug", "json")


def test_the_token_of_the_page_comes_by_reference_alone() -> None:
    page = read(f"{SOURCE}page: {{token: '${{env:KEY}}'}}\n").page

    assert page == PageConfig("127.0.0.1", 8321, Secret("held-by-reference"))
    assert "held" not in repr(page)
    (said,) = complaints(f"{SOURCE}page: {{token: open-sesame}}\n")
    assert "page.token: a secret is never written here" in said


def test_null_switches_the_page_off() -> None:
    assert read(f"{SOURCE}page: null\n").page is None


def test_a_source_is_polled_every_ten_seconds_at_most() -> None:
    assert complaints("sources: {b: {type: tts.balance, key: '${env:K}', every: 10s}}") == []
    assert complaints("sources: {b: {type: tts.balance, key: '${env:K}', every: 9s}}") != []


def test_history_reaches_at_least_as_far_as_revisions() -> None:
    block = "{type: tts, key: '${env:K}', revises: 60d, history: "

    assert complaints(f"sources: {{b: {block} 60d}}}}") == []
    assert complaints(f"sources: {{b: {block} 59d}}}}") != []


def test_a_plugins_own_checks_count() -> None:
    rule = "rules:\n  a: {kind: limit, source: voices, above: 5, recover: "

    assert complaints(f"{SOURCE}{rule}5}}\n") == []
    assert complaints(f"{SOURCE}{rule}5.1}}\n") != []
