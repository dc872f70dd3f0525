"""The systemd unit, as far as it can be judged without booting it; bench/unit.sh does that."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

UNIT = Path(__file__).resolve().parent.parent / "systemd" / "meterwatch.service"
ANALYZE = shutil.which("systemd-analyze")
MOST_EXPOSED = 15
"""Of 100; a service that is not hardened at all has 96."""

judged = pytest.mark.skipif(ANALYZE is None, reason="there is no systemd-analyze here")


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """The unit, with a program that exists here."""
    copy = tmp_path / UNIT.name
    copy.write_text(UNIT.read_text().replace("/opt/meterwatch/bin/meterwatch", sys.executable))
    return copy


def lines() -> list[str]:
    return UNIT.read_text().splitlines()


def analyze(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(ANALYZE), *arguments],
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@judged
def test_systemd_understands_every_line_of_it(unit: Path) -> None:
    said = analyze("verify", "--man=no", unit)

    assert (said.returncode, said.stdout) == (0, "")


@judged
def test_it_exposes_next_to_nothing(unit: Path) -> None:
    said = analyze("security", "--offline=true", f"--threshold={MOST_EXPOSED}", unit)

    assert said.returncode == 0, said.stdout


def test_a_wrong_configuration_is_not_tried_again() -> None:
    assert "RestartPreventExitStatus=78" in lines()


def test_it_says_when_it_is_ready_and_is_watched() -> None:
    assert {"Type=notify", "NotifyAccess=main", "WatchdogSec=60"} <= set(lines())


def test_no_credential_is_named_by_a_path_that_would_have_to_exist() -> None:
    named = [line.partition(":")[2] for line in lines() if line.startswith("LoadCredential=")]

    assert named
    assert [path for path in named if path.startswith("/") or not path] == []


def test_it_leaves_the_process_metrics_readable() -> None:
    assert not any(line.startswith("ProcSubset=") for line in lines())
