"""How the source of any vendor meets its stand-in in the tests that all of them must pass."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from aiohttp import web

from daemon.sandbox.faults import CannedAnswers
from daemon.source import Source

NOW = datetime(2025, 5, 22, 10, 20, tzinfo=UTC)
"""A Thursday, twenty minutes into the eleventh hour."""


class StandIn(Protocol):
    @property
    def faults(self) -> CannedAnswers: ...

    def app(self) -> web.Application: ...


@dataclass(frozen=True, slots=True)
class Stand:
    """One source of a vendor, and the stand-in that answers it at `NOW`."""

    stand_in: Callable[[], StandIn]
    source: Callable[[str], Source]
    """The source, made to ask at an address."""
    secrets: tuple[str, ...]
    """What no message may show."""
    keys: str = "key"
    """The settings a refused credential is looked for in, as they are named to a person."""
