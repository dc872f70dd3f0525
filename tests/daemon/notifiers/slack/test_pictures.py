import asyncio
import logging
from dataclasses import replace
from datetime import timedelta

import pytest
from aiohttp import web

from daemon.clock import WallClock
from daemon.notifiers.slack.readback import mark
from daemon.sandbox.loopback import serve
from daemon.sandbox.slack.files import Files
from daemon.sandbox.slack.stand_in import Fault, SlackStandIn
from rules.alert import Change
from tests.daemon.notifiers.slack.told import CSV, PNG, TOKEN, circular, posting, told


@pytest.fixture
def slack():
    return SlackStandIn(WallClock(), token=TOKEN, paced=False)


def images(message):
    return [block for block in message.now.blocks if block["type"] == "image"]


def notes(message):
    return [
        block["elements"][0]["text"] for block in message.now.blocks if block["type"] == "context"
    ]


async def test_a_chart_is_shown_inside_the_message(slack):
    async with posting(slack) as send:
        await send(told(pictures=(PNG,)))

    [posted] = slack.messages
    [image] = images(posted)
    stored = slack.files.all[image["slack_file"]["id"]]
    assert image["alt_text"] == PNG.title
    assert (stored.name, stored.content, stored.title) == (PNG.name, PNG.content, PNG.title)
    assert posted.metadata == mark(told()).to_dict()


async def test_the_words_come_first_and_the_chart_when_it_is_there(slack):
    async with posting(slack) as send:
        await send(told(pictures=(PNG,)))

    first, last = slack.messages[0].versions
    assert first.blocks == tuple(block for block in last.blocks if block["type"] != "image")


async def test_a_chart_that_is_not_at_hand_yet_is_waited_for(slack):
    slack.workspace.files = Files(processing=2)
    async with posting(slack) as send:
        await send(told(pictures=(PNG,)))

    [posted] = slack.messages
    assert len(images(posted)) == 1


async def test_a_chart_that_never_is_at_hand_goes_into_the_thread(slack):
    slack.workspace.files = Files(processing=99)
    async with posting(slack) as send:
        receipt = await send(told(pictures=(PNG,)))

    posted, shared = slack.messages
    assert not images(posted)
    assert notes(posted) == ["The chart is in the thread."]
    assert (shared.thread, len(shared.files)) == (receipt.id, 1)


@pytest.mark.parametrize(
    "fault",
    [
        Fault(200, '{"ok": false, "error": "missing_scope"}'),
        Fault(200, '{"ok": true}'),
        Fault(200, "[]"),
        Fault(500, "", content_type="text/plain"),
        Fault(dropped=True),
    ],
)
@pytest.mark.parametrize("method", ["files.getUploadURLExternal", "files.completeUploadExternal"])
async def test_an_upload_that_fails_leaves_the_words_and_a_note(slack, caplog, fault, method):
    """Fault 40."""
    slack.faults += [replace(fault, method=method)] * 2
    async with posting(slack) as send:
        receipt = await send(told(pictures=(PNG,)))

    [posted] = slack.messages
    assert receipt.id == posted.ts
    assert not images(posted)
    [note] = notes(posted)
    assert note.startswith("chart.png could not be attached: ")
    assert "slack shows no picture" in caplog.text


async def test_a_chart_whose_edit_fails_is_in_the_thread(slack):
    """Fault 40."""
    slack.faults += [Fault(503, method="chat.update")]
    async with posting(slack) as send:
        await send(told(pictures=(PNG,)))

    assert notes(slack.messages[0]) == ["The chart is in the thread."]
    assert slack.messages[1].files


async def test_an_upload_that_is_refused_says_how(slack):
    """Fault 40."""

    async def refuse(request):
        return web.Response(status=413)

    full = web.Application()
    full.router.add_post("/upload", refuse)
    async with serve(full) as elsewhere:
        granted = f'{{"ok": true, "file_id": "F1", "upload_url": "{elsewhere}/upload"}}'
        slack.faults.append(Fault(200, granted, method="files.getUploadURLExternal"))
        async with posting(slack) as send:
            await send(circular(files=(CSV,)))

    assert notes(slack.messages[0]) == [
        "allocation.csv could not be attached: the upload was answered HTTP 413"
    ]


async def test_an_upload_that_hangs_does_not_hold_the_message(slack, caplog):
    """Fault 40."""

    async def hang(request):
        await asyncio.Event().wait()

    slow = web.Application()
    slow.router.add_post("/upload", hang)
    async with serve(slow) as elsewhere:
        granted = f'{{"ok": true, "file_id": "F1", "upload_url": "{elsewhere}/upload"}}'
        slack.faults.append(Fault(200, granted, method="files.getUploadURLExternal"))
        async with posting(slack, timeout=timedelta(seconds=0.2)) as send:
            receipt = await send(told(pictures=(PNG,)))

    assert receipt.id == slack.messages[0].ts
    assert caplog.messages == ["slack took the message, and its pictures not in time"]


async def test_the_address_to_upload_to_is_in_no_log(slack, caplog):
    caplog.set_level(logging.INFO)
    granted = '{"ok": true, "file_id": "F1", "upload_url": "http://127.0.0.1:1/ticket"}'
    slack.faults += [Fault(200, granted, method="files.getUploadURLExternal")] * 2
    async with posting(slack) as send:
        await send(told(pictures=(PNG,)))

    assert "ticket" not in caplog.text
    assert "ticket" not in str(slack.messages[0].now.blocks)


async def test_an_edited_message_shows_the_newer_chart(slack):
    async with posting(slack) as send:
        opened = await send(told(pictures=(PNG,)))
        newer = replace(PNG, content=PNG.content + b" more")
        await send(told(Change.WORSENED, receipt=opened, pictures=(newer,)))

    [image] = images(slack.messages[0])
    assert slack.files.all[image["slack_file"]["id"]].content == newer.content


async def test_the_files_of_a_report_go_into_its_thread(slack):
    async with posting(slack) as send:
        receipt = await send(circular(pictures=(PNG,), files=(CSV,)))

    posted, shared = slack.messages
    [stored] = [slack.files.all[one] for one in shared.files]
    assert shared.thread == receipt.id
    assert (stored.name, stored.content) == (CSV.name, CSV.content)
    assert len(images(posted)) == 1
    assert notes(posted) == []


async def test_a_file_that_is_not_taken_is_named(slack):
    slack.faults += [
        Fault(200, '{"ok": false, "error": "file_upload_size_restricted"}', method=method)
        for method in ("files.getUploadURLExternal",)
    ]
    async with posting(slack) as send:
        await send(circular(files=(CSV,)))

    assert notes(slack.messages[0]) == [
        "allocation.csv could not be attached: slack answered file_upload_size_restricted"
    ]


async def test_a_message_in_plain_words_has_its_chart_in_the_thread(slack):
    """Fault 38."""
    slack.faults.append(Fault(200, '{"ok": false, "error": "invalid_blocks"}'))
    async with posting(slack) as send:
        receipt = await send(told(pictures=(PNG,)))

    posted, shared = slack.messages
    assert posted.now.blocks == ()
    assert len(posted.versions) == 1
    assert shared.thread == receipt.id
