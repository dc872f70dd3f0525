"""`check` says what is wrong with a configuration; with --connect, what does not answer."""

import re
from pathlib import Path

from daemon.sandbox.faults import Canned
from tests.daemon.cli.shell import CONFIG, EXAMPLE, ROOT, meterwatch
from tests.daemon.cli.town import Town

SECRETS = {"KEY": "sk-secret-1", "TOKEN": "xoxb-right", "HOOK": "http://127.0.0.1:1/services/a/b/c"}


def test_the_example_passes_where_no_secret_is_set() -> None:
    result = meterwatch("check", EXAMPLE)

    assert result.exit_code == 0
    assert "sources, " in result.stdout
    assert "environment variable 'SUPERTONE_API_KEY' is not set" in result.stderr


def test_every_complaint_is_a_line_with_its_place(tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text(CONFIG.replace("threshold", "treshold").replace("${env:KEY}", "sk-123"))
    result = meterwatch("check", broken)

    assert result.exit_code == 78
    lines = result.stdout.splitlines()
    assert [line.split(": ")[0] for line in lines] == [f"{broken}:3:40", f"{broken}:5:16"]
    assert "sk-123" not in result.output
    assert "did you mean 'threshold'?" in lines[1]


def test_what_an_optional_source_lacks_is_said_to_be_needed_by_the_others(tmp_path: Path) -> None:
    path = tmp_path / "spare.yaml"
    path.write_text(CONFIG.replace('"${env:KEY}"', '"${env:NOPE}", optional: true'))

    result = meterwatch("check", path)

    assert result.exit_code == 0
    assert result.stderr.endswith(
        "`meterwatch run` will need it, but for a source that is optional\n"
    )


def test_a_file_that_is_not_there_is_a_complaint_too(tmp_path: Path) -> None:
    result = meterwatch("check", tmp_path / "none.yaml")

    assert result.exit_code == 78
    assert "none.yaml:1:1: (top): the file cannot be read" in result.stdout


def test_the_schema_is_the_one_in_the_repository() -> None:
    assert meterwatch("schema").stdout == (ROOT / "config.schema.json").read_text()


def test_where_all_is_well_each_says_so_and_nothing_is_left_there(town: Town) -> None:
    result = meterwatch("check", "--connect", town.config, **SECRETS)
    lines = result.stdout.splitlines()

    assert result.exit_code == 0, result.output
    assert lines[0] == f"{town.config}: fine: 2 sources, 0 rules, 4 destinations"
    # The balance falls as we look on.
    assert re.match(
        r"sources.credits         works      answered: credits (50,000|49,9\d\d)", lines[1]
    )
    assert lines[2] == "sources.voices          works      answered, first page read"
    assert lines[3] == "destinations.terminal   works      nothing to ask"
    assert lines[4].startswith("destinations.ops-slack  works      signed in to Sandbox as ")
    assert lines[5].startswith("destinations.ops-hook   not tried  it can only be tried by leaving")
    assert lines[6].startswith(f"destinations.ops-mail   works      127.0.0.1:{town.mail.port} ")
    assert len(town.vendor.faults.asked) == 2
    # Who it is, and whether it is in its channel.
    assert (town.slack.calls, town.slack.messages, town.mail.mails) == (2, [], [])


def test_what_does_not_answer_is_told_with_its_reason(town: Town) -> None:
    town.vendor.faults.canned.extend([Canned(401, "no"), Canned(401, "no")])
    result = meterwatch("check", "--connect", town.config, **{**SECRETS, "TOKEN": "xoxb-wrong"})

    assert result.exit_code == 1
    assert (
        "fails      credits: GET /v1/credits answered 401: no; the key was refused" in result.stdout
    )
    assert "check sources.voices.key" in result.stdout
    refused = "fails      slack answered invalid_auth for the channel C0123456789: put a new bot"
    assert refused in result.stdout
    assert "destinations.ops-mail   works" in result.stdout
    assert not any(secret in result.output for secret in ("sk-secret-1", "xoxb-wrong", "/a/b/c"))


def test_to_connect_the_secrets_must_be_there(town: Town) -> None:
    result = meterwatch("check", "--connect", town.config, **{**SECRETS, "TOKEN": ""})

    assert result.exit_code == 78
    assert "destinations.ops-slack.token: environment variable 'TOKEN' is empty" in result.stdout
    assert not town.vendor.faults.asked
