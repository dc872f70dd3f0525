"""Against the stand-in, and, where it is installed, against Alertmanager itself."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from daemon.clock import WallClock
from daemon.http import Call, Http, open_http
from daemon.message import Tone
from daemon.notifier import (
    DeliveryError,
    DeliveryRefused,
    DeliveryUnknown,
    DestinationDown,
    Repeats,
)
from daemon.notifiers.alertmanager import Alertmanager
from daemon.notifiers.webhook import body
from daemon.sandbox.alertmanager import AlertmanagerStandIn
from daemon.sandbox.faults import Canned
from daemon.sandbox.loopback import serve
from daemon.sandbox.webhook import WebhookStandIn
from daemon.secret import Secret
from daemon.wording.labelled import fingerprint, labelled
from rules.alert import Change
from rules.series import Series, labels_of
from tests.alertmanager import alertmanager
from tests.fakes import HandClock
from tests.make import AT, HOUR, alert, event, letter, message

NEWS = message(letter())
OVER = message(letter(Change.RESOLVED))


@pytest.fixture
def clock() -> HandClock:
    return HandClock(AT + 3 * HOUR)


@pytest.fixture
def stand_in(clock: HandClock) -> AlertmanagerStandIn:
    return AlertmanagerStandIn(clock)


async def failure(http: Http, *urls: str) -> DeliveryError:
    with pytest.raises(DeliveryError) as error:
        await Alertmanager(urls).send(http, NEWS)
    return error.value


async def test_an_alert_fires_until_its_end_is_told(
    http: Http, stand_in: AlertmanagerStandIn
) -> None:
    async with serve(stand_in.app()) as url:
        notifier = Alertmanager((url,))
        await notifier.send(http, NEWS)
        [firing] = stand_in.firing()
        await notifier.send(http, OVER)

    assert firing.name == "voice-spike"
    assert firing.start == AT
    assert stand_in.firing() == []
    assert next(iter(stand_in.alerts.values())).end == AT + 2 * HOUR


async def test_what_nobody_repeats_is_over_by_itself(
    http: Http, stand_in: AlertmanagerStandIn, clock: HandClock
) -> None:
    async with serve(stand_in.app()) as url:
        notifier = Alertmanager((url,))
        await notifier.send(http, NEWS)
        for _ in range(10):
            clock.at += notifier.refresh_every
            await notifier.refresh(http, [letter()])
        still = stand_in.firing()
        clock.at += timedelta(minutes=5)

    assert isinstance(notifier, Repeats)
    assert len(still) == 1
    assert stand_in.firing() == []


async def test_nothing_is_said_again_where_nothing_fires(http: Http) -> None:
    await Alertmanager(("http://127.0.0.1:1",)).refresh(http, [])


async def test_of_a_cluster_each_is_told_and_one_that_is_gone_is_left_out(
    http: Http, clock: HandClock, caplog: pytest.LogCaptureFixture
) -> None:
    one, other = AlertmanagerStandIn(clock), AlertmanagerStandIn(clock)
    async with serve(one.app()) as here, serve(other.app()) as there:
        notifier = Alertmanager((here, "http://127.0.0.1:1", there))
        await notifier.send(http, NEWS)

        assert await notifier.probe(http) == "Alertmanager 0.25.0 answered; 1 of 3 did not"
    assert len(one.firing()) == len(other.firing()) == 1
    assert "one Alertmanager of several did not take it" in caplog.text


@pytest.mark.parametrize(
    ("canned", "kind"),
    [
        (Canned(503, "starting"), DeliveryError),
        (Canned(429, "slow down"), DeliveryError),
        (Canned(401, "no"), DestinationDown),
        (Canned(404, "no such page"), DestinationDown),
        (Canned(400, "start time must be before end time"), DeliveryRefused),
        (Canned(200, "half", cut=True), DeliveryUnknown),
    ],
)
async def test_an_answer_that_is_no_yes_says_what_to_do(
    http: Http, stand_in: AlertmanagerStandIn, canned: Canned, kind: type[DeliveryError]
) -> None:
    stand_in.answers.canned.append(canned)
    async with serve(stand_in.app()) as url:
        assert type(await failure(http, url)) is kind


async def test_what_may_have_arrived_at_one_of_them_is_unknown(
    http: Http, stand_in: AlertmanagerStandIn
) -> None:
    stand_in.answers.canned.extend([Canned(200, "half", cut=True), Canned(401)])
    async with serve(stand_in.app()) as url:
        assert type(await failure(http, url, url)) is DeliveryUnknown


async def test_a_report_is_refused_and_a_test_fires_until_it_is_forgotten(
    http: Http, stand_in: AlertmanagerStandIn
) -> None:
    async with serve(stand_in.app()) as url:
        await Alertmanager((url,)).send(http, message())
        with pytest.raises(DeliveryRefused, match="no reports"):
            await Alertmanager((url,)).send(http, message(tone=Tone.REPORT))

    assert [one.name for one in stand_in.firing()] == ["MeterwatchTest"]


async def test_what_is_no_alertmanager_is_found_before_it_is_needed(http: Http) -> None:
    async with serve(WebhookStandIn(WallClock()).app()) as url:
        with pytest.raises(DestinationDown):
            await Alertmanager((url,)).probe(http)


@pytest.mark.parametrize("url", [(), ("alertmanager:9093",), ("http://me:secret@host",)])
def test_an_address_that_is_none_is_refused(url: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match=r"^url: expected"):
        Alertmanager(url)


async def test_a_login_is_sent_and_not_shown(http: Http, stand_in: AlertmanagerStandIn) -> None:
    stand_in.answers.canned.append(Canned(403, "Bearer hush is not let in"))
    async with serve(stand_in.app()) as url:
        with pytest.raises(DestinationDown, match="check `url` and `token`") as error:
            await Alertmanager((url,), Secret("hush")).send(http, NEWS)

    assert "hush" not in str(error.value)


@pytest.fixture(scope="module")
def heard() -> WebhookStandIn:
    return WebhookStandIn(WallClock())


@asynccontextmanager
async def real(heard: WebhookStandIn, state: Path) -> AsyncIterator[tuple[str, Http]]:
    """An Alertmanager that tells the stand-in for a webhook."""
    heard.posts.clear()
    async with serve(heard.app()) as receiver, open_http() as http:
        with alertmanager(state, receiver) as url:
            yield url, http


async def told(heard: WebhookStandIn, status: str) -> dict[str, object]:
    """What Alertmanager's own webhook posted first of this status."""
    async with asyncio.timeout(15):
        while not (found := [one.body for one in heard.posts if one.body["status"] == status]):
            await asyncio.sleep(0.02)
    first: dict[str, object] = found[0]
    return first


