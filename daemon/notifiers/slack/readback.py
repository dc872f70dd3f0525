"""What a channel has of a message that may have arrived: known by the key in its metadata."""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, Protocol

from slack_sdk.errors import SlackApiError
from slack_sdk.models.metadata import Metadata
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from daemon.notifier import DeliveryError, Message, Receipt
from daemon.notifiers.slack.answers import code_of

SAID = "meterwatch_alert"
NEWS = "meterwatch_news"

PAGE = 100
PAGES = 20
"""So many are read back at most: a channel that is busier cannot be asked."""
CLOCKS = timedelta(minutes=5)
"""How far Slack's clock may be behind ours."""
NO_THREAD = frozenset({"thread_not_found", "message_not_found", "channel_not_found"})

Json = Mapping[str, Any]


class Ask(Protocol):
    def __call__(self, *, cursor: str | None) -> Awaitable[AsyncSlackResponse]: ...


@dataclass(frozen=True, slots=True)
class Found:
    """A message whose words arrived."""

    receipt: Receipt
    whole: bool
    """Whether its pictures and files did too, which come after the words."""


def mark(message: Message, event_type: str = SAID) -> Metadata:
    """What a message is known again by. Its key holds what vendors wrote, of any length and in any
    letters: its digest is short, and comes back as it went."""
    return Metadata(event_type=event_type, event_payload={"key": _digest(message)})


async def find(client: AsyncWebClient, channel: str, message: Message) -> Found | None:
    """Where it stands; None where it did not arrive, or not all of its words."""
    if message.receipt is not None:
        edited, told = await _in_thread(client, message, message.receipt)
        if edited is not None:
            # Saying it again repeats the edit, which nobody sees, and adds the news that lacks.
            known = told or not message.wording.news
            return await _found(client, message, message.receipt, edited) if known else None
    return await _in_channel(client, channel, message)


async def _in_thread(
    client: AsyncWebClient, message: Message, receipt: Receipt
) -> tuple[Json | None, bool]:
    """Its message, where that was edited, and whether its news was told."""
    edited, told = None, False
    try:
        async for one in _thread(client, receipt):
            edited = one if _is(one, message, SAID) else edited
            told = told or _is(one, message, NEWS)
    except SlackApiError as error:
        if code_of(error) not in NO_THREAD:
            raise
    return edited, told


async def _in_channel(client: AsyncWebClient, channel: str, message: Message) -> Found | None:
    ask = partial(
        client.conversations_history,
        channel=channel,
        oldest=f"{(message.written_at - CLOCKS).timestamp():.6f}",
        limit=PAGE,
        include_all_metadata=True,
    )
    async for one in _all(ask):
        if _is(one, message, SAID):
            return await _found(client, message, Receipt(channel, str(one["ts"])), one)
    return None


async def _found(client: AsyncWebClient, message: Message, receipt: Receipt, one: Json) -> Found:
    blocks = one.get("blocks") or ()
    shown = not message.pictures or any(block.get("type") == "image" for block in blocks)
    return Found(receipt, shown and await _is_shared(client, message, receipt))


async def _is_shared(client: AsyncWebClient, message: Message, receipt: Receipt) -> bool:
    """Whether all of its files are in its thread."""
    lacking = {file.name for file in message.files}
    if lacking:
        async for one in _thread(client, receipt):
            lacking -= {str(file.get("name")) for file in one.get("files") or ()}
    return not lacking


def _thread(client: AsyncWebClient, receipt: Receipt) -> AsyncIterator[Json]:
    """A message, and what was said under it."""
    return _all(
        partial(
            client.conversations_replies,
            channel=receipt.place,
            ts=receipt.id,
            limit=PAGE,
            include_all_metadata=True,
        )
    )


async def _all(ask: Ask) -> AsyncIterator[Json]:
    cursor = None
    for _ in range(PAGES):
        answer = await ask(cursor=cursor)
        for one in answer["messages"]:
            yield one
        cursor = (answer.get("response_metadata") or {}).get("next_cursor")
        if not cursor:
            return
    raise DeliveryError("too much was said in the channel since to read it all back")


def _is(one: Json, message: Message, event_type: str) -> bool:
    metadata = one.get("metadata") or {}
    payload = metadata.get("event_payload") or {}
    key = payload.get("key")
    return bool(metadata.get("event_type") == event_type and key == _digest(message))


def _digest(message: Message) -> str:
    return hashlib.sha256(message.key.encode()).hexdigest()
