"""A stand-in says what it was told to say, in turn, and then the truth again."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from aiohttp import web

from daemon.http import Call, Http, HttpError
from daemon.sandbox.faults import Canned, CannedAnswers
from daemon.sandbox.loopback import serve


@dataclass
class Honest:
    http: Http
    faults: CannedAnswers = field(default_factory=CannedAnswers)
    url: str = ""

    def app(self) -> web.Application:
        app = web.Application(middlewares=[self.faults.middleware])
        app.router.add_get("/usage", self._truth)
        return app

    async def _truth(self, request: web.Request) -> web.Response:
        return web.Response(text="the truth")

    async def ask(self) -> tuple[int, bytes]:
        reply = await self.http.send(Call(f"{self.url}/usage", params=[("a", "1 2")]))
        return reply.status, reply.body


@pytest.fixture
async def honest(http: Http) -> AsyncIterator[Honest]:
    stand_in = Honest(http)
    async with serve(stand_in.app()) as stand_in.url:
        yield stand_in


async def test_the_next_answers_are_the_canned_ones_in_turn(honest: Honest) -> None:
    honest.faults.canned.extend([Canned(503, "busy"), None, Canned(200, b"\xff")])
    told = [await honest.ask() for _ in range(4)]

    assert told == [(503, b"busy"), (200, b"the truth"), (200, b"\xff"), (200, b"the truth")]


async def test_what_was_asked_is_remembered_as_it_came(honest: Honest) -> None:
    await honest.ask()

    assert list(honest.faults.asked) == ["/usage?a=1+2"]


async def test_an_answer_can_be_cut_off(honest: Honest) -> None:
    honest.faults.canned.extend([Canned(body="hal", cut=True)] * 2)
    with pytest.raises(HttpError):
        await honest.ask()
