"""A page with its API over a store, and somebody who calls it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import aiohttp

from daemon.metrics import build_metrics
from daemon.page import open_page
from daemon.page.api import Api
from daemon.secret import Secret
from daemon.store import Store
from tests import make
from tests.fakes import HandClock

NOW = make.AT + timedelta(minutes=90)
TOKEN = Secret("open-sesame")


@dataclass(frozen=True)
class Reply:
    status: int
    told: Any
    headers: Mapping[str, str]


@dataclass
class Caller:
    where: str
    session: aiohttp.ClientSession
    headers: dict[str, str] = field(
        default_factory=lambda: {"Authorization": f"Bearer {TOKEN.reveal()}"}
    )

    async def get(self, path: str) -> Reply:
        return await self.call("GET", path)

    async def post(self, path: str, told: object) -> Reply:
        return await self.call("POST", path, json=told)

    async def call(self, method: str, path: str, **more: Any) -> Reply:
        headers = {**self.headers, **more.pop("headers", {})}
        url = f"{self.where}/api{path}"
        async with self.session.request(method, url, headers=headers, **more) as reply:
            assert reply.content_type == "application/json"
            return Reply(reply.status, await reply.json(), reply.headers)


@asynccontextmanager
async def caller(store: Store, token: Secret | None = TOKEN) -> AsyncIterator[Caller]:
    async def unready() -> str | None:
        return None

    api = Api(store, HandClock(NOW), token)
    async with open_page("127.0.0.1", 0, build_metrics("t"), unready, api) as where:
        async with aiohttp.ClientSession() as session:
            yield Caller(where, session)


async def told(store: Store) -> int:
    """The number of an alert of which the team was to be told."""
    async with store.transaction() as tx:
        await tx.names.learn({make.VOICE: "Agatha"})
        number = await tx.alerts.keep(make.alert())
        await tx.outbox.enqueue(make.letter(alert=number))
    return number
