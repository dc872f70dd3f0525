from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from daemon.clock import WallClock
from daemon.http import open_http
from daemon.message import Tone
from daemon.notifier import DeliveryError, DeliveryRefused, DeliveryUnknown, DestinationDown
from daemon.notifiers.webhook import Webhook, body
from daemon.sandbox.faults import Canned
from daemon.sandbox.loopback import serve
from daemon.sandbox.webhook import WebhookStandIn
from daemon.secret import Secret
from rules.alert import Change
from rules.rule import Severity
from tests.fakes import HandClock
from tests.make import AT, HOUR, letter, message

KEY = "a key that signs"


@pytest.fixture
def hook():
    return WebhookStandIn(WallClock())


@asynccontextmanager
async def posting(hook, http, **options):
    async with serve(hook.app()) as url:
        webhook = Webhook(url + "/in", **options)
        yield lambda told: webhook.send(http, told)


async def failure(hook, http, **options):
    async with posting(hook, http, **options) as send:
        with pytest.raises(DeliveryError) as error:
            await send(message(letter()))
    return error.value


async def test_a_letter_is_posted_as_alertmanager_posts_an_alert(hook, http):
    async with posting(hook, http, external_url="https://meter.example") as send:
        receipt = await send(message(letter()))
    [posted] = hook.posts
    [alert] = posted.body.pop("alerts")

    assert receipt is None
    assert posted.path == "/in"
    assert posted.headers["Content-Type"] == "application/json"
    assert posted.headers["User-Agent"].startswith("meterwatch")
    assert posted.body["status"] == alert["status"] == "firing"
    assert posted.body["receiver"] == "team"
    assert posted.body["externalURL"] == alert["generatorURL"] == "https://meter.example"
    assert (alert["startsAt"], alert["endsAt"]) == ("2026-11-20T14:00:00Z", "0001-01-01T00:00:00Z")
    assert alert["labels"]["alertname"] == "voice-spike"
    assert alert["annotations"]["summary"].startswith("Agatha")
    assert len(alert["fingerprint"]) == 16


async def test_an_end_has_the_fingerprint_and_the_group_of_its_beginning(hook, http):
    async with posting(hook, http) as send:
        await send(message(letter()))
        await send(message(letter(Change.RESOLVED)))
    begun, over = (one.body for one in hook.posts)

    assert over["status"] == over["alerts"][0]["status"] == "resolved"
    assert over["alerts"][0]["endsAt"] == "2026-11-20T16:00:00Z"
    assert over["groupKey"] == begun["groupKey"]
    assert over["alerts"][0]["fingerprint"] == begun["alerts"][0]["fingerprint"]


def test_a_group_fires_while_one_of_it_does_and_tells_what_all_share():
    critical = letter(severity=Severity.CRITICAL, group="voices")
    over = letter(Change.RESOLVED, group="voices")
    posted = body(message(over, over, critical))

    assert posted["status"] == "firing"
    assert [one["status"] for one in posted["alerts"]] == ["resolved", "resolved", "firing"]
    assert "severity" not in posted["commonLabels"]
    assert posted["groupLabels"] == {"alertname": "voice-spike"}
    assert posted["groupLabels"].items() <= posted["commonLabels"].items()
    assert posted["groupKey"] == body(message(critical, critical))["groupKey"]


@pytest.mark.parametrize(
    ("tone", "name"), [(Tone.TEST, "MeterwatchTest"), (Tone.REPORT, "MeterwatchReport")]
)
def test_what_is_about_no_alert_opens_nothing(tone, name):
    [alert] = body(message(tone=tone))["alerts"]

    assert alert["labels"]["alertname"] == name
    assert alert["status"] == "resolved"
    assert alert["startsAt"] == alert["endsAt"]


async def test_a_receiver_that_checks_takes_what_was_signed_and_nothing_else(http):
    hook = WebhookStandIn(WallClock(), key=KEY)
    async with posting(hook, http, signing_key=Secret(KEY)) as send:
        await send(message(letter()))

    assert len(hook.posts) == 1
    assert isinstance(await failure(hook, http), DestinationDown)
    assert isinstance(await failure(hook, http, signing_key=Secret("other")), DestinationDown)


