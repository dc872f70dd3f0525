"""A workspace of Slack's: its channels, and what was said in them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from daemon.clock import Clock
from daemon.sandbox.slack.call import Json, Refusal, blocks_in, text_in
from daemon.sandbox.slack.files import Files
from daemon.sandbox.slack.history import Message, Version, history, replies

# What people meet, whatever the page on truncation says:
# https://github.com/seratch/ChatGPT-in-Slack/issues/102
UPDATE_REFUSES_AT = 4_000
# https://docs.slack.dev/apis/web-api/rate-limits: one message a second in a channel.
PACE = timedelta(seconds=1)

WEBHOOKS = "webhooks"


class HookRefused(Exception):
    """A webhook's answer that is not a yes, in its own words and with a status of its own."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


@dataclass(frozen=True, slots=True)
class Channel:
    id: str
    name: str = "alerts"
    joined: bool = True
    open: bool = False
    """Whoever has the scope chat:write.public may post here without being in it, and no more."""
    private: bool = False
    archived: bool = False
    prohibited: bool = False
    """A webhook may not post here; a bot may."""
    absent: tuple[str, ...] = ()
    """Users that are not in it: nobody can whisper to them there."""


@dataclass(frozen=True, slots=True)
class Whisper:
    """A message that one person sees, and only for now."""

    channel: str
    user: str
    text: str
    thread: str | None = None


class Workspace:
    def __init__(
        self,
        clock: Clock,
        channels: tuple[Channel, ...] | None,
        *,
        paced: bool,
        told: Callable[[Message], None],
    ) -> None:
        self.messages: list[Message] = []
        self.whispers: list[Whisper] = []
        self.files = Files()
        self._clock = clock
        self._channels = channels
        self._paced = paced
        self._told = told
        self._last: dict[str, datetime] = {}
        self._said = 0

    def call(self, method: str, token: str, form: Json) -> Json | None:
        """A method that speaks of a channel; None where the caller must wait."""
        match method:
            case "chat.postMessage":
                return self.post(self._open(form), token, form)
            case "chat.postEphemeral":
                return self._whisper(form)
            case "chat.update":
                return self._update(token, form)
            case "files.completeUploadExternal":
                return self._share(token, form)
        return self._read(method, form)

    def behind(self, hook: str) -> Channel:
        """The channel that a webhook was made for."""
        channel = next((c for c in self._channels or () if c.id == hook), None)
        if channel is None and self._channels is not None:
            raise HookRefused(404, "no_service")
        channel = channel or Channel(hook)
        if channel.archived:
            raise HookRefused(410, "channel_is_archived")
        if channel.prohibited:
            raise HookRefused(403, "action_prohibited")
        return channel

    def _read(self, method: str, form: Json) -> Json:
        if method not in {"conversations.info", "conversations.history", "conversations.replies"}:
            raise Refusal("unknown_method")
        channel = self._channel(form)
        if method == "conversations.info":
            return {"channel": _described(channel)}
        if not channel.joined:
            raise Refusal("not_in_channel")
        here = [one for one in self.messages if one.channel == channel.id]
        return (history if method == "conversations.history" else replies)(here, form)

    def post(self, channel: Channel, author: str, form: Json) -> Json | None:
        version = Version(text_in(form), blocks_in(form))
        self.files.check(author, version.blocks, channel.id)
        if self._must_wait(channel.id):
            return None
        message = self._keep(Message(channel.id, self._ts(), author, (version,)), form)
        return {"channel": channel.id, "ts": message.ts, "message": {"text": version.text}}

    def _whisper(self, form: Json) -> Json:
        channel, user = self._open(form), str(form.get("user", ""))
        if user in channel.absent:
            raise Refusal("user_not_in_channel")
        self.whispers.append(Whisper(channel.id, user, text_in(form), form.get("thread_ts")))
        return {"message_ts": self._ts()}

    def _share(self, token: str, form: Json) -> Json:
        channel = self._open({"channel": form["channel_id"]}) if form.get("channel_id") else None
        if channel is not None and not channel.joined:
            raise Refusal("not_in_channel")
        done = self.files.complete(token, form, channel.id if channel else None)
        if channel is not None:
            names = Version(", ".join(file.name for file in done))
            files = tuple(file.id for file in done)
            self._keep(Message(channel.id, self._ts(), token, (names,), files=files), form)
        return {"files": [{"id": file.id, "title": file.title} for file in done]}

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
        self.files.check(token, version.blocks, channel.id)
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

    def _channel(self, form: Json) -> Channel:
        asked = str(form.get("channel", "")).removeprefix("#")
        if self._channels is None and asked:
            return Channel(asked)
        for channel in self._channels or ():
            if asked in {channel.id, channel.name}:
                return channel
        raise Refusal("channel_not_found")

    def _open(self, form: Json) -> Channel:
        """One that takes messages."""
        channel = self._channel(form)
        if channel.archived:
            raise Refusal("is_archived")
        if not channel.joined and not channel.open:
            raise Refusal("not_in_channel")
        return channel

    def _must_wait(self, channel: str) -> bool:
        now = self._clock.now()
        last = self._last.get(channel)
        if self._paced and last is not None and now - last < PACE:
            return True
        self._last[channel] = now
        return False

    def _ts(self) -> str:
        # The fraction counts, so no two messages of one second share their name.
        self._said += 1
        return f"{self._clock.now().timestamp():.0f}.{self._said:06d}"

    def _keep(self, message: Message, form: Json) -> Message:
        message = replace(
            message,
            metadata=form.get("metadata", {}),
            thread=form.get("thread_ts"),
            broadcast=str(form.get("reply_broadcast", "")).lower() in {"1", "true"},
        )
        self.messages.append(message)
        self._told(message)
        return message


def _described(channel: Channel) -> Json:
    return {
        "id": channel.id,
        "name": channel.name,
        "is_archived": channel.archived,
        "is_member": channel.joined,
        "is_private": channel.private,
    }
