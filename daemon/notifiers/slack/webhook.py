"""Messages through a Slack incoming webhook: one address, nothing to edit afterwards."""

import json
import logging
from asyncio import get_running_loop
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from slack_sdk.models.blocks import Block

from daemon.http import Call, Http, HttpError, HttpRefused, Reply
from daemon.notifier import DeliveryError, DeliveryUnknown, DestinationDown, Message
from daemon.notifiers.slack.answers import UNFIT, code_in, failure
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
        until = get_running_loop().time() + self.timeout.total_seconds()
        words = said(message)
        left_out = [f"{one.name} cannot come through a webhook." for one in message.files]
        answer = await self._say(http, words.text, words.blocks(notes=left_out), until)
        if _code(answer) in UNFIT:
            extra = {"code": _code(answer), "key": message.key}
            log.warning("slack refused the layout", extra=extra)
            answer = await self._say(http, words.plain, (), until)
        if not _delivered(answer):
            raise failure(_code(answer), answer.status, answer.headers, "the webhook")

    async def probe(self, http: Http) -> None:
        """A webhook takes messages and nothing else."""

    async def _say(self, http: Http, text: str, blocks: Sequence[Block], until: float) -> Reply:
        """By our own way out, which knows whether a message left before it failed: nobody can ask
        a webhook what it has."""
        told: dict[str, object] = {"text": text, "unfurl_links": False, "unfurl_media": False}
        if blocks:
            told["blocks"] = [one.to_dict() for one in blocks]
        within = timedelta(seconds=until - get_running_loop().time())
        headers = {"Content-Type": "application/json"}
        url, content = self.url.reveal().strip(), json.dumps(told).encode()
        try:
            return await http.send(Call(url, (), headers, content, within))
        except HttpRefused as error:
            raise DestinationDown(
                f"slack cannot be reached: {error}; check `url` (a secret, not shown)"
            ) from error
        except HttpError as error:
            if error.left:
                raise DeliveryUnknown(f"slack did not answer: {error}") from error
            raise DeliveryError(f"slack was not reached: {error}") from error


def _delivered(answer: Reply) -> bool:
    """Services that imitate Slack say yes in other words than "ok"; a page is a proxy's no."""
    return 200 <= answer.status < 300 and not answer.body.lstrip().startswith(b"<")


def _code(answer: Reply) -> str | None:
    return None if _delivered(answer) else code_in(answer.body.decode(errors="replace").strip())