async def test_a_signature_is_of_the_moment_it_was_sent():
    clock = HandClock(AT + 30 * HOUR)
    hook = WebhookStandIn(clock, key=KEY)
    async with open_http(clock) as http, posting(hook, http, signing_key=Secret(KEY)) as send:
        await send(message(letter()))

    assert hook.posts[0].headers["X-Meterwatch-Timestamp"] == str(int(clock.at.timestamp()))


async def test_a_message_that_is_sent_again_has_the_key_it_had(hook, http):
    """FAULTS 39: a receiver that heard it knows it again."""
    hook.silent = 1
    told = message(letter(names={}), key="voice-spike|tts/minutes{voice=\nä}")
    async with posting(hook, http) as send:
        with pytest.raises(DeliveryUnknown):
            await send(told)
        await send(told)
        await send(message(letter(), key="another"))
    keys = [one.headers["Idempotency-Key"] for one in hook.posts]

    assert keys[0] == keys[1] != keys[2]


@pytest.mark.parametrize(
    ("canned", "kind", "wait"),
    [
        (Canned(429, "", {"Retry-After": "120"}), DeliveryError, timedelta(minutes=2)),
        (Canned(503, "", {"Retry-After": "7"}), DeliveryError, timedelta(seconds=7)),
        (Canned(500, "oops"), DeliveryError, None),
        (Canned(408), DeliveryError, None),
        (Canned(301, "", {"Location": "https://elsewhere.example"}), DestinationDown, None),
        (Canned(401), DestinationDown, None),
        (Canned(403), DestinationDown, None),
        (Canned(404), DestinationDown, None),
        (Canned(410), DestinationDown, None),
        (Canned(400, "what is this"), DeliveryRefused, None),
        (Canned(422), DeliveryRefused, None),
        (Canned(200, "o", cut=True), DeliveryUnknown, None),
    ],
)
async def test_an_answer_that_is_no_yes_says_what_to_do(hook, http, canned, kind, wait):
    """FAULTS 35, 36: what will mend is for later, what needs a person is said to one."""
    hook.answers.canned.append(canned)
    error = await failure(hook, http)

    assert type(error) is kind
    assert error.retry_after == wait


async def test_a_hook_that_never_answers_may_have_heard(hook, http):
    hook.answers.canned.append(Canned(delay=timedelta(minutes=1)))

    error = await failure(hook, http, timeout=timedelta(seconds=0.1))

    assert type(error) is DeliveryUnknown


async def test_nobody_there_has_heard_nothing(http):
    with pytest.raises(DeliveryError) as error:
        await Webhook("http://127.0.0.1:1/").send(http, message(letter()))

    assert type(error.value) is DeliveryError


@pytest.mark.parametrize("url", ["nowhere", "ftp://host/x", ""])
async def test_an_address_that_is_none_waits_for_a_person(http, url):
    with pytest.raises(ValueError, match=r"^url: expected an address"):
        Webhook(url)
    with pytest.raises(DestinationDown, match="check `url`"):
        await Webhook(Secret(url)).send(http, message(letter()))


async def test_what_is_secret_is_not_repeated_though_the_hook_repeats_it(hook, http):
    async with serve(hook.app()) as url:
        secrets = {"url": Secret(f"{url}/very/secret?key=hush"), "token": Secret("quiet")}
        hook.answers.canned.append(Canned(404, "no /very/secret and key=hush for Bearer quiet"))
        with pytest.raises(DestinationDown) as error:
            await Webhook(**secrets).send(http, message(letter()))

    assert [one for one in ("very/secret", "hush", "quiet") if one in str(error.value)] == []
    assert "hush" not in repr(Webhook(**secrets))
    assert "`url` and `token`" in str(error.value)


async def test_a_login_and_headers_go_along(hook, http):
    options = {"username": "me", "password": Secret("pw"), "headers": {"X-Org": "tts"}}
    async with posting(hook, http, **options) as send:
        await send(message(letter()))

    assert hook.posts[0].headers["Authorization"] == "Basic bWU6cHc="
    assert hook.posts[0].headers["X-Org"] == "tts"


def test_a_header_that_is_a_secret_is_written_by_reference():
    with pytest.raises(ValueError, match=r"^headers: X-Api-Key is a secret"):
        Webhook("https://host.example", headers={"X-Api-Key": "hush"})


async def test_only_a_message_can_tell_whether_it_takes_one():
    assert await Webhook("https://host.example").probe(None) is None
