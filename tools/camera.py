"""Takes pictures of pages with Chromium, as a phone or a desk shows them, by day and by night."""

import asyncio
import json
import shutil
from base64 import b64decode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--hide-scrollbars",
    "--disable-lcd-text",  # no coloured edges, which make a picture half again as big
    "--remote-debugging-port=0",
)


class Camera:
    """A page of a browser's, spoken to over the DevTools protocol."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._asked = 0

    async def shoot(self, html: str, *, width: int, dark: bool, scale: float, most: float) -> bytes:
        """A PNG of a page, as high as the page is and no higher than `most`."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        screen = {"width": width, "height": 10, "deviceScaleFactor": scale, "mobile": width < 500}
        await self._ask("Emulation.setEmulatedMedia", features=[scheme])
        await self._ask("Emulation.setDeviceMetricsOverride", **screen)
        tree = await self._ask("Page.getFrameTree")
        frame = tree["frameTree"]["frame"]["id"]
        await self._ask("Page.setDocumentContent", frameId=frame, html=html)
        await self._ask(
            "Runtime.evaluate",
            expression="Promise.all([...document.images].map(each => each.decode()))",
            awaitPromise=True,
        )
        size = (await self._ask("Page.getLayoutMetrics"))["cssContentSize"]
        high = {**screen, "height": int(min(size["height"], most))}
        await self._ask("Emulation.setDeviceMetricsOverride", **high)
        return b64decode((await self._ask("Page.captureScreenshot", format="png"))["data"])

    async def _ask(self, method: str, **params: Any) -> dict[str, Any]:
        self._asked += 1
        await self._socket.send_json({"id": self._asked, "method": method, "params": params})
        while True:
            answer = json.loads(await self._socket.receive_str())
            if answer.get("id") == self._asked:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                result: dict[str, Any] = answer["result"]
                return result


@asynccontextmanager
async def open_camera() -> AsyncIterator[Camera]:
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        raise SystemExit(f"expected one of {', '.join(BROWSERS)} on this machine, found none")
    with TemporaryDirectory(prefix="camera-", ignore_cleanup_errors=True) as profile:
        process = await asyncio.create_subprocess_exec(
            browser, *ARGUMENTS, f"--user-data-dir={profile}", "about:blank",
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            port = await _port(Path(profile) / "DevToolsActivePort")
            async with aiohttp.ClientSession() as session:
                async with session.get(f"http://127.0.0.1:{port}/json/list") as answer:
                    pages = [one for one in await answer.json() if one["type"] == "page"]
                address = pages[0]["webSocketDebuggerUrl"]
                async with session.ws_connect(address, max_msg_size=0) as socket:
                    yield Camera(socket)
        finally:
            process.terminate()
            await process.wait()


async def _port(told: Path) -> str:
    """Where the browser says it listens, once it does."""
    for _ in range(600):
        if lines := _lines(told):
            return lines[0]
        await asyncio.sleep(0.05)
    raise SystemExit("the browser did not start within half a minute")


def _lines(told: Path) -> list[str]:
    return told.read_text().split() if told.exists() else []
