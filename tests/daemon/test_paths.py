"""Files are looked for where people of this system keep them."""

from pathlib import Path

import pytest

from daemon.paths import config_places, state_directory


def test_a_named_configuration_is_the_only_one() -> None:
    assert config_places({"METERWATCH_CONFIG": "/srv/m.yaml", "HOME": "/home/a"}) == [
        Path("/srv/m.yaml")
    ]


def test_else_here_then_the_persons_own_then_the_systems() -> None:
    assert config_places({"HOME": "/home/a"}) == [
        Path("config.yaml"),
        Path("/home/a/.config/meterwatch/config.yaml"),
        Path("/etc/meterwatch/config.yaml"),
    ]


@pytest.mark.parametrize(
    ("environment", "directory"),
    [
        ({"STATE_DIRECTORY": "/var/lib/meterwatch", "HOME": "/root"}, "/var/lib/meterwatch"),
        ({"STATE_DIRECTORY": "/var/lib/meterwatch:/var/lib/b"}, "/var/lib/meterwatch"),
        ({"XDG_STATE_HOME": "/home/a/s", "HOME": "/home/a"}, "/home/a/s/meterwatch"),
        ({"HOME": "/home/a"}, "/home/a/.local/state/meterwatch"),
    ],
)
def test_state_lies_where_the_service_manager_or_the_person_keeps_it(
    environment: dict[str, str], directory: str
) -> None:
    assert state_directory(environment) == Path(directory)
