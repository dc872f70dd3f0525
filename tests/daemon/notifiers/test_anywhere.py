"""Those that need the library are passed by where the extra is not installed."""

import io
import json
import logging
import sys
from dataclasses import replace
from datetime import timedelta

import pytest

from daemon.clock import WallClock
from daemon.message import File
from daemon.notifier import DeliveryError, DeliveryUnknown, DestinationDown
from daemon.notifiers.anywhere import Apprise
from daemon.sandbox.faults import Canned
from daemon.sandbox.loopback import serve
from daemon.sandbox.webhook import WebhookStandIn
from daemon.secret import Secret
from rules.alert import Change
from tests.make import letter, message

# What an old library below Apprise imports.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

PICTURE = File("chart.png", "the last two days", b"\x89PNG not quite")


@pytest.fixture
def library():
    return pytest.importorskip("apprise")


@pytest.fixture
def hook():
    return WebhookStandIn(WallClock())


@pytest.fixture
def journal():
    """What the daemon's own log would hold: caplog also sees what is kept from it."""
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    logging.getLogger().addHandler(handler)
    logging.getLogger().setLevel(logging.DEBUG)
    return text


async def sent(hook, told, asked="", **options):
    async with serve(hook.app()) as url:
        place = url.removeprefix("http://")
        await Apprise(Secret(f"json://{place}/hush{asked}"), **options).send(None, told)


async def test_title_text_and_picture_arrive(library, hook):
    await sent(hook, replace(message(letter()), pictures=(PICTURE,)))
    [posted] = hook.posts
    told = json.loads(posted.raw)

    assert told["title"] == message(letter()).wording.title
    assert "voice-spike (warning), alert 12" in told["message"]
    assert told["type"] == "warning"
    assert [one["filename"] for one in told["attachments"]] == ["chart.png"]


async def test_an_end_is_good_news_and_pictures_can_be_left_at_home(library, hook):
    told = replace(message(letter(Change.RESOLVED)), pictures=(PICTURE,), tone="resolved")
    await sent(hook, told, pictures=False)

    assert hook.posts[0].body["type"] == "success"
    assert hook.posts[0].body["attachments"] == []


async def test_a_message_that_may_be_a_repeat_says_so(library, hook):
    await sent(hook, replace(message(letter()), repeats=True))

    assert "possibly a repeat" in hook.posts[0].body["message"]


@pytest.mark.parametrize(
    ("asked", "lengths"), [("", [1000, 1000, 400]), ("?overflow=truncate", [1000])]
)
async def test_what_is_longer_than_a_service_takes_comes_in_pieces(
    library, hook, monkeypatch, asked, lengths
):
    """Discord takes 2,000 characters, Telegram 4,096; a person may want the beginning alone."""
    from apprise.plugins.custom_json import NotifyJSON

    monkeypatch.setattr(NotifyJSON, "body_maxlen", 1000)
    told = message(letter())
    long = replace(told.wording, lead=("x" * 2400,), facts=(), advice="")
    await sent(hook, replace(told, wording=long, pictures=(PICTURE,)), asked=asked)

    assert [post.body["message"].count("x") for post in hook.posts] == lengths
    assert sum(len(post.body["attachments"]) for post in hook.posts) == 1


async def test_a_service_that_does_not_take_it_is_for_later(library, hook, journal):
    hook.answers.canned.append(Canned(500, "hush"))
    with pytest.raises(DeliveryError) as error:
        await sent(hook, message(letter()))

    assert type(error.value) is DeliveryError
    assert str(error.value).startswith("JSON ")
    assert "hush" not in str(error.value) + journal.getvalue()


async def test_a_service_that_lets_nobody_in_waits_for_a_person(library, hook):
    hook.answers.canned.append(Canned(401))
    with pytest.raises(DestinationDown, match="JSON answered 401; check `url`"):
        await sent(hook, message(letter()))


async def test_a_service_that_hangs_may_have_it(library, hook):
    hook.answers.canned.append(Canned(200, "ok", delay=timedelta(seconds=0.5)))
    with pytest.raises(DeliveryUnknown):
        await sent(hook, message(letter()), timeout=timedelta(seconds=0.1))


@pytest.mark.parametrize("url", ["hush", "nosuchservice://hush", ""])
async def test_an_address_that_apprise_does_not_know_waits_for_a_person(library, url, journal):
    with pytest.raises(DestinationDown, match="check `url`") as error:
        await Apprise(Secret(url)).probe(None)

    assert "hush" not in str(error.value) + journal.getvalue()


async def test_of_an_address_it_knows_only_a_message_could_tell(library):
    assert await Apprise(Secret("json://localhost/")).probe(None) is None


async def test_without_the_library_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "apprise", None)
    with pytest.raises(DestinationDown, match=r"install meterwatch\[apprise\]"):
        await Apprise(Secret("json://localhost/")).send(None, message(letter()))
