"""Serves an aiohttp application on loopback for the length of a `with` block."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import web


@asynccontextmanager
async def serve(app: web.Application, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """Yields the base URL, without a slash at its end. A hung handler dies with its client."""
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
        await site.start()
        port = runner.addresses[0][1]
        yield f"{'http' if tls is None else 'https'}://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


@dataclass(slots=True)
class HandClock:
    """A clock that stands where it was put."""

    at: datetime

    def now(self) -> datetime:
        return self.at

    def wall(self, span: timedelta) -> timedelta:
        return span
