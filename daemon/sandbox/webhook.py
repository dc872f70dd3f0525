"""A stand-in for whatever listens behind a webhook: it keeps what is posted, and checks who did."""

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from aiohttp import web

from daemon.clock import Clock
from daemon.sandbox.faults import CannedAnswers

_OLDEST = timedelta(minutes=5)
"""A post that was signed longer ago than this may be somebody's copy of an old one."""


@dataclass(frozen=True, slots=True)
class Posted:
    path: str
    headers: Mapping[str, str]
    raw: bytes

    @property
    def body(self) -> Any:
        return json.loads(self.raw)


@dataclass(slots=True)
class WebhookStandIn:
    """Serve `app()`: every path takes what is posted there."""

    clock: Clock
    key: str | None = None
    """What each post must be signed with; None: with nothing."""
    told: Callable[[Posted], None] = lambda posted: None
    posts: list[Posted] = field(default_factory=list)
    answers: CannedAnswers = field(default_factory=CannedAnswers)
    silent: int = 0
    """So many of the next posts are kept, and their connection is closed without an answer."""

    def app(self) -> web.Application:
        app = web.Application(client_max_size=64 * 1024**2, middlewares=[self.answers.middleware])
        app.router.add_post("/{path:.*}", self._take)
        return app

    async def _take(self, request: web.Request) -> web.StreamResponse:
        posted = Posted(request.path, request.headers.copy(), await request.read())
        if self.key is not None and not self._is_signed(posted, self.key):
            return web.Response(status=401, text="the signature is not that of this body")
        self.posts.append(posted)
        self.told(posted)
        if self.silent and request.transport is not None:
            self.silent -= 1
            request.transport.abort()
        return web.Response(text="ok")

    def _is_signed(self, posted: Posted, key: str) -> bool:
        """As a receiver should check it: the digest over what came, and the age."""
        moment = posted.headers.get("X-Meterwatch-Timestamp", "")
        proof = hmac.new(key.encode(), moment.encode() + b"." + posted.raw, hashlib.sha256)
        told = posted.headers.get("X-Meterwatch-Signature", "")
        fresh = moment.isdigit() and abs(self.clock.now().timestamp() - int(moment)) <= (
            _OLDEST.total_seconds()
        )
        return fresh and hmac.compare_digest(f"sha256={proof.hexdigest()}", told)