def recent(change: Change = Change.OPENED) -> Iterator[object]:
    """Of now: Alertmanager has a clock of its own."""
    now = datetime.now(UTC).replace(microsecond=0)  # noqa: TID251
    odd = Series("tts", "minutes", labels_of({"voice-id": "ä", "voice.id": "b", "severity": "x"}))
    about = alert(since=now - HOUR, series=odd, calm_since=now - timedelta(minutes=5))
    yield letter(event=event(change, alert=about))


async def test_the_real_one_fires_resolves_and_has_our_fingerprint(
    tmp_path: Path, heard: WebhookStandIn
) -> None:
    """FAULTS 43: an end arrives as an end. And label names it would refuse are made to fit."""
    opened, over = (message(*recent(one)) for one in (Change.OPENED, Change.RESOLVED))
    async with real(heard, tmp_path) as (url, http):
        notifier = Alertmanager((url,), external_url="https://meter.example")
        await notifier.send(http, opened)
        await told(heard, "firing")
        reply = await http.send(Call(f"{url}/api/v2/alerts"))
        [known] = json.loads(reply.body)
        await notifier.send(http, over)
        ended = await told(heard, "resolved")
        said = await notifier.probe(http)

    assert known["labels"]["exported_severity"] == "x"
    assert {"voice_id", "voice_id_2"} <= known["labels"].keys()
    assert known["fingerprint"] == fingerprint(labelled(opened)[0].labels)
    lasts = datetime.fromisoformat(known["endsAt"]) - datetime.fromisoformat(known["updatedAt"])
    assert lasts == timedelta(minutes=5)
    assert isinstance(ended["alerts"], list)
    assert said.startswith("Alertmanager 0.")


async def test_our_webhook_posts_what_the_real_one_posts(
    tmp_path: Path, heard: WebhookStandIn
) -> None:
    """Key by key and type by type: whatever reads one reads the other."""
    opened = message(*recent())
    async with real(heard, tmp_path) as (url, http):
        await Alertmanager((url,)).send(http, opened)
        theirs = await told(heard, "firing")
    ours = body(opened)

    assert _shape(ours) == _shape(theirs)
    assert ours["alerts"] == theirs["alerts"]
    assert ours["version"] == theirs["version"] == "4"


def _shape(posted: object) -> object:
    if isinstance(posted, dict):
        fixed = {"labels", "annotations", "groupLabels", "commonLabels", "commonAnnotations"}
        return {k: "labels" if k in fixed else _shape(of) for k, of in posted.items()}
    return [_shape(one) for one in posted] if isinstance(posted, list) else type(posted)
