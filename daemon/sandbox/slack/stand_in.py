"""A stand-in for Slack: its Web API, its incoming webhooks and Socket Mode, on loopback, traps
included."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from aiohttp import web

from daemon.clock import Clock
from daemon.sandbox.slack.call import Json, Refusal, arguments, payload, structured
from daemon.sandbox.slack.files import Files
from daemon.sandbox.slack.history import Message, Version
from daemon.sandbox.slack.line import Sockets
from daemon.sandbox.slack.workspace import PACE, WEBHOOKS, Channel, HookRefused, Whisper, Workspace

__all__ = ["WEBHOOKS", "Channel", "Fault", "Message", "SlackStandIn", "Version"]

# What a bot token must have been given: https://docs.slack.dev/reference/methods
SCOPES: Mapping[str, str] = {
    "chat.postMessage": "chat:write",
    "chat.update": "chat:write",
    "chat.postEphemeral": "chat:write",
    "conversations.info": "channels:read",
    "conversations.history": "channels:history",
    "conversations.replies": "channels:history",
    "files.getUploadURLExternal": "files:write",
    "files.completeUploadExternal": "files:write",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """Something to happen to one call instead of its answer."""

    status: int = 500
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    delivered: bool = False
    """The call takes effect all the same, and only its answer is lost."""
    dropped: bool = False
    """The connection is closed instead of answered."""
    method: str | None = None
    """It waits for a call of this method; None: the next call of any."""


class SlackStandIn:
    """Serve `app()`: the Web API answers under /api/, webhooks under /services/."""

    def __init__(
        self,
        clock: Clock,
        *,
        token: str | None = None,
        channels: tuple[Channel, ...] | None = None,
        scopes: tuple[str, ...] | None = None,
        paced: bool = True,
        told: Callable[[Message], None] = lambda message: None,
    ) -> None:
        """None for `token` takes any, for `channels` has every one joined, for `scopes` grants
        all."""
        self.workspace = Workspace(clock, channels, paced=paced, told=told)
        self.faults: list[Fault | None] = []
        """One for each of the next calls; None: nothing happens to it."""
        self.calls = 0
        self.sockets = Sockets()
        self._token = token
        self._scopes = scopes

    @property
    def messages(self) -> list[Message]:
        """What was said, oldest first."""
        return self.workspace.messages

    @property
    def whispers(self) -> list[Whisper]:
        return self.workspace.whispers

    @property
    def files(self) -> Files:
        return self.workspace.files

    def delete(self, message: Message) -> None:
        """What a person does with the mouse."""
        self.workspace.messages.remove(message)

    def app(self) -> web.Application:
        app = web.Application(client_max_size=4 * 1024**2)
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_post("/upload/v1/{file}", self._upload)
        app.router.add_get("/link", self.sockets.serve)
        app.router.add_post("/services/{team}/{hook}/{secret}", self._webhook)
        return app

    async def _api(self, request: web.Request) -> web.StreamResponse:
        return await self._answer(request, self._api_answer)

    async def _webhook(self, request: web.Request) -> web.StreamResponse:
        return await self._answer(request, self._webhook_answer)

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        taken = self.files.upload(request.match_info["file"], await request.read())
        return web.Response(text="OK") if taken else web.Response(status=400)

    async def _answer(self, request: web.Request, answer: "Answer") -> web.StreamResponse:
        self.calls += 1
        fault = self._fault(request.match_info.get("method"))
        body = await request.text()
        if fault is None:
            return answer(request, body)
        if fault.delivered:
            answer(request, body)
        if fault.dropped and request.transport is not None:
            request.transport.abort()
        return web.Response(
            status=fault.status,
            text=fault.body,
            headers=fault.headers,
            content_type=fault.content_type,
        )

    def _fault(self, method: str | None) -> Fault | None:
        for place, fault in enumerate(self.faults):
            if fault is None or fault.method in {None, method}:
                return self.faults.pop(place)
        return None

    def _api_answer(self, request: web.Request, body: str) -> web.Response:
        try:
            form = arguments(request.content_type, body) if body else {}
            form = {**structured(request.query), **form}
            token = self._token_of(request, form)
            method = request.match_info["method"]
            self._check_scope(method)
            answer = self._call(method, token, {**form, "host": request.host})
        except Refusal as refusal:
            return web.json_response(refusal.answer())
        if answer is None:
            return _wait()
        headers = {} if self._scopes is None else {"X-OAuth-Scopes": ",".join(self._scopes)}
        return web.json_response({"ok": True, **answer}, headers=headers)

    def _token_of(self, request: web.Request, form: Json) -> str:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer":
            in_form = request.content_type != "application/json"
            token = str(form.get("token", "")) if in_form else ""
        if not token:
            raise Refusal("not_authed")
        if self._token not in {None, token} and not token.startswith("xapp-"):
            raise Refusal("invalid_auth")
        return token

    def _check_scope(self, method: str) -> None:
        needed = SCOPES.get(method)
        if needed is not None and self._scopes is not None and needed not in self._scopes:
            raise Refusal("missing_scope", needed=needed, provided=",".join(self._scopes))

    def _call(self, method: str, token: str, form: Json) -> Json | None:
        """None where the caller must wait."""
        if method == "auth.test":
            return {"team": "Sandbox", "user": "meterwatch", "bot_id": "B0SANDBOX"}
        if method == "apps.connections.open":
            return self.sockets.ticket(token, form["host"])
        if method == "files.getUploadURLExternal":
            return self.files.grant(token, form, f"http://{form['host']}")
        return self.workspace.call(method, token, form)

    def _webhook_answer(self, request: web.Request, body: str) -> web.Response:
        try:
            channel = self.workspace.behind(request.match_info["hook"])
            form = payload(request.content_type, body)
            posted = self.workspace.post(channel, WEBHOOKS, form)
        except HookRefused as refused:
            return web.Response(status=refused.status, text=refused.code)
        except Refusal as refusal:
            return web.Response(status=400, text=refusal.code)
        return _wait() if posted is None else web.Response(text="ok")


Answer = Callable[[web.Request, str], web.Response]


def _wait() -> web.Response:
    headers = {"Retry-After": str(math.ceil(PACE.total_seconds()))}
    return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)
