"""The doors others look through: health, readiness, metrics; and alerts, for programs."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from daemon.metrics import Metrics
from daemon.page.api import Api
from daemon.page.asked import MOST_BYTES

Unready = Callable[[], Awaitable[str | None]]
"""Why the daemon is not ready yet; None when it is."""


class PageError(Exception):
    """The page cannot listen where it was told to."""


@asynccontextmanager
async def open_page(
    host: str, port: int, metrics: Metrics, unready: Unready, api: Api | None = None
) -> AsyncIterator[str]:
    """Serve while the block lasts; yields the address it is served at."""
    runner = web.AppRunner(_routes(metrics, unready, api), access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        try:
            await site.start()
        except OSError as error:
            raise PageError(
                f"page.listen: cannot listen on {host}:{port}: {error.strerror}; "
                "choose another port, or null to have no page"
            ) from error
        bound = runner.addresses[0]
        yield f"http://{bound[0]}:{bound[1]}"
    finally:
        await runner.cleanup()


def _routes(metrics: Metrics, unready: Unready, api: Api | None) -> web.Application:
    async def healthz(_request: web.Request) -> web.Response:
        return web.Response(text="alive\n")

    async def readyz(_request: web.Request) -> web.Response:
        reason = await unready()
        return web.Response(text=f"{reason or 'ready'}\n", status=503 if reason else 200)

    async def show_metrics(_request: web.Request) -> web.Response:
        body = generate_latest(metrics.registry)
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})

    app = web.Application(client_max_size=MOST_BYTES)
    app.add_routes(
        [
            web.get("/healthz", healthz),
            web.get("/readyz", readyz),
            web.get("/metrics", show_metrics),
        ]
    )
    if api is not None:
        app.add_subapp("/api", api.application())
    return app
