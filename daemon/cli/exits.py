"""How a command ends that cannot do what it was asked: a sentence, and an exit code."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

import click

from daemon.config import ConfigError
from daemon.page import PageError
from daemon.source import SourceError
from daemon.store.database import StoreError
from daemon.store.lock import StoreInUse
from daemon.table import TableError
from rules.recorded import Unfinished


class Exit(IntEnum):
    FAILURE = 1
    DIFFERS = 3
    """Of `plan --exit-code`: people would not have heard the same. No failure, as 1 and 2 are."""
    LATER = 75
    """Nothing is wrong that time will not mend: another daemon holds the store."""
    CONFIG = 78
    INTERRUPTED = 130


@contextmanager
def complaints(*, to_stderr: bool = True) -> Iterator[None]:
    """A configuration that is wrong: every complaint a line, and an exit code of its own."""
    try:
        yield
    except ConfigError as error:
        for complaint in error.complaints:
            click.echo(complaint, err=to_stderr)
        sys.exit(Exit.CONFIG)


@contextmanager
def failures() -> Iterator[None]:
    """What a person can mend is said in a sentence, not in a traceback."""
    try:
        yield
    except StoreInUse as error:
        click.echo(f"meterwatch: {error}", err=True)
        sys.exit(Exit.LATER)
    except (StoreError, PageError, TableError, SourceError, Unfinished) as error:
        click.echo(f"meterwatch: {error}", err=True)
        sys.exit(Exit.FAILURE)
