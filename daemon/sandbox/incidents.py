"""What goes wrong in the sandbox, and when: a script, told from the sandbox's start."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from daemon.sandbox.world import Floats, Voice, World, clock_hours


@dataclass(frozen=True, slots=True)
class Spike:
    """A voice that speaks many times its usual, and something on top in case that is nothing."""

    voice: str
    after: timedelta
    lasts: timedelta
    times: float
    added: float
    """Minutes an hour, whatever is usual."""


@dataclass(frozen=True, slots=True)
class Drain:
    """Credits that go evenly, and that no usage endpoint shows: another product on the account."""

    after: timedelta
    lasts: timedelta
    credits: float


@dataclass(frozen=True, slots=True)
class TopUp:
    after: timedelta
    credits: float


@dataclass(frozen=True, slots=True)
class Script:
    """All that happens beyond the usual, from the moment the sandbox started."""

    start: datetime
    opening: float
    """Credits at the start, and once a day again: an automatic refill puts back what was used."""
    spikes: tuple[Spike, ...] = ()
    drains: tuple[Drain, ...] = ()
    top_ups: tuple[TopUp, ...] = ()

    def used(self, world: World, voice: Voice, starts: Floats, ends: Floats) -> Floats:
        """Minutes spoken between pairs of moments, with the spikes in it."""
        minutes = world.used(voice, starts, ends)
        for spike in self.spikes:
            if spike.voice == voice.id:
                first = clock_hours(self.start + spike.after)
                last = clock_hours(self.start + spike.after + spike.lasts)
                low, high = np.clip(starts, first, last), np.clip(ends, first, last)
                more = (spike.times - 1) * world.used(voice, low, high)
                minutes = minutes + more + spike.added * (high - low)
        return minutes

    def balance(self, world: World, at: datetime) -> int:
        """Credits left at a moment. One credit is one second of speech."""
        refilled = at - (at - self.start) % timedelta(days=1)
        span = np.array([clock_hours(refilled)]), np.array([clock_hours(at)])
        spoken = sum(float(self.used(world, voice, *span)[0]) for voice in world.voices)
        drained = sum(self._drained(drain, refilled, at) for drain in self.drains)
        bought = sum(top.credits for top in self.top_ups if self.start + top.after <= at)
        return int(self.opening + bought - drained - spoken * 60)

    def _drained(self, drain: Drain, since: datetime, until: datetime) -> float:
        start = max(since, self.start + drain.after)
        end = min(until, self.start + drain.after + drain.lasts)
        return max((end - start) / drain.lasts, 0.0) * drain.credits


def newcomers_story(start: datetime) -> Script:
    """What `make run` shows within a minute, at 600 times the speed of the clock.

    Twelve minutes in, Agatha speaks for an hour as if something had got stuck; an hour later
    credits are below 20,000; after three and a half hours somebody buys more.
    """
    agatha = "e5f6fb1a53d0add87afb4f"
    spike = Spike(agatha, timedelta(minutes=12), timedelta(minutes=60), times=10, added=120)
    drain = Drain(timedelta(minutes=20), timedelta(minutes=60), credits=9_000)
    bought = TopUp(timedelta(minutes=210), credits=60_000)
    return Script(start, 34_000, (spike,), (drain,), (bought,))
