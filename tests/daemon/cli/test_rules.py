"""`rules` says what each rule knows by now."""

import asyncio
import json
from pathlib import Path

from tests.daemon.cli.shell import CONFIG, meterwatch
from tests.daemon.cli.test_past import remember

SPIKE = "busy: {kind: spike, source: voices, tell: []}"


def test_a_rule_says_what_it_judges_and_what_it_is_learning(tmp_path: Path) -> None:
    asyncio.run(remember(tmp_path))
    config = tmp_path / "config.yaml"
    config.write_text(CONFIG + "")
    limit = meterwatch("rules", "--config", config, "--state-dir", tmp_path)
    config.write_text(CONFIG.replace(CONFIG.splitlines()[4].strip(), SPIKE))
    spike = meterwatch("rules", "--config", config, "--state-dir", tmp_path, "--format", "json")

    assert limit.stdout.splitlines()[1].split() == [
        "busy",
        "threshold",
        "voices/minutes",
        "1",
        "1",
        "-",
        "-",
    ]
    found = json.loads(spike.stdout)
    assert (found["kind"], found["judged"], found["learning"]) == ("spike", 0, 1)


def test_without_a_store_it_says_so(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(CONFIG)
    result = meterwatch("rules", "--config", config, "--state-dir", tmp_path)

    assert result.exit_code == 1
    assert "has the daemon run?" in result.output
