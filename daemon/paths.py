"""Where the configuration and the state are, unless the command line says."""

from collections.abc import Mapping
from pathlib import Path

NAME = "meterwatch"


def config_places(environment: Mapping[str, str]) -> list[Path]:
    """Where a configuration may be, in the order in which it is looked for."""
    told = environment.get("METERWATCH_CONFIG")
    if told:
        return [Path(told)]
    home = environment.get("XDG_CONFIG_HOME") or Path(environment.get("HOME", "/")) / ".config"
    return [
        Path("config.yaml"),
        Path(home) / NAME / "config.yaml",
        Path("/etc") / NAME / "config.yaml",
    ]


def state_directory(environment: Mapping[str, str]) -> Path:
    """Where the daemon may write: what systemd gave it, else the user's own place for that."""
    given = environment.get("STATE_DIRECTORY")
    if given:
        # systemd lists several with colons; the first is ours.
        return Path(given.split(":")[0])
    home = environment.get("XDG_STATE_HOME") or Path(environment.get("HOME", "/")) / ".local/state"
    return Path(home) / NAME
