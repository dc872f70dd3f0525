"""Messages from a Slack bot, which edits what it said when an alert is over."""

import asyncio
import logging
import re
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Protocol, TypeVar

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.models.blocks import Block
from slack_sdk.models.metadata import Metadata
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from daemon.http import Http
from daemon.notifier import DeliveryError, DeliveryRefused, Letter, Receipt
from daemon.notifiers.slack.answers import GONE, SCOPES, UNFIT, code_in, failure
from daemon.notifiers.slack.blocks import Message, message
from daemon.secret import Secret
from daemon.text import one_line
from rules.alert import Change

log = logging.getLogger(__name__)

Outcome = TypeVar("Outcome")


class Call(Protocol):
    """A method of Slack's that carries a message, with the place to put it already filled in."""

    async def __call__(
        self, *, text: str, blocks: Sequence[Block], metadata: Metadata
    ) -> AsyncSlackResponse: ...


@dataclass(frozen=True, slots=True)
class Slack:
    """A bot that posts into one channel. Its app needs the scope chat:write, nothing more."""

    token: Secret
    """The bot token, which begins with xoxb-. In Slack: your app > OAuth & Permissions."""
    channel: str
    """The channel's id, such as C0123456789. In Slack: channel name > About > Channel ID."""
    url: str = "https://slack.com/api/"
    """Where Slack's Web API answers."""
    timeout: timedelta = timedelta(seconds=20)
    """How long a delivery may take in all."""

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[CGD][A-Z0-9]{2,}", self.channel):
            raise ValueError(
                f"expected a channel's id such as C0123456789, found {self.channel!r}: a name can "
                "be given to another channel, an id cannot; find it in Slack under "
                "channel name > About > Channel ID"
            )

    async def send(self, http: Http, letter: Letter) -> Receipt:
        delivery = self._deliver(self._client(http), letter)
        return await self._answered(delivery, f"the channel {self.channel}")

    async def probe(self, http: Http) -> str:
        answer = await self._answered(self._client(http).auth_test(), "the token")
        _check_scopes(answer)
        who, where = one_line(str(answer.get("user"))), one_line(str(answer.get("team")))
        return f"signed in to {where} as {who}; only a message shows if it may post"

    async def _answered(self, call: Awaitable[Outcome], to: str) -> Outcome:
        """What Slack answers in time, or why it does not; `to` says whom we asked."""
        try:
            async with asyncio.timeout(self.timeout.total_seconds()):
                return await call
        except TimeoutError as error:
            wait = f"{self.timeout.total_seconds():g} s"
            raise DeliveryError(f"slack did not answer within {wait}") from error
        except SlackApiError as error:
            raise _failure(error, to) from error
        except (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError) as error:
            raise DeliveryRefused(f"{self.url!r} is no address: check `url`") from error
        except (SlackClientError, aiohttp.ClientError, OSError) as error:
            raise DeliveryError(f"slack was not reached: {error}") from error
        except (AttributeError, ValueError) as error:
            # What slack_sdk raises of a reply with status 200 that is no JSON object at all.
            raise DeliveryError("slack answered something that is not its API's") from error

    def _client(self, http: Http) -> AsyncWebClient:
        client = AsyncWebClient(
            token=self.token.reveal(),
            base_url=self.url,
            session=http.session,
            retry_handlers=[],  # the outbox retries, and remembers that it did
        )
        client.proxy = None  # the session knows of proxies; slack_sdk would ask the environment
        return client

    async def _deliver(self, client: AsyncWebClient, letter: Letter) -> Receipt:
        said = message(letter)
        if letter.receipt is not None and letter.event.change is not Change.OPENED:
            edited = await self._edit(client, letter, letter.receipt, said)
            if edited is not None:
                if letter.event.change is Change.WORSENED:
                    await self._call_out(client, letter, edited, said)
                return edited
        post = partial(
            client.chat_postMessage, channel=self.channel, unfurl_links=False, unfurl_media=False
        )
        return _receipt(await _say(post, letter, said), self.channel)

    async def _call_out(
        self, client: AsyncWebClient, letter: Letter, receipt: Receipt, said: Message
    ) -> None:
        """An edit notifies nobody. What is worse is said in the message's thread as well, and in
        the channel: a thread alone is heard only by those who follow it.

        It comes after the edit, which may be repeated: a crash in between says it once all the
        same.
        """
        await client.chat_postMessage(
            channel=receipt.place,
            thread_ts=receipt.id,
            reply_broadcast=True,
            text=said.text,
            metadata=_metadata(letter),
            unfurl_links=False,
            unfurl_media=False,
        )

    async def _edit(
        self, client: AsyncWebClient, letter: Letter, receipt: Receipt, said: Message
    ) -> Receipt | None:
        """None where the message is gone, or is no longer ours to edit."""
        edit = partial(client.chat_update, channel=receipt.place, ts=receipt.id)
        try:
            return _receipt(await _say(edit, letter, said), receipt.place)
        except SlackApiError as error:
            if _code(error) not in GONE:
                raise
            log.info("message cannot be edited, posting a new one", extra={"code": _code(error)})
            return None


async def _say(call: Call, letter: Letter, said: Message) -> AsyncSlackResponse:
    """Say it with blocks, and where Slack refuses the layout, once more in plain words."""
    metadata = _metadata(letter)
    try:
        return await call(text=said.text, blocks=said.blocks, metadata=metadata)
    except SlackApiError as error:
        if _code(error) not in UNFIT:
            raise
        log.warning("slack refused the layout", extra={"code": _code(error), "key": letter.key})
    # An edit keeps the old blocks unless it is given none: an empty list, not nothing at all.
    return await call(text=said.plain, blocks=(), metadata=metadata)


def _metadata(letter: Letter) -> Metadata:
    return Metadata(event_type="meterwatch_alert", event_payload={"key": letter.key})


def _check_scopes(answer: AsyncSlackResponse) -> None:
    """Slack names a token's scopes in a header; one that stands in for it may not."""
    scopes = answer.headers.get("x-oauth-scopes")
    if scopes is not None and "chat:write" not in {one.strip() for one in scopes.split(",")}:
        raise DeliveryRefused(f"the token has the scopes {one_line(scopes, 200)!r}: {SCOPES}")


def _receipt(answer: AsyncSlackResponse, channel: str) -> Receipt:
    place, ts = answer.get("channel"), answer.get("ts")
    return Receipt(str(place or channel), str(ts or ""))


def _code(error: SlackApiError) -> str | None:
    data = getattr(error.response, "data", None)
    return code_in(data.get("error")) if isinstance(data, dict) else None


def _failure(error: SlackApiError, to: str) -> DeliveryError:
    # Where the body was no JSON, slack_sdk hands over aiohttp's response instead of its own.
    answer = error.response
    status: int = getattr(answer, "status_code", 0) or getattr(answer, "status", 0)
    return failure(_code(error), status, getattr(answer, "headers", {}), to)
