from pathlib import Path

from daemon.config import parse
from daemon.config.placeholders import Placeholders


def test_what_is_set_is_what_it_is() -> None:
    assert Placeholders({"KEY": "abc"}).resolve("env", "KEY", "sources.key") == "abc"


def test_what_is_not_set_gets_a_stand_in(tmp_path: Path) -> None:
    nobody = Placeholders({})

    assert nobody.resolve("env", "KEY", "sources.key") == "placeholder-for-env-KEY"
    assert nobody.resolve("credential", "key", "sources.key") == "placeholder-for-credential-key"
    assert nobody.resolve("file", str(tmp_path), "sources.key").startswith("placeholder-for-file-")


def test_what_is_missing_is_remembered_once() -> None:
    placeholders = Placeholders({})
    for _ in range(2):
        placeholders.resolve("env", "KEY", "sources.key")

    assert placeholders.missing == ["environment variable 'KEY' is not set"]


EVERYWHERE = """
store: {url: "${env:A}"}
sources:
  voices: {type: supertone.usage, key: "${credential:b}", url: "${env:C}"}
rules:
  spike: {kind: spike, source: voices, summary: "${env:D}", runbook: "${env:E}"}
recorders:
  bill: {type: killbill, source: voices, url: "${env:Q}", username: "${env:R}",
         password: "${env:S}", api_key: "${env:T}", api_secret: "${env:U}",
         subscription: "${env:V}", unit: "${env:W}", created_by: "${env:X}"}
destinations:
  bot: {type: slack, token: "${file:/f}", channel: "${env:G}", url: "${env:H}"}
  hook: {type: slack_webhook, url: "${env:I}"}
  mail: {type: email, host: "${env:J}", sender: "${env:K}", to: ["${env:L}", "${env:M}"],
         username: "${env:N}", password: "${env:O}", ca_file: "${env:P}"}
"""


def test_a_configuration_that_is_all_references_can_be_checked_where_none_is_set() -> None:
    config = parse(EVERYWHERE, "all.yaml", Placeholders({}))

    assert [destination.name for destination in config.destinations] == ["bot", "hook", "mail"]
