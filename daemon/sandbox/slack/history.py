"""What was said in a channel, as Slack reads it back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from daemon.sandbox.slack.call import Refusal

Json = Mapping[str, Any]

LIMIT = 100
MOST = 999


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
    files: tuple[str, ...] = ()
    """Ids of the files it shares."""

    @property
    def now(self) -> Version:
        return self.versions[-1]


def history(messages: Sequence[Message], form: Json) -> Json:
    """Newest first; a reply only where it was broadcast."""
    stand = [one for one in messages if one.thread is None or one.broadcast]
    return _page(sorted(stand, key=_when, reverse=True), form)


def replies(messages: Sequence[Message], form: Json) -> Json:
    """The message itself, then what was said in its thread, oldest first."""
    ts = str(form.get("ts", ""))
    if not any(one.ts == ts for one in messages):
        raise Refusal("thread_not_found")
    return _page(sorted((one for one in messages if ts in {one.ts, one.thread}), key=_when), form)


def _page(messages: Sequence[Message], form: Json) -> Json:
    limit = int(form.get("limit", LIMIT))
    if not 1 <= limit <= MOST:
        raise Refusal("invalid_limit")
    start = int(form.get("cursor") or 0)
    inside = [one for one in messages if _is_inside(one, form)]
    shown, more = inside[start : start + limit], len(inside) > start + limit
    next_cursor = str(start + limit) if more else ""
    return {
        "messages": [_told(one, form) for one in shown],
        "has_more": more,
        "response_metadata": {"next_cursor": next_cursor},
    }


def _is_inside(one: Message, form: Json) -> bool:
    oldest, latest = float(form.get("oldest") or 0), float(form.get("latest") or "inf")
    at = _when(one)
    if str(form.get("inclusive", "")).lower() in {"1", "true"}:
        return oldest <= at <= latest
    # The message itself heads its thread whenever it was said.
    return oldest < at < latest or one.ts == form.get("ts")


def _told(one: Message, form: Json) -> Json:
    told: dict[str, Any] = {"type": "message", "ts": one.ts, "text": one.now.text}
    told["blocks"] = list(one.now.blocks)
    if one.thread is not None:
        told["thread_ts"] = one.thread
    if one.files:
        # What shares files says nothing but their names.
        names = one.now.text.split(", ")
        told["files"] = [
            {"id": id_, "name": name} for id_, name in zip(one.files, names, strict=True)
        ]
    if one.metadata and str(form.get("include_all_metadata", "")).lower() in {"1", "true"}:
        told["metadata"] = one.metadata
    return told


def _when(one: Message) -> float:
    return float(one.ts)
