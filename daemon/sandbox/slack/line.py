"""Socket Mode: what people press is told over connections that the app made."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from daemon.sandbox.slack.call import Refusal
from daemon.sandbox.slack.history import Message

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Envelope:
    """Something that Slack tells an app, until the app says that it has it."""

    id: str
    body: Json
    acknowledged: asyncio.Event = field(default_factory=asyncio.Event)


class Sockets:
    def __init__(self) -> None:
        self.open: dict[web.WebSocketResponse, asyncio.Transport | None] = {}
        self.envelopes: dict[str, Envelope] = {}
        self.made = 0
        """Connections, ever."""
        self._tickets: set[str] = set()
        self._one_open = asyncio.Event()

    def ticket(self, token: str, host: str) -> Json:
        if not token.startswith("xapp-"):
            raise Refusal("not_allowed_token_type")
        ticket = f"ticket{len(self._tickets)}-{self.made}"
        self._tickets.add(ticket)
        return {"url": f"ws://{host}/link?ticket={ticket}"}

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """A ticket opens one connection."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=403)
        self._tickets.remove(ticket)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.made += 1
        await socket.send_json({"type": "hello", "num_connections": len(self.open) + 1})
        self.open[socket] = request.transport
        self._one_open.set()
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._acknowledge(json.loads(message.data))
        finally:
            self._forget(socket)
        return socket

    async def connected(self) -> None:
        """Come back once there is a connection."""
        await self._one_open.wait()

    async def press(
        self, message: Message, action_id: str, user: str, name: str = "anna"
    ) -> Envelope:
        """What a person does with the mouse: on a button that the message has."""
        [button] = [
            element
            for block in message.now.blocks
            for element in block.get("elements", ())
            if element.get("action_id") == action_id
        ]
        number = len(self.envelopes)
        action = {"action_id": action_id, "type": "button", "value": button["value"]}
        container = {"channel_id": message.channel, "message_ts": message.ts}
        payload = {
            "type": "block_actions",
            "user": {"id": user, "username": name, "name": name, "team_id": "T0SANDBOX"},
            "container": {"type": "message", "is_ephemeral": False, **container},
            "channel": {"id": message.channel, "name": "alerts"},
            "actions": [{**action, "action_ts": f"{message.ts}{number}"}],
        }
        return await self.tell({"type": "interactive", "payload": payload})

    async def tell(self, body: Json) -> Envelope:
        """Over one of the connections, whichever."""
        envelope = Envelope(f"envelope-{len(self.envelopes)}", body)
        self.envelopes[envelope.id] = envelope
        told = {"envelope_id": envelope.id, "accepts_response_payload": False, **body}
        await list(self.open)[-1].send_json(told)
        return envelope

    async def refresh(self) -> None:
        """What Slack says now and then: make another connection, this one will end."""
        for socket in list(self.open):
            await socket.send_json({"type": "disconnect", "reason": "refresh_requested"})

    def cut(self) -> None:
        """All connections break, without a word."""
        for socket, transport in list(self.open.items()):
            if transport is not None:
                transport.abort()
            self._forget(socket)

    def _acknowledge(self, said: Json) -> None:
        envelope = self.envelopes.get(str(said.get("envelope_id")))
        if envelope is not None:
            envelope.acknowledged.set()

    def _forget(self, socket: web.WebSocketResponse) -> None:
        self.open.pop(socket, None)
        if not self.open:
            self._one_open.clear()
