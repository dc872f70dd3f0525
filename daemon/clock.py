"""What time it is. Nothing else in the house may ask."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """This moment, aware, in UTC."""
        ...

    def wall(self, span: timedelta) -> timedelta:
        """How long a span of this clock takes on the wall. The two differ in the sandbox only."""
        ...

    async def sleep(self, span: timedelta) -> None:
        """Come back when this clock has gone on by a span."""
        ...


@dataclass(frozen=True, slots=True)
class WallClock:
    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251  the one place

    def wall(self, span: timedelta) -> timedelta:
        return span

    async def sleep(self, span: timedelta) -> None:
        await asyncio.sleep(span.total_seconds())


@dataclass(frozen=True, slots=True)
class FastClock:
    """Runs faster than the wall from a given moment on."""

    started: datetime
    speed: float

    def now(self) -> datetime:
        return self.started + (WallClock().now() - self.started) * self.speed

    def wall(self, span: timedelta) -> timedelta:
        return span / self.speed

    async def sleep(self, span: timedelta) -> None:
        await asyncio.sleep(self.wall(span).total_seconds())
