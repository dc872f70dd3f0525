"""Messages through a Slack incoming webhook: one address, nothing to edit afterwards."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

import aiohttp
from slack_sdk.models.blocks import Block
from slack_sdk.webhook import WebhookResponse
from slack_sdk.webhook.async_client import AsyncWebhookClient

from daemon.http import Http
from daemon.notifier import DeliveryUnknown, DestinationDown, Message
from daemon.notifiers.slack.answers import UNFIT, broken, code_in, failure
from daemon.notifiers.slack.blocks import said
from daemon.secret import Secret

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SlackWebhook:
    """Posts to the channel its address was made for. It cannot edit: an end is a new message. It
    carries no pictures and no files, and nobody can ask it what it has."""

    follows: ClassVar[bool] = False
    spacing: ClassVar[timedelta] = timedelta(seconds=1)

    url: Secret
    """The address, which is a secret: https://hooks.slack.com/services/T…/B…/…"""
    timeout: timedelta = timedelta(seconds=20)
    """How long a delivery may take in all."""

    async def send(self, http: Http, message: Message) -> None:
        try:
            async with asyncio.timeout(self.timeout.total_seconds()):
                answer = await self._deliver(self._client(http), message)
        except TimeoutError as error:
            wait = f"{self.timeout.total_seconds():g} s"
            raise DeliveryUnknown(f"slack did not answer within {wait}") from error
        # Nothing below keeps its cause: aiohttp's errors may quote the address.
        except (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError):
            raise DestinationDown(
                "expected an address such as https://hooks.slack.com/services/…, found something "
                "else (a secret, not shown): check `url`"
            ) from None
        except (aiohttp.ClientError, OSError) as error:
            raise broken(error) from None
        if not _delivered(answer):
            raise failure(_code(answer), answer.status_code, answer.headers, "the webhook")

    async def probe(self, http: Http) -> None:
        """A webhook takes messages and nothing else."""

    def _client(self, http: Http) -> AsyncWebhookClient:
        client = AsyncWebhookClient(
            self.url.reveal(),
            session=http.session,
            retry_handlers=[],  # the outbox retries, and remembers that it did
            # slack_sdk writes the address, a secret, to its debug log: this logger has no readers.
            logger=logging.Logger("slack_sdk.webhook", logging.CRITICAL),  # noqa: LOG001
        )
        client.proxy = None  # the session knows of proxies; slack_sdk would ask the environment
        return client

    async def _deliver(self, client: AsyncWebhookClient, message: Message) -> WebhookResponse:
        words = said(message)
        left_out = [f"{one.name} cannot come through a webhook." for one in message.files]
        answer = await _say(client, words.text, words.blocks(notes=left_out))
        if _code(answer) not in UNFIT:
            return answer
        log.warning("slack refused the layout", extra={"code": _code(answer), "key": message.key})
        return await _say(client, words.plain, ())


async def _say(client: AsyncWebhookClient, text: str, blocks: Sequence[Block]) -> WebhookResponse:
    return await client.send(
        text=text, blocks=blocks or None, unfurl_links=False, unfurl_media=False
    )


def _delivered(answer: WebhookResponse) -> bool:
    """Services that imitate Slack say yes in other words than "ok"; a page is a proxy's no."""
    return 200 <= answer.status_code < 300 and not answer.body.lstrip().startswith("<")


def _code(answer: WebhookResponse) -> str | None:
    return None if _delivered(answer) else code_in(answer.body.strip())
