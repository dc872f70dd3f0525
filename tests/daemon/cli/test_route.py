"""`route` says where an alert would go, and why."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from daemon.store import open_store
from rules.silence import Silence
from tests import make
from tests.blank import blank
from tests.daemon.cli.shell import meterwatch

CONFIG = """\
page: null
sources:
  voices: {type: supertone.usage, key: "${env:KEY}"}
rules:
  voice-spike:
    {kind: threshold, source: voices, above: 10, severity: critical, labels: {team: speech}}
  own: {kind: threshold, source: voices, above: 9, tell: boss}
destinations:
  team: {type: console}
  boss: {type: console}
route:
  tell: team
  group_by: [source]
  group_wait: 30s
  group_interval: 5m
  repeat: 4h
  routes:
    - match: {severity: critical}
      group_by: "..."
      escalate: {after: 30m, to: boss}
      quiet: {every: "22:00-07:00", zone: Europe/Berlin}
inhibit:
  - {while: {rule: own}, mutes: {rule: voice-spike}, equal: source}
"""
NIGHT = "2026-11-21T03:00"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "meterwatch.yaml"
    path.write_text(CONFIG)
    return path


def ask(config: Path, *words: str) -> list[str]:
    result = meterwatch("route", "--config", config, "--state-dir", config.parent, *words)

    assert result.exit_code == 0, result.output
    return result.stdout.splitlines()


def test_where_and_when_and_by_which_route_an_alert_goes(config: Path) -> None:
    words = ("--labels", "rule=voice-spike", "source=voices", "severity=critical", "--at", NIGHT)

    assert ask(config, *words) == [
        "An alert with rule=voice-spike, severity=critical, source=voices, team=speech,",
        "opening on Sat 21 Nov 03:00 UTC:",
        "  team, by route.routes.0 (severity: critical)",
        "    told: after quiet hours, on Sat 21 Nov 06:00 UTC",
        "    reminded: every 4 hours until somebody acknowledges it",
        "    escalated: after 30 minutes to boss, if nobody does",
    ]


def test_what_follows_from_the_rule_need_not_be_said(config: Path) -> None:
    assert ask(config, "rule=voice-spike", "--at", NIGHT) == ask(
        config, "rule=voice-spike", "source=voices", "severity=critical", "--at", NIGHT
    )


def test_a_rule_that_says_whom_it_tells_is_told_there(config: Path) -> None:
    assert ask(config, "--labels", "rule=own", "--at", NIGHT)[2:] == [
        "  boss, because its rule tells it; in all else as route says",
        "    told: at once",
        "    together with: others of source=voices, 30 seconds after the first of them",
        "    and again: 5 minutes later at the earliest",
        "    reminded: every 4 hours until somebody acknowledges it",
    ]


def test_of_a_blind_source_hear_those_who_hear_of_its_rules(config: Path) -> None:
    said = ask(config, "rule=blind source", "source=voices", "--at", NIGHT)

    assert [line.split(",")[0].strip() for line in said if ", by " in line or ", bec" in line] == [
        "boss",
        "team",
    ]


def test_a_silence_and_another_alert_are_named(config: Path) -> None:
    at = datetime(2026, 11, 21, 3, tzinfo=UTC)
    number = asyncio.run(_hushed(config.parent, at))
    said = ask(config, "rule=voice-spike", "--at", NIGHT)
    (told,) = ask(config, "rule=voice-spike", "--at", NIGHT, "--format", "json")

    assert said[2:4] == [
        "  silenced: silence 1 by anna until Sat 21 Nov 05:00 UTC: load test",
        f"  inhibited: not told while alert {number} goes on",
    ]
    assert (json.loads(told)["silences"], json.loads(told)["inhibited_by"]) == ([1], number)


async def _hushed(state: Path, at: datetime) -> int:
    """A silence, and an alert that silences another."""
    hours = timedelta(hours=2)
    silence = Silence(0, {"team": ("speech",)}, at, at + hours, "anna", "load test")
    async with open_store(blank(state)) as store:
        async with store.transaction() as tx:
            await tx.silences.add(silence, at)
            series = make.Series("voices", "minutes", ())
            return await tx.alerts.keep(make.alert(rule="own", series=series))


def test_a_machine_reads_one_object(config: Path) -> None:
    (line,) = ask(config, "rule=voice-spike", "--at", NIGHT, "--format", "json")

    assert json.loads(line) == {
        "labels": {
            "rule": "voice-spike",
            "source": "voices",
            "severity": "critical",
            "team": "speech",
        },
        "at": "2026-11-21T03:00:00Z",
        "destinations": [
            {
                "destination": "team",
                "route": "route.routes.0",
                "match": {"severity": ["critical"]},
                "told": "after quiet hours, on Sat 21 Nov 06:00 UTC",
                "reminded": "every 4 hours until somebody acknowledges it",
                "escalated": "after 30 minutes to boss, if nobody does",
            }
        ],
        "silences": [],
        "inhibited_by": None,
    }


def test_a_word_without_a_value_is_no_label(config: Path) -> None:
    result = meterwatch("route", "--config", config, "--labels", "critical")

    assert result.exit_code == 2
    assert "expected LABEL=VALUE, got 'critical'" in result.stderr


def test_a_rule_that_nobody_knows_is_named(config: Path) -> None:
    result = meterwatch(
        "route", "--config", config, "--state-dir", config.parent, "rule=voice-spik"
    )

    assert result.exit_code == 0
    assert "no rule is called 'voice-spik'; did you mean 'voice-spike'?" in result.stderr
    assert "silences and what goes on are not known" in result.stderr
