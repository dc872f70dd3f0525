"""Whatever is posted to by us: what notifiers share. Their own tests ask the rest."""

import pytest

from daemon.clock import WallClock
from daemon.hook import Hook
from daemon.http import Http
from daemon.notifier import DeliveryError, DestinationDown
from daemon.sandbox.faults import Canned
from daemon.sandbox.loopback import serve
from daemon.sandbox.webhook import WebhookStandIn
from daemon.secret import Secret


@pytest.fixture
def stand_in() -> WebhookStandIn:
    return WebhookStandIn(WallClock())


async def test_a_yes_is_handed_back(http: Http, stand_in: WebhookStandIn) -> None:
    async with serve(stand_in.app()) as url:
        reply = await Hook("it", url, {"X-A": "1"}).post(http, b"{}", {"X-B": "2"})

    assert reply.body == b"ok"
    assert (stand_in.posts[0].headers["X-A"], stand_in.posts[0].headers["X-B"]) == ("1", "2")


async def test_a_question_that_changes_nothing_is_never_unknown(
    http: Http, stand_in: WebhookStandIn
) -> None:
    stand_in.answers.canned.append(Canned(200, "half", cut=True))
    async with serve(stand_in.app()) as url:
        with pytest.raises(DeliveryError) as error:
            await Hook("it", url).get(http)

    assert type(error.value) is DeliveryError


@pytest.mark.parametrize("secret", ["hush", ""])
async def test_its_words_are_one_short_line_without_a_key(
    http: Http, stand_in: WebhookStandIn, secret: str
) -> None:
    stand_in.answers.canned.append(Canned(403, "no\nhush " + 400 * "x"))
    async with serve(stand_in.app()) as url:
        with pytest.raises(DestinationDown) as error:
            await Hook("it", url, secrets=(Secret("hush"), Secret(secret))).post(http, b"")

    assert str(error.value).startswith("it answered 403: no *** xxx")
    assert str(error.value).endswith("…; check `url`")
    assert len(str(error.value)) < 220


async def test_silence_in_its_words_is_said(http: Http, stand_in: WebhookStandIn) -> None:
    stand_in.answers.canned.append(Canned(410))
    async with serve(stand_in.app()) as url:
        with pytest.raises(DestinationDown, match="answered 410: without a word; check"):
            await Hook("it", url).post(http, b"")


async def test_a_line_break_in_a_header_waits_for_a_person(
    http: Http, stand_in: WebhookStandIn
) -> None:
    async with serve(stand_in.app()) as url:
        with pytest.raises(DestinationDown, match="line break") as error:
            await Hook("it", url, {"X-Key": "hu\nsh"}).post(http, b"")

    assert "hu" not in str(error.value)
