"""A stand-in for Slack: its Web API and its incoming webhooks, on loopback, traps included."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from aiohttp import web

from daemon.clock import Clock
from daemon.sandbox.slack.call import Json, Refusal, arguments, blocks_in, payload, text_in

# What people meet, whatever the page on truncation says:
# https://github.com/seratch/ChatGPT-in-Slack/issues/102
UPDATE_REFUSES_AT = 4_000
# https://docs.slack.dev/apis/web-api/rate-limits: one message a second in a channel.
PACE = timedelta(seconds=1)

WEBHOOKS = "webhooks"


@dataclass(frozen=True, slots=True)
class Channel:
    id: str
    name: str = "alerts"
    joined: bool = True
    archived: bool = False
    prohibited: bool = False
    """A webhook may not post here; a bot may."""


@dataclass(frozen=True, slots=True)
class Version:
    """What a message said at one time."""

    text: str
    blocks: tuple[Json, ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    channel: str
    ts: str
    author: str
    """A token, or "webhooks": only its author may edit a message."""
    versions: tuple[Version, ...]
    """Oldest first; every edit adds one."""
    metadata: Json = field(default_factory=dict)
    thread: str | None = None
    """The `ts` of the message it replies to."""
    broadcast: bool = False
    """A reply that stands in the channel too."""

    @property
    def now(self) -> Version:
        return self.versions[-1]


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


class SlackStandIn:
    """Serve `app()`: the Web API answers under /api/, webhooks under /services/."""

    def __init__(
        self,
        clock: Clock,
        *,
        token: str | None = None,
        channels: tuple[Channel, ...] | None = None,
        paced: bool = True,
        told: Callable[[Message], None] = lambda message: None,
    ) -> None:
        """`token`: None takes any. `channels`: None, and every channel is there and joined."""
        self.messages: list[Message] = []
        self.faults: list[Fault] = []
        """One for each of the next calls."""
        self.calls = 0
        self._clock = clock
        self._token = token
        self._channels = channels
        self._paced = paced
        self._told = told
        self._last: dict[str, datetime] = {}

    def app(self) -> web.Application:
        app = web.Application(client_max_size=4 * 1024**2)
        app.router.add_post("/api/{method}", self._api)
        app.router.add_post("/services/{team}/{hook}/{secret}", self._webhook)
        return app

    def delete(self, message: Message) -> None:
        """What a person does with the mouse."""
        self.messages.remove(message)

    async def _api(self, request: web.Request) -> web.StreamResponse:
        return await self._answer(request, self._api_answer)

    async def _webhook(self, request: web.Request) -> web.StreamResponse:
        return await self._answer(request, self._webhook_answer)

    async def _answer(self, request: web.Request, answer: "Answer") -> web.StreamResponse:
        self.calls += 1
        fault = self.faults.pop(0) if self.faults else None
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

    def _api_answer(self, request: web.Request, body: str) -> web.Response:
        try:
            form = arguments(request.content_type, body)
            token = self._token_of(request, form)
            answer = self._call(request.match_info["method"], token, form)
        except Refusal as refusal:
            return web.json_response(refusal.answer())
        return web.json_response({"ok": True, **answer}) if answer else _wait()

    def _token_of(self, request: web.Request, form: Json) -> str:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer":
            in_form = request.content_type != "application/json"
            token = str(form.get("token", "")) if in_form else ""
        if not token:
            raise Refusal("not_authed")
        if self._token not in {None, token}:
            raise Refusal("invalid_auth")
        return token

    def _call(self, method: str, token: str, form: Json) -> Json | None:
        """None where the caller must wait."""
        match method:
            case "auth.test":
                return {"team": "Sandbox", "user": "meterwatch", "bot_id": "B0SANDBOX"}
            case "conversations.info":
                return {"channel": _described(self._channel(form))}
            case "chat.postMessage":
                return self._post(token, form)
            case "chat.update":
                return self._update(token, form)
        raise Refusal("unknown_method")

    def _post(self, token: str, form: Json) -> Json | None:
        channel = self._channel(form)
        if channel.archived:
            raise Refusal("is_archived")
        if not channel.joined:
            raise Refusal("not_in_channel")
        version = Version(text_in(form), blocks_in(form))
        if self._must_wait(channel.id):
            return None
        message = self._keep(channel.id, token, version, form)
        return {"channel": channel.id, "ts": message.ts, "message": {"text": version.text}}

    def _update(self, token: str, form: Json) -> Json:
        channel = self._channel(form)
        found = [m for m in self.messages if (m.channel, m.ts) == (channel.id, form.get("ts"))]
        if not found:
            raise Refusal("message_not_found")
        if channel.archived:
            raise Refusal("is_inactive")
        if found[0].author != token:
            raise Refusal("cant_update_message")
        if len(form.get("text", "")) > UPDATE_REFUSES_AT:
            raise Refusal("msg_too_long")
        version = Version(text_in(form), blocks_in(form))
        if "blocks" not in form:
            version = replace(version, blocks=found[0].now.blocks)
        edited = replace(
            found[0],
            versions=(*found[0].versions, version),
            metadata=form.get("metadata", found[0].metadata),
        )
        self.messages[self.messages.index(found[0])] = edited
        self._told(edited)
        return {"channel": channel.id, "ts": edited.ts, "text": version.text}

    def _webhook_answer(self, request: web.Request, body: str) -> web.Response:
        hook = request.match_info["hook"]
        channel = next((c for c in self._channels or () if c.id == hook), None)
        if channel is None and self._channels is not None:
            return web.Response(status=404, text="no_service")
        channel = channel or Channel(hook)
        if channel.archived:
            return web.Response(status=410, text="channel_is_archived")
        if channel.prohibited:
            return web.Response(status=403, text="action_prohibited")
        try:
            form = payload(request.content_type, body)
            version = Version(text_in(form), blocks_in(form))
        except Refusal as refusal:
            return web.Response(status=400, text=refusal.code)
        if self._must_wait(channel.id):
            return _wait()
        self._keep(channel.id, WEBHOOKS, version, form)
        return web.Response(text="ok")

    def _channel(self, form: Json) -> Channel:
        asked = str(form.get("channel", "")).removeprefix("#")
        if self._channels is None and asked:
            return Channel(asked)
        for channel in self._channels or ():
            if asked in {channel.id, channel.name}:
                return channel
        raise Refusal("channel_not_found")

    def _must_wait(self, channel: str) -> bool:
        now = self._clock.now()
        last = self._last.get(channel)
        if self._paced and last is not None and now - last < PACE:
            return True
        self._last[channel] = now
        return False

    def _keep(self, channel: str, author: str, version: Version, form: Json) -> Message:
        # The fraction counts calls, so no two messages of one second share their name.
        ts = f"{self._clock.now().timestamp():.0f}.{self.calls:06d}"
        message = Message(
            *(channel, ts, author, (version,), form.get("metadata", {})),
            thread=form.get("thread_ts"),
            broadcast=bool(form.get("reply_broadcast")),
        )
        self.messages.append(message)
        self._told(message)
        return message


Answer = Callable[[web.Request, str], web.Response]


def _described(channel: Channel) -> Json:
    return {
        "id": channel.id,
        "name": channel.name,
        "is_archived": channel.archived,
        "is_member": channel.joined,
    }


def _wait() -> web.Response:
    headers = {"Retry-After": str(math.ceil(PACE.total_seconds()))}
    return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)
