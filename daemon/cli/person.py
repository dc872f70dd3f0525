"""What a person says when they act on alerts, and what they hear when they may not."""

import getpass
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from daemon.act import ActRefused, Person, Via
from daemon.cli.exits import Exit, complaints, failures
from daemon.cli.options import find_config, store_url
from daemon.config import load
from daemon.config.placeholders import Placeholders
from daemon.text import one_line

LONGEST_NAME = 60

Command = Callable[..., Any]


def login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user without a name, as in a container
        return f"user {os.getuid()}"


def by_option(command: Command) -> Command:
    """Who does it, as a `Person`."""
    return click.option(
        "--by",
        "person",
        metavar="NAME",
        callback=_person,
        help="Who does it. Default: the name you are logged in by.",
    )(command)


def store_of(config_path: Path | None, state_dir: Path | None) -> str:
    """The store that a command acts on; no secret need be there."""
    return store_url(load(find_config(config_path), Placeholders(os.environ)), state_dir)


@contextmanager
def refusals() -> Iterator[None]:
    """What was not done is said in a sentence, and is a failure."""
    with complaints(), failures():
        try:
            yield
        except ActRefused as error:
            click.echo(f"meterwatch: {error}", err=True)
            sys.exit(Exit.FAILURE)


def patterns_in(pairs: Sequence[str], option: str) -> dict[str, tuple[str, ...]]:
    """Labels and their shell patterns; a label that is named twice has both."""
    made: dict[str, tuple[str, ...]] = {}
    for each in pairs:
        label, equals, pattern = each.partition("=")
        if not (label and equals and pattern):
            why = f"expected LABEL=PATTERN such as voice_id=agatha, got {each!r}"
            raise click.BadParameter(why, param_hint=option)
        made[label] = (*made.get(label, ()), pattern)
    return made


def _person(_context: click.Context, _option: click.Parameter, name: str | None) -> Person:
    said = one_line(login() if name is None else name, LONGEST_NAME)
    if not said:
        raise click.BadParameter(f"expected a name, got {name!r}")
    return Person(said, Via.COMMAND_LINE)
