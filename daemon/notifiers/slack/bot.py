"""Messages from a Slack bot, which edits what it said as an alert changes."""

import asyncio
import logging
import re
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import ClassVar, Protocol, TypeVar

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.models.blocks import Block
from slack_sdk.models.metadata import Metadata
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from daemon.http import Http
from daemon.notifier import DeliveryRefused, DeliveryUnknown, DestinationDown, Message, Receipt
from daemon.notifiers.slack.answers import ADVICE, GONE, SHUT, UNFIT, broken, code_of, refusal
from daemon.notifiers.slack.blocks import Said, news, said
from daemon.notifiers.slack.buttons import Press
from daemon.notifiers.slack.escaped import escape
from daemon.notifiers.slack.pictures import Standing, adorn
from daemon.notifiers.slack.readback import NEWS, find, mark
from daemon.notifiers.slack.scopes import HISTORY, survey
from daemon.secret import Secret
from rules.alert import Change

log = logging.getLogger(__name__)

Outcome = TypeVar("Outcome")

LOUD = (Change.WORSENED, Change.REMINDED, Change.ESCALATED)
"""Of these the whole channel hears, and not only those who follow the thread."""
WHISPER = 1000
UNREADABLE = {
    "missing_scope": f"the app lacks the scope {HISTORY}",
    "not_in_channel": "the bot is not in the channel",
}
"""Why a channel cannot be read. Whether it takes a message all the same, only a message shows."""


class Call(Protocol):
    """A method of Slack's that carries a message, with the place to put it already filled in."""

    async def __call__(
        self, *, text: str, blocks: Sequence[Block], metadata: Metadata
    ) -> AsyncSlackResponse: ...


@dataclass(frozen=True, slots=True)
class Slack:
    """A bot that posts into one channel. Its app needs the scope chat:write; files:write for
    charts; channels:history, or groups:history in a private channel, to look before it repeats."""

    follows: ClassVar[bool] = True
    spacing: ClassVar[timedelta] = timedelta(seconds=1)
    picture_waits: ClassVar[Sequence[float]] = (1.0, 2.0, 4.0)

    token: Secret
    """The bot token, which begins with xoxb-. In Slack: your app > OAuth & Permissions."""
    channel: str
    """The channel's id, such as C0123456789. In Slack: channel name > About > Channel ID."""
    url: str = "https://slack.com/api/"
    """Where Slack's Web API answers."""
    timeout: timedelta = timedelta(seconds=20)
    """How long a delivery may take in all; as long again for its pictures."""
    app_token: Secret | None = None
    """The app-level token for buttons, which begins with xapp-. Left out: no buttons."""
    people: tuple[str, ...] = ()
    """The ids of those who may press the buttons, such as U0123456789. Goes with `app_token`."""

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[CGD][A-Z0-9]{2,}", self.channel):
            raise ValueError(
                f"expected a channel's id such as C0123456789, found {self.channel!r}: a name can "
                "be given to another channel, an id cannot; find it in Slack under "
                "channel name > About > Channel ID"
            )
        for person in self.people:
            if not re.fullmatch(r"[UW][A-Z0-9]{2,}", person):
                raise ValueError(
                    f"expected users' ids such as U0123456789 in `people`, found {person!r}: find "
                    "one in Slack under somebody's profile > ⋮ > Copy member ID"
                )
        if (self.app_token is None) == bool(self.people):
            found = "no `people`" if self.app_token else "no `app_token`"
            raise ValueError(
                f"expected `app_token` and `people` together, found {found}: give the ids of those "
                "who may press the buttons, or neither for messages without buttons"
            )

    async def send(self, http: Http, message: Message) -> Receipt:
        delivery = self._deliver(self._client(http), message)
        standing = await self._answered(delivery, self._where)
        if message.pictures or message.files:
            await self._adorn(standing, message)
        return standing.receipt

    async def find(self, http: Http, message: Message) -> Receipt | None:
        """`DeliveryRefused` where the bot may not read the channel: nobody will ever know.

        Where only the words arrived, what goes with them is brought now.
        """
        client = self._client(http)
        reading = find(client, self.channel, message)
        try:
            found = await self._answered(_allowed(reading), self._where)
        except (KeyError, TypeError) as error:
            raise DeliveryUnknown("slack answered something that is not its API's") from error
        if found is None or found.whole:
            return None if found is None else found.receipt
        words = self._said(replace(message, repeats=False))
        standing = Standing(client, found.receipt, words, mark(message), self.picture_waits)
        await self._adorn(standing, message)
        return found.receipt

    async def probe(self, http: Http) -> str:
        client = self._client(http)
        surveyed = survey(client, self.channel, buttons=self.app_token is not None)
        return await self._answered(surveyed, self._where)

    async def whisper(self, http: Http, press: Press, words: str) -> None:
        """Tell whoever pressed a button what came of it, and nobody else."""
        call = self._client(http).chat_postEphemeral(
            channel=press.channel,
            user=press.user,
            text=escape(words, WHISPER),
            thread_ts=press.thread,
        )
        await self._answered(call, self._where)

    @property
    def _where(self) -> str:
        return f"the channel {self.channel}"

    async def _answered(self, call: Awaitable[Outcome], to: str) -> Outcome:
        """What Slack answers in time, or why it does not; `to` says whom we asked."""
        try:
            async with asyncio.timeout(self.timeout.total_seconds()):
                return await call
        except TimeoutError as error:
            wait = f"{self.timeout.total_seconds():g} s"
            raise DeliveryUnknown(f"slack did not answer within {wait}") from error
        except SlackApiError as error:
            raise refusal(error, to) from error
        except (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError) as error:
            raise DestinationDown(f"{self.url!r} is no address: check `url`") from error
        except (aiohttp.ClientError, OSError) as error:
            raise broken(error) from None
        except (AttributeError, ValueError, SlackClientError) as error:
            # What slack_sdk raises of a reply with status 200 that is no JSON object at all.
            raise DeliveryUnknown("slack answered something that is not its API's") from error

    def _client(self, http: Http) -> AsyncWebClient:
        return client_of(http, self.url, self.token.reveal())

    def _said(self, message: Message) -> Said:
        return said(message, pressable=self.app_token is not None)

    async def _deliver(self, client: AsyncWebClient, message: Message) -> Standing:
        standing = partial(Standing, client, metadata=mark(message), waits=self.picture_waits)
        if message.receipt is not None:
            edited = await self._go_on(client, message, message.receipt)
            if edited is not None:
                return standing(receipt=message.receipt, said=edited)
        post = partial(
            client.chat_postMessage, channel=self.channel, unfurl_links=False, unfurl_media=False
        )
        answer, spoken = await _say(post, self._said(message), message)
        return standing(receipt=_receipt(answer, self.channel), said=spoken)

    async def _go_on(
        self, client: AsyncWebClient, message: Message, receipt: Receipt
    ) -> Said | None:
        """What the message that stands there says now; None where only a new one can say it."""
        edit = partial(client.chat_update, channel=receipt.place, ts=receipt.id)
        try:
            _, edited = await _say(edit, self._said(message), message)
            await self._tell_thread(client, message, receipt)
        except SlackApiError as error:
            code = code_of(error)
            # Of a channel that was left for another, nothing needs a person any more.
            left = receipt.place != self.channel and code in ADVICE
            if not left and code not in GONE | SHUT:
                raise
            log.info("no message can follow there, posting a new one", extra={"code": code})
            return None
        return edited

    async def _tell_thread(
        self, client: AsyncWebClient, message: Message, receipt: Receipt
    ) -> None:
        """An edit notifies nobody. What is new is said in the message's thread as well, and what
        is grave in the channel: a thread alone is heard only by those who follow it.

        It comes after the edit, which may be repeated: a crash in between says it once all the
        same. Whether it was said is read back, by its mark, before a message is tried again.
        """
        if line := news(message):
            await client.chat_postMessage(
                channel=receipt.place,
                thread_ts=receipt.id,
                reply_broadcast=_is_loud(message),
                text=line,
                metadata=mark(message, NEWS),
                unfurl_links=False,
                unfurl_media=False,
            )

    async def _adorn(self, standing: Standing, message: Message) -> None:
        try:
            async with asyncio.timeout(self.timeout.total_seconds()):
                await adorn(standing, message)
        except TimeoutError:
            log.warning("slack took the message, and its pictures not in time")


