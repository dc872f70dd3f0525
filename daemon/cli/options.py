"""What several commands are told with: a configuration, a store, a moment."""

import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click

from daemon.config import Config
from daemon.config.durations import parse_duration
from daemon.paths import config_places, state_directory
from daemon.table import parse_moment

Since = datetime | timedelta
"""A moment, or how long ago it was."""


class Moment(click.ParamType[Since]):
    """A time on the command line, or a span before now."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if (ago := parse_duration(value)) is not None:
            return ago
        try:
            return parse_moment(value)
        except ValueError:
            self.fail(
                "expected a time such as 2026-11-20T14:00:00Z, or how long ago such as 7d, "
                f"got {value!r}",
                param,
                ctx,
            )


def moment_of(since: Since, now: datetime) -> datetime:
    return now - since if isinstance(since, timedelta) else since


READABLE = click.Path(exists=True, dir_okay=False, allow_dash=True)
config_option = click.option(
    "--config",
    "config_path",
    type=click.Path(path_type=Path),
    help="The configuration. Default: $METERWATCH_CONFIG, ./config.yaml, "
    "~/.config/meterwatch/config.yaml, /etc/meterwatch/config.yaml.",
)
state_option = click.option(
    "--state-dir",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where the SQLite file lies. Default: $STATE_DIRECTORY, ~/.local/state/meterwatch.",
)


def find_config(given: Path | None) -> Path:
    places = [given] if given is not None else config_places(os.environ)
    for place in places:
        if given is not None or place.exists():
            return place
    looked = ", ".join(map(str, places))
    raise click.UsageError(f"no configuration found; looked for {looked}; name one with --config")


def store_url(config: Config, state_dir: Path | None) -> str:
    if config.store.url is not None:
        return config.store.url
    directory = state_dir or state_directory(os.environ)
    return f"sqlite:///{directory.absolute() / 'meterwatch.db'}"
