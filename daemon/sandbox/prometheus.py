"""A stand-in for a Prometheus: `query_range` over an invented account, for a handful of queries."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import numpy as np
from aiohttp import web
from aiohttp.typedefs import Handler

from daemon.clock import Clock
from daemon.sandbox.faults import CannedAnswers
from daemon.sandbox.world import Floats, Voice, World, clock_hours
from rules.series import EPOCH

COUNTER, GAUGE = "speech_minutes_total", "speech_minutes_left"
MOST_POINTS = 11_000

_QUERY = re.compile(
    rf"(?:sum by ?\((?P<by>\w+(?:, ?\w+)*)\) ?\()?"
    rf"(?:increase\({COUNTER}\[(?P<count>\d+)(?P<unit>[smhd])\]\)|(?P<gauge>{GAUGE}))\)?"
)
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


@dataclass(slots=True)
class Faults(CannedAnswers):
    """What a test may do to the stand-in while it runs."""

    warnings: tuple[str, ...] = ()
    partial: bool = False
    """As a cluster answers while some of its servers are away."""
    no_numbers: dict[int, str] = field(default_factory=dict)
    """Text in place of the sample at a second of the clock, in every series."""
    shifted: int = 0
    """Seconds by which a cache moves every sample to a grid of its own."""


class BadDataError(Exception):
    """The server does not understand the question."""


class PrometheusStandIn:
    """Knows `increase(speech_minutes_total[...])` with its labels voice, name and team, or summed
    by some of them, and the gauge `speech_minutes_left`."""

    def __init__(
        self,
        world: World,
        clock: Clock,
        keys: frozenset[str] | None = None,
        powerless: frozenset[str] = frozenset(),
    ) -> None:
        """`keys`: the texts of Authorization that are good, None for any, and for none."""
        self.world = world
        self.clock = clock
        self.keys = keys
        self.powerless = powerless
        self.faults = Faults()

    def app(self) -> web.Application:
        app = web.Application(middlewares=[self.faults.middleware, self._guarded])
        app.router.add_get("/api/v1/query_range", self._query_range)
        return app

    def used(self, voice: Voice, start: datetime, end: datetime) -> float:
        """The truth: what a voice used between two moments, as far as they are past."""
        return float(self._used(voice, [end], end - start)[0])

    def revise(self, voice: str, hour: datetime, minutes: float) -> None:
        """From now on the server says something else about an hour of the past."""
        key = (voice, int(clock_hours(hour)))
        self.world = replace(self.world, revised={**self.world.revised, key: minutes})

    @web.middleware
    async def _guarded(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """A proxy stands before most of them, and has no JSON for who may not pass."""
        key = request.headers.get("Authorization", "")
        if self.keys is not None and key not in self.keys | self.powerless:
            return web.Response(status=401, text="Unauthorized\n")
        if key in self.powerless:
            return web.Response(status=403, text="Forbidden\n")
        try:
            return await handler(request)
        except BadDataError as refusal:
            body = {"status": "error", "errorType": "bad_data", "error": str(refusal)}
            return web.json_response(body, status=400)

    async def _query_range(self, request: web.Request) -> web.Response:
        start, end = _moment(request, "start"), _moment(request, "end")
        step = _step(request)
        if end < start:
            raise BadDataError(
                'invalid parameter "end": end timestamp must not be before start time'
            )
        if (end - start) / step > MOST_POINTS:
            raise BadDataError(
                "exceeded maximum resolution of 11,000 points per timeseries."
                " Try decreasing the query resolution (?step=XX)"
            )
        at = [start + number * step for number in range((end - start) // step + 1)]
        result = [
            {"metric": metric, "values": values}
            for metric, told in self._evaluated(request.query.get("query", ""), at)
            if (values := self._samples(at, told))
        ]
        return web.json_response(
            {
                "status": "success",
                "data": {"resultType": "matrix", "result": result},
                **({"warnings": list(self.faults.warnings)} if self.faults.warnings else {}),
                **({"isPartial": True} if self.faults.partial else {}),
            }
        )

    def _evaluated(
        self, query: str, at: Sequence[datetime]
    ) -> Iterator[tuple[Mapping[str, str], Floats]]:
        match = _QUERY.fullmatch(query)
        if match is None or (match["by"] is None) == query.endswith("))"):
            raise BadDataError(
                'invalid parameter "query": 1:1: parse error: unknown function with name "this"'
            )
        if match["gauge"]:
            yield {"__name__": GAUGE}, self._left(at)
            return
        width = int(match["count"]) * timedelta(seconds=_UNITS[match["unit"]])
        lines: defaultdict[tuple[tuple[str, str], ...], Floats] = defaultdict(
            lambda: np.zeros(len(at))
        )
        wanted = None if match["by"] is None else re.split(", ?", match["by"])
        for voice in self.world.voices:
            labels = {"voice": voice.id, "name": voice.name, "team": _team(voice)}
            names = sorted(labels) if wanted is None else wanted
            key = tuple((name, labels[name]) for name in names if name in labels)
            lines[key] = lines[key] + self._used(voice, at, width)
        yield from ((dict(key), told) for key, told in lines.items())

    def _used(self, voice: Voice, at: Sequence[datetime], width: timedelta) -> Floats:
        """In the time before each moment; NaN where there are no samples at all."""
        highs = np.array([clock_hours(moment) for moment in at])
        lows, now = highs - width / timedelta(hours=1), clock_hours(self.clock.now())
        told = self.world.used(voice, lows, np.clip(highs, lows, np.maximum(lows, now)))
        return np.where(lows < now, told.round(8), np.nan)

    def _left(self, at: Sequence[datetime]) -> Floats:
        hours = np.array([clock_hours(moment) for moment in at])
        past = hours <= clock_hours(self.clock.now())
        return np.where(past, 50_000 - hours % 720 * 12.5, np.nan)

    def _samples(self, at: Sequence[datetime], told: Floats) -> Sequence[tuple[float, str]]:
        seconds = [int((moment - EPOCH).total_seconds()) for moment in at]
        return [
            (second + self.faults.shifted, self.faults.no_numbers.get(second, f"{value:.8f}"))
            for second, value in zip(seconds, told.tolist(), strict=True)
            if not np.isnan(value)
        ]


def _team(voice: Voice) -> str:
    return "night" if voice.day[2] > 0.5 else "day"


def _moment(request: web.Request, name: str) -> datetime:
    text = request.query.get(name, "")
    try:
        return EPOCH + timedelta(seconds=float(text))
    except (ValueError, OverflowError):
        raise BadDataError(
            f'invalid parameter "{name}": cannot parse "{text}" to a valid timestamp'
        ) from None


def _step(request: web.Request) -> timedelta:
    text = request.query.get("step", "")
    if not re.fullmatch(r"[0-9]+(\.[0-9]+)?", text):
        raise BadDataError(f'invalid parameter "step": cannot parse "{text}" to a valid duration')
    if not float(text):
        raise BadDataError(
            'invalid parameter "step": zero or negative query resolution step widths are not'
            " accepted. Try a positive integer"
        )
    return timedelta(seconds=float(text))
