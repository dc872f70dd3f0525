"""`run` needs its secrets, and its sandbox none."""

import re
from pathlib import Path

from tests.daemon.cli.shell import EXAMPLE, meterwatch


def test_running_without_the_secrets_it_needs_is_refused(config: Path) -> None:
    result = meterwatch("run", "--config", config)

    assert result.exit_code == 78
    assert f"{config}:3:40: sources.voices.key: environment variable 'KEY'" in result.stderr


def test_one_round_in_the_sandbox_needs_no_secret_and_ends_well() -> None:
    result = meterwatch("run", "--sandbox", "--once", "--config", EXAMPLE)

    assert result.exit_code == 0, result.output
    assert result.stderr.count("voices: read up to") == 4
    assert re.search(r"voices: \d+ closed, the last at .* over \d of 8 series", result.stderr)
    assert re.search(r"voice-days: \d+ closed", result.stderr)
