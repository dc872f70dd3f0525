"""A stand-in for Supertone: its three usage endpoints over an invented account, traps included."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta

import numpy as np
from aiohttp import web
from aiohttp.typedefs import Handler

from daemon.clock import Clock
from daemon.sandbox.faults import CannedAnswers
from daemon.sandbox.incidents import Script
from daemon.sandbox.supertone.query import (
    DIMENSIONS,
    BadRequestError,
    Question,
    Token,
    day_asked,
    usage_asked,
)
from daemon.sandbox.world import Floats, Part, Voice, World, clock_hours

LONGEST = timedelta(days=30)

Row = dict[str, str | float]


@dataclass(slots=True)
class Faults(CannedAnswers):
    """What a test or a script may do to the stand-in while it runs."""

    null_balance: bool = False
    loop: bool = False
    """Every page but the last leads back to the first."""
    pages_twice: bool = False
    """Every page but the last comes two times."""


class SupertoneStandIn:
    def __init__(
        self,
        world: World,
        script: Script,
        clock: Clock,
        keys: frozenset[str] | None = None,
        powerless: frozenset[str] = frozenset(),
    ) -> None:
        """`keys`: those that are good, None for any; the `powerless` may ask nothing."""
        self.world = world
        self.script = script
        self.clock = clock
        self.keys = keys
        self.powerless = powerless
        self.faults = Faults()
        self._renamed: dict[str, list[tuple[datetime, str]]] = {}

    def app(self) -> web.Application:
        app = web.Application(middlewares=[self.faults.middleware, self._guarded])
        app.router.add_get("/v1/usage", self._usage)
        app.router.add_get("/v1/voice-usage", self._voice_usage)
        app.router.add_get("/v1/credits", self._credits)
        return app

    def revise(self, voice: str, hour: datetime, minutes: float) -> None:
        """From now on the vendor says something else about an hour of the past."""
        key = (voice, int(clock_hours(hour)))
        self.world = replace(self.world, revised={**self.world.revised, key: minutes})

    def rename(self, voice: str, name: str, since: datetime) -> None:
        self._renamed.setdefault(voice, []).append((since, name))

    @web.middleware
    async def _guarded(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        key = request.headers.get("x-sup-api-key", "")
        if not key or (self.keys is not None and key not in self.keys | self.powerless):
            return _error(401, "Unauthorized", "Invalid API Key")
        if key in self.powerless:
            return _error(403, "Forbidden", "This API key may not read usage")
        try:
            return await handler(request)
        except BadRequestError as refusal:
            return _error(400, "Bad Request", refusal.said)

    async def _usage(self, request: web.Request) -> web.Response:
        question = usage_asked(request.query)
        now = self.clock.now()
        starts = question.starts(now)
        minutes = self._minutes(starts, question.width, now)
        spoken = minutes.sum(axis=1).tolist()
        told = [place for place, start in enumerate(starts) if spoken[place] or _comes_empty(start)]
        data = [
            {
                "starting_at": starts[place].isoformat(),
                "ending_at": (starts[place] + question.width).isoformat(),
                "results": self._rows(starts[place], minutes[place], question),
            }
            for place in told[question.token.offset :][: question.size]
        ]
        further = self._next(question, len(told))
        return web.json_response({"data": data, "total": len(told), **further})

    def _next(self, question: Question, total: int) -> Mapping[str, str | None]:
        """On the last page null or nothing, by turns: both are the vendor's way."""
        token, end = question.token, question.token.offset + question.size
        if end >= total:
            return {} if total % 2 else {"next_page_token": None}
        if self.faults.loop:
            return {"next_page_token": Token().text()}
        if self.faults.pages_twice and not token.again:
            return {"next_page_token": Token(token.offset, again=True).text()}
        return {"next_page_token": Token(end).text()}

    async def _voice_usage(self, request: web.Request) -> web.Response:
        first, last = (day_asked(request.query, name) for name in ("start_date", "end_date"))
        if not timedelta(0) <= last - first < LONGEST:
            raise BadRequestError("The date range must be 1 to 30 days")
        now = self.clock.now()
        midnight = datetime.combine(first, time(), UTC)
        days = [midnight + timedelta(days=step) for step in range((last - first).days + 1)]
        past = [day for day in days if day <= now]
        minutes = self._minutes(past, timedelta(days=1), now)
        usages = [
            row for day, line in zip(past, minutes, strict=True) for row in self._day(day, line)
        ]
        return web.json_response({"usages": usages})

    async def _credits(self, request: web.Request) -> web.Response:
        balance = self.script.balance(self.world, self.clock.now())
        return web.json_response({"balance": None if self.faults.null_balance else balance})

    def _minutes(self, starts: Sequence[datetime], width: timedelta, now: datetime) -> Floats:
        """A row for every bucket, a column for every voice; the bucket of now as far as it is."""
        lows = np.array([clock_hours(start) for start in starts])
        highs = np.minimum(lows + width / timedelta(hours=1), clock_hours(now))
        columns = [self.script.used(self.world, voice, lows, highs) for voice in self.world.voices]
        return np.array(columns).reshape(len(columns), len(starts)).T

    def _rows(self, start: datetime, minutes: Floats, question: Question) -> Sequence[Row]:
        """One for each combination of what was asked, summed over what was not."""
        sums: defaultdict[tuple[str, ...], float] = defaultdict(float)
        for voice, amount in zip(self.world.voices, minutes, strict=True):
            for part in voice.parts:
                told = (voice.id, self._name(voice, start), part.key, part.model)
                words = dict(zip(DIMENSIONS, told, strict=True))
                sums[tuple(words[name] for name in question.dimensions)] += amount * part.share
        return [
            {**dict(zip(question.dimensions, key, strict=True)), "minutes_used": round(amount, 8)}
            for key, amount in sums.items()
            if round(amount, 8) > 0
        ]

    def _day(self, day: datetime, minutes: Floats) -> Sequence[Row]:
        return [
            self._voice_day(day, voice, part, round(amount * part.share, 8))
            for voice, amount in zip(self.world.voices, minutes, strict=True)
            for part in voice.parts
            if round(amount * part.share, 8) > 0
        ]

    def _voice_day(self, day: datetime, voice: Voice, part: Part, minutes: float) -> Row:
        optional = {"style": part.style, "language": part.language}
        return {
            "date": day.date().isoformat(),
            "voice_id": voice.id,
            "name": self._name(voice, day),
            **{name: value for name, value in optional.items() if value is not None},
            "model": part.model,
            "total_minutes_used": minutes,
            "thumbnail_url": f"https://cdn.example/{voice.id}.png",
        }

    def _name(self, voice: Voice, at: datetime) -> str:
        later = [name for since, name in self._renamed.get(voice.id, ()) if since <= at]
        return later[-1] if later else voice.name


def _error(status: int, error: str, said: str | list[str]) -> web.Response:
    """In two of the vendor's three shapes; the third is a plain sentence for a bad request."""
    detail = {"message": said, "error": error, "statusCode": status}
    plain = status == 400 and isinstance(said, str)
    return web.json_response(
        {"status": "error", "message": said if plain else detail}, status=status
    )


def _comes_empty(start: datetime) -> bool:
    """Whether a bucket without use comes with no rows, or does not come: nobody says which."""
    return int(clock_hours(start)) % 3 > 0