def client_of(http: Http, url: str, token: str | None = None) -> AsyncWebClient:
    client = AsyncWebClient(
        token=token,
        base_url=url,
        session=http.session,
        retry_handlers=[],  # the outbox retries, and remembers that it did
        logger=unread(),
    )
    client.proxy = None  # the session knows of proxies; slack_sdk would ask the environment
    return client


def unread() -> logging.Logger:
    """A log without readers: slack_sdk writes down addresses that let anybody in who has them."""
    return logging.Logger("slack_sdk", logging.CRITICAL)  # noqa: LOG001


async def _say(call: Call, words: Said, message: Message) -> tuple[AsyncSlackResponse, Said]:
    """Say it with blocks, and where Slack refuses the layout, once more in plain words."""
    metadata = mark(message)
    try:
        return await call(text=words.text, blocks=words.blocks(), metadata=metadata), words
    except SlackApiError as error:
        if code_of(error) not in UNFIT:
            raise
        extra = {"code": code_of(error), "key": message.key}
        log.warning("slack refused the layout", extra=extra)
    # An edit may keep the old blocks unless it is given none: an empty list, not nothing at all.
    bare = words.bare()
    return await call(text=bare.text, blocks=(), metadata=metadata), bare


async def _allowed(reading: Awaitable[Outcome]) -> Outcome:
    try:
        return await reading
    except SlackApiError as error:
        lacks = UNREADABLE.get(code_of(error) or "")
        if lacks is None:
            raise
        raise DeliveryRefused(f"{lacks}: nobody can look") from error


def _is_loud(message: Message) -> bool:
    return any(
        one.event.change in LOUD and one.alert not in message.unchanged for one in message.letters
    )


def _receipt(answer: AsyncSlackResponse, channel: str) -> Receipt:
    place, ts = answer.get("channel"), answer.get("ts")
    return Receipt(str(place or channel), str(ts or ""))
