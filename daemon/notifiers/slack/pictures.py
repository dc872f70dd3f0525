"""Pictures and files that go with a message: uploaded, then shown in it or in its thread."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from slack_sdk.errors import SlackApiError
from slack_sdk.models.blocks import ImageBlock
from slack_sdk.models.metadata import Metadata
from slack_sdk.web.async_client import AsyncWebClient

from daemon.message import File
from daemon.notifier import Message, Receipt
from daemon.notifiers.slack.answers import ODD, code_of
from daemon.notifiers.slack.blocks import Said, picture

log = logging.getLogger(__name__)

TITLE = 200
IN_THE_THREAD = "The chart is in the thread."


class NotTaken(Exception):
    """An upload that Slack did not take."""


TROUBLE = (NotTaken, *ODD)
"""What an upload may end in: nothing of it is worth a failed message."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A message that was said already, and how to edit it."""

    client: AsyncWebClient
    receipt: Receipt
    said: Said
    metadata: Metadata
    waits: Sequence[float]
    """How long to wait, in seconds, each time that an uploaded picture is not at hand yet."""

    async def show(self, pictures: Sequence[ImageBlock], notes: Sequence[str]) -> None:
        await self.client.chat_update(
            channel=self.receipt.place,
            ts=self.receipt.id,
            text=self.said.text,
            blocks=self.said.blocks(pictures, notes),
            metadata=self.metadata,
        )

    async def show_once_ready(self, pictures: Sequence[ImageBlock]) -> None:
        """Slack refuses blocks that show a file until it is done with it, which takes about a
        second: https://github.com/slackapi/python-slack-sdk/issues/1521"""
        for wait in self.waits:
            try:
                return await self.show(pictures, ())
            except SlackApiError as error:
                if code_of(error) != "invalid_blocks":
                    raise
            await asyncio.sleep(wait)
        return await self.show(pictures, ())


async def adorn(standing: Standing, message: Message) -> None:
    """Show the pictures inside a message that stands, and its files in the thread.

    What fails is said in small print under the message. It never raises what Slack answers: the
    words have arrived.
    """
    shown = await _shown(standing, message.pictures)
    unseen = () if shown else message.pictures
    notes = [await _shared(standing, one, IN_THE_THREAD) for one in unseen]
    notes += [await _shared(standing, one, "") for one in message.files]
    if any(notes) and not standing.said.bared:
        try:
            await standing.show(shown, [note for note in dict.fromkeys(notes) if note])
        except TROUBLE as error:
            log.warning("slack took no note under a message: %s", _why(error))


async def _shown(standing: Standing, pictures: Sequence[File]) -> tuple[ImageBlock, ...]:
    """Those that stand inside the message now: all, or none."""
    if not pictures:
        return ()
    try:
        if standing.said.bared:
            raise NotTaken("its layout was refused")
        ids = [await _upload(standing.client, one) for one in pictures]
        blocks = tuple(picture(id_, one.title) for id_, one in zip(ids, pictures, strict=True))
        await standing.show_once_ready(blocks)
    except TROUBLE as error:
        log.warning("slack shows no picture inside the message: %s", _why(error))
        return ()
    return blocks


async def _shared(standing: Standing, file: File, note: str) -> str:
    """Put it into the thread; answers what there is to say of that."""
    try:
        await _upload(standing.client, file, standing.receipt)
    except TROUBLE as error:
        log.warning("slack did not take %s: %s", file.name, _why(error))
        return f"{file.name} could not be attached: {_why(error)}"
    return note


async def _upload(client: AsyncWebClient, file: File, under: Receipt | None = None) -> str:
    """Three calls, as Slack wants it; answers the file's id. Without a thread to put it under, the
    file stays the bot's own until a message shows it."""
    granted = await client.files_getUploadURLExternal(
        filename=file.name, length=len(file.content), alt_txt=file.title[:TITLE]
    )
    if client.session is None:
        raise NotTaken("no connection")
    async with client.session.post(
        granted["upload_url"], data=file.content, allow_redirects=False
    ) as answer:
        if answer.status != 200:
            raise NotTaken(f"the upload was answered HTTP {answer.status}")
    done = await client.files_completeUploadExternal(
        files=[{"id": granted["file_id"], "title": file.title[:TITLE] or file.name}],
        channel_id=under.place if under else None,
        thread_ts=under.id if under else None,
    )
    return str(done["files"][0]["id"])


def _why(error: Exception) -> str:
    """In a word; never aiohttp's own, which may quote an address that lets anybody upload."""
    if isinstance(error, SlackApiError):
        return f"slack answered {code_of(error) or 'something odd'}"
    return str(error) if isinstance(error, NotTaken) else type(error).__name__
