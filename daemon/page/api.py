"""What the page tells programs about alerts and silences, and what it lets them do."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files

from aiohttp import web

from daemon import ledger
from daemon.act import (
    ActRefused,
    NoSuch,
    Person,
    Via,
    acknowledge,
    end_silence,
    expect,
    make_silence,
    take_back,
)
from daemon.chart import drawn
from daemon.clock import Clock
from daemon.letter import Letter
from daemon.page import asked
from daemon.page.asked import LONGEST_REASON, Json, Wrong
from daemon.secret import Secret
from daemon.store import Store, Transaction
from daemon.story import Object, as_object, as_whole_object, silence_object, stories, story
from daemon.wording import wording
from rules.silence import Flaw, Silence

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

MOST_ALERTS = 1000
_SOME_ALERTS = 100
_LARGEST = 999_999_999
_NUMBER = "{number:[1-9][0-9]{0,17}}"


@dataclass(frozen=True, slots=True)
class Api:
    """Reads for everybody who reaches the page; writes for who knows the token."""

    store: Store
    clock: Clock
    token: Secret | None = None
    """None: it only reads."""

    def application(self) -> web.Application:
        app = web.Application(middlewares=[_in_json])
        app.add_routes(
            [
                web.get("/openapi.json", self.describe),
                web.get("/alerts", self.alerts),
                web.get(f"/alerts/{_NUMBER}", self.alert),
                web.get(f"/alerts/{_NUMBER}/chart.svg", self.chart),
                web.post(f"/alerts/{_NUMBER}/acknowledge", self.acknowledge),
                web.post(f"/alerts/{_NUMBER}/expected", self.expected),
                web.get("/deliveries", self.deliveries),
                web.get("/silences", self.silences),
                web.post("/silences", self.silence),
                web.delete(f"/silences/{_NUMBER}", self.unsilence),
            ]
        )
        return app

    async def describe(self, request: web.Request) -> web.Response:
        asked.query_of(request, ())
        text = files("daemon.page").joinpath("openapi.json").read_text(encoding="utf-8")
        return web.Response(text=text, content_type="application/json")

    async def alerts(self, request: web.Request) -> web.Response:
        told = asked.query_of(request, ("since", "limit"))
        many = asked.whole_in(told, "limit", _SOME_ALERTS, MOST_ALERTS)
        now = self.clock.now()
        # Without a span only what goes on: nothing that is over ended later than now.
        since = now - asked.span_in(told, "since") if "since" in told else now
        async with self.store.transaction() as tx:
            found = await stories(tx, await tx.alerts.listed(many + 1, since))
        shown = [as_object(one) for one in found[:many]]
        return _answer({"alerts": shown, "more": len(found) > many})

    async def alert(self, request: web.Request) -> web.Response:
        asked.query_of(request, ())
        async with self.store.transaction() as tx:
            return _answer(await _alert(tx, _number(request)))

    async def chart(self, request: web.Request) -> web.Response:
        """The use around the beginning of an alert, or around where it got worse."""
        number = _number(request)
        async with self.store.transaction() as tx:
            letters = [one.content for one in await tx.outbox.ledger(MOST_ALERTS, alert=number)]
        drawn_of = (one for one in letters if isinstance(one, Letter) and one.trace is not None)
        letter = next(drawn_of, None)
        if letter is None or letter.trace is None:
            raise NoSuch(f"There is no chart of alert {number}.")
        svg = drawn(letter.trace, wording(letter).story)
        return web.Response(text=svg, content_type="image/svg+xml")

    async def acknowledge(self, request: web.Request) -> web.Response:
        asked.check_token(request, self.token)
        told = await asked.body_of(request, ("by", "undo"))
        person, number = _person(told), _number(request)
        act = take_back if asked.flag_in(told, "undo") else acknowledge
        async with self.store.transaction() as tx:
            done = await act(tx, number, person, self.clock.now())
            return _answer({"done": done, "alert": await _alert(tx, number)})

    async def expected(self, request: web.Request) -> web.Response:
        asked.check_token(request, self.token)
        person = _person(await asked.body_of(request, ("by",)))
        number = _number(request)
        async with self.store.transaction() as tx:
            done = await expect(tx, number, person, self.clock.now())
            return _answer({"done": done, "alert": await _alert(tx, number)})

    async def deliveries(self, request: web.Request) -> web.Response:
        told = asked.query_of(request, ("alert", "limit"))
        many = asked.whole_in(told, "limit", _SOME_ALERTS, MOST_ALERTS)
        alert = asked.whole_in(told, "alert", 1, _LARGEST) if "alert" in told else None
        async with self.store.transaction() as tx:
            found = await tx.outbox.ledger(many + 1, alert=alert)
        shown = [ledger.as_object(one) for one in found[:many]]
        return _answer({"deliveries": shown, "more": len(found) > many})

    async def silences(self, request: web.Request) -> web.Response:
        told = asked.query_of(request, ("over",))
        if told.get("over", "false") not in ("true", "false"):
            raise Wrong("over: not as it should be", "true or false", told["over"][:40])
        now = self.clock.now()
        async with self.store.transaction() as tx:
            every = told.get("over") == "true"
            found = await (tx.silences.all() if every else tx.silences.lasting(now))
        return _answer({"silences": [silence_object(one, now) for one in found]})

    async def silence(self, request: web.Request) -> web.Response:
        asked.check_token(request, self.token)
        keys = ("match", "start", "end", "for", "reason", "by")
        told, now = await asked.body_of(request, keys), self.clock.now()
        person, wish = _person(told), _wish(told, now)
        async with self.store.transaction() as tx:
            made = await make_silence(tx, wish, person, now)
        return _answer(silence_object(made, now), status=201)

    async def unsilence(self, request: web.Request) -> web.Response:
        asked.check_token(request, self.token)
        person, number = _person(asked.query_of(request, ("by",))), _number(request)
        now = self.clock.now()
        async with self.store.transaction() as tx:
            done = await end_silence(tx, number, person, now)
            ended = await tx.silences.number(number)
        return _answer({"done": done, "silence": ended and silence_object(ended, now)})


@web.middleware
async def _in_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    """What goes wrong is told in JSON as well, with what was expected and what was found."""
    try:
        return await handler(request)
    except (Wrong, ActRefused, web.HTTPNotFound, web.HTTPMethodNotAllowed) as error:
        wrong = _wrong(error, request)
    told = {"error": wrong.error, "expected": wrong.expected, "found": wrong.found}
    answer = _answer(told, status=wrong.status)
    if wrong.status == 401:
        answer.headers["WWW-Authenticate"] = "Bearer"
    if wrong.status == 405:
        answer.headers["Allow"] = wrong.expected or ""
    return answer


def _wrong(error: Exception, request: web.Request) -> Wrong:
    match error:
        case Wrong():
            return error
        case NoSuch():
            return Wrong(str(error), "a number that is known", request.path, 404)
        case ActRefused(flaw=Flaw() as flaw):
            return Wrong(str(error), flaw.expected, flaw.found)
        case web.HTTPMethodNotAllowed():
            wanted = ", ".join(sorted(error.allowed_methods))
            return Wrong("not that way", wanted, request.method, error.status)
        case web.HTTPNotFound():
            wanted = "a path of /api/openapi.json"
            return Wrong("there is no such thing", wanted, request.path, error.status)
        case _:
            return Wrong(str(error), status=409)


def _answer(told: Json, status: int = 200) -> web.Response:
    return web.Response(
        text=f"{json.dumps(told, ensure_ascii=False, allow_nan=False)}\n",
        status=status,
        content_type="application/json",
        headers={"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"},
    )


async def _alert(tx: Transaction, number: int) -> Object:
    found = await story(tx, number)
    if found is None:
        raise NoSuch(f"There is no alert {number}.")
    return as_whole_object(found)


def _wish(told: Json, now: datetime) -> Silence:
    start = asked.moment_in(told, "start") if "start" in told else now
    if ("for" in told) == ("end" in told):
        found = "both" if "for" in told else "neither"
        raise Wrong("no silence lasts for ever", "either for or end", found)
    end = asked.moment_in(told, "end") if "end" in told else start + asked.span_in(told, "for")
    return Silence(
        number=0,
        match=asked.match_in(told, "match"),
        start=start,
        end=end,
        author=asked.text_in(told, "by"),
        reason=asked.text_in(told, "reason", LONGEST_REASON),
    )


def _person(told: Json) -> Person:
    return Person(asked.text_in(told, "by"), Via.API)


def _number(request: web.Request) -> int:
    return int(request.match_info["number"])
