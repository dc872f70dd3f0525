"""A configuration that is read again while the daemon runs."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from logging import getLogger
from operator import attrgetter
from typing import TypeVar

from daemon.config import ConfigError
from daemon.config.settings import Config

log = getLogger(__name__)

Noted = Callable[[str | None], Awaitable[None]]
"""Told why what was read cannot be used; None where it can."""

_AT_START_ONLY = ("store.url", "page", "log")
"""What the daemon stands on while configurations come and go."""
_TOLD = 3
"""So many complaints stand in a message. The log has them all."""
_Named = TypeVar("_Named")


@dataclass(frozen=True, slots=True)
class Again:
    """Whoever asks, and however often, the last word counts: what is read is the file as it is
    then, whatever editor or mount put it there."""

    file: str
    load: Callable[[], Config]
    _asked: asyncio.Event = field(default_factory=asyncio.Event)

    def ask(self) -> None:
        self._asked.set()

    async def next(self, current: Config, noted: Noted) -> Config:
        """Wait until somebody asked and there is another configuration to go on with.

        One that cannot be used changes nothing, and one that says the same changes nothing either.
        """
        while True:
            await self._asked.wait()
            self._asked.clear()
            found, failure = await self._read()
            await noted(failure)
            if found is None:
                continue
            if _sorted(found) == _sorted(current):
                log.info("%s was read again and says what it said before", self.file)
                continue
            _say_what_waits(current, found)
            return found

    async def _read(self) -> tuple[Config | None, str | None]:
        """What it says now; else why that cannot be used."""
        try:
            return await asyncio.to_thread(self.load), None
        except ConfigError as error:
            for complaint in error.complaints:
                log.error("the configuration cannot be used: %s", complaint)
            return None, _told(error.complaints)
        except Exception as error:  # whatever is wrong with a file, the one before it is not
            log.exception("the configuration cannot be used")
            return None, own_fault(error)


def own_fault(error: Exception) -> str:
    """What people are told of an error that no complaint foresaw."""
    return f"an error of our own, {type(error).__name__}: the log has it, report it"


def _told(complaints: Sequence[str]) -> str:
    more = len(complaints) - _TOLD
    said = [*complaints[:_TOLD], *([f"and {more} more, in the log"] if more > 0 else [])]
    # Not by semicolons: what stands behind the last of these is taken for advice.
    return " | ".join(said).replace("; ", ", ")


def _sorted(config: Config) -> Config:
    """In an order of its own: what has a name may stand anywhere in its block, and who is told
    anywhere among the others."""
    route, told = config.route, tuple(sorted(config.route.tell or ()))
    reports = tuple(replace(one, tell=tuple(sorted(one.tell))) for one in config.reports)
    return replace(
        config,
        route=replace(route, tell=told),
        feeds=_by_name(config.feeds),
        rules=_by_name(config.rules),
        ledgers=_by_name(config.ledgers),
        destinations=_by_name(config.destinations),
        planned=_by_name(config.planned),
        reports=_by_name(reports),
    )


def _by_name(named: tuple[_Named, ...]) -> tuple[_Named, ...]:
    return tuple(sorted(named, key=attrgetter("name")))


def _say_what_waits(before: Config, after: Config) -> None:
    for block in _AT_START_ONLY:
        told = attrgetter(block)
        if told(before) != told(after):
            log.warning("%s was changed: that takes effect at the next start", block)
