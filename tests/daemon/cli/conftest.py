"""What commands are given to read and to meet."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.daemon.cli.shell import CONFIG, USAGE
from tests.daemon.cli.town import Town, open_town


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "meterwatch.yaml"
    path.write_text(CONFIG)
    return path


@pytest.fixture
def usage(tmp_path: Path) -> Path:
    path = tmp_path / "usage.csv"
    path.write_text(USAGE)
    return path


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with open_town(tmp_path) as town:
        yield town
