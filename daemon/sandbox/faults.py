"""Answers that a stand-in gives in place of its true ones, for tests of what goes wrong."""

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware


@dataclass(frozen=True, slots=True)
class Canned:
    """An answer given in place of the true one."""

    status: int = 200
    body: str | bytes = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: timedelta = timedelta(0)
    """Of the wall, before the first byte."""
    cut: bool = False
    """Break the connection off before the end of the body."""


@dataclass(slots=True)
class CannedAnswers:
    """What a stand-in was asked, and what it is to say instead of the truth."""

    canned: deque[Canned | None] = field(default_factory=deque)
    """The next answers, one for each request; None stands for the true one."""
    asked: deque[str] = field(default_factory=lambda: deque(maxlen=1000))
    """Path and query of the latest requests, as they came."""

    @property
    def middleware(self) -> Middleware:
        """To stand before all others of a stand-in's application."""

        @web.middleware
        async def faulty(request: web.Request, handler: Handler) -> web.StreamResponse:
            self.asked.append(request.raw_path)
            canned = self.canned.popleft() if self.canned else None
            return await (handler(request) if canned is None else _give(canned, request))

        return faulty


async def _give(canned: Canned, request: web.Request) -> web.StreamResponse:
    await asyncio.sleep(canned.delay.total_seconds())
    body = canned.body if isinstance(canned.body, bytes) else canned.body.encode()
    response = web.StreamResponse(status=canned.status, headers=canned.headers)
    response.content_length = len(body) + canned.cut
    await response.prepare(request)
    await response.write(body)
    if canned.cut and request.transport is not None:
        request.transport.close()
    return response
