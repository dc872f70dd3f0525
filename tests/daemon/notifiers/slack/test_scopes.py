import pytest

from daemon.clock import WallClock
from daemon.notifier import DeliveryError, DeliveryUnknown, DestinationDown
from daemon.sandbox.slack.stand_in import Channel, Fault, SlackStandIn
from daemon.secret import Secret
from tests.daemon.notifiers.slack.told import CHANNEL, TOKEN, reaching

ALL = ("chat:write", "channels:read", "channels:history", "files:write")


async def probing(slack, **fields):
    async with reaching(slack, **fields) as (bot, http):
        return await bot.probe(http)


def granted(*scopes, **fields):
    channels = (Channel(CHANNEL, **fields),)
    return SlackStandIn(WallClock(), token=TOKEN, scopes=scopes, channels=channels)


async def test_a_probe_signs_in_finds_the_channel_and_posts_nothing():
    slack = granted(*ALL)
    said = await probing(slack)

    assert said == "signed in to Sandbox as meterwatch, in #alerts"
    assert (slack.calls, slack.messages) == (2, [])


async def test_a_probe_says_that_buttons_are_listened_to():
    said = await probing(granted(*ALL), app_token=Secret("xapp-1"), people=("U0123456789",))

    assert said.endswith("; buttons are listened to")


@pytest.mark.parametrize(
    ("lacking", "said"),
    [
        ("files:write", "without the scope files:write there are no charts"),
        ("channels:history", "it may repeat a message"),
        ("channels:read", "only a message shows if it may post"),
    ],
)
async def test_a_probe_names_what_a_missing_scope_switches_off(lacking, said):
    assert said in await probing(granted(*(one for one in ALL if one != lacking)))


async def test_a_private_channel_is_read_with_a_scope_of_its_own():
    said = await probing(granted("chat:write", "channels:read", "groups:history", "files:write"))

    assert "without" not in said


async def test_who_may_post_everywhere_need_not_be_in_a_public_channel():
    """Others were told every day that nobody is told there, and it took every message."""
    said = await probing(granted(*ALL, "chat:write.public", joined=False, open=True))

    assert "it may post to #alerts, and is not in it: " in said


@pytest.mark.parametrize(("scopes", "private"), [((), False), (("chat:write.public",), True)])
async def test_without_that_and_in_a_private_channel_it_must_be_invited(scopes, private):
    with pytest.raises(DestinationDown, match="the bot is not in"):
        await probing(granted(*ALL, *scopes, joined=False, private=private))


async def test_without_the_scope_to_write_there_is_nothing_to_probe():
    with pytest.raises(DestinationDown, match="': give the app the scope chat:write"):
        await probing(granted("channels:read"))


@pytest.mark.parametrize(
    ("channel", "words"),
    [
        (Channel("C0000000002"), "channel_not_found"),
        (Channel(CHANNEL, joined=False), f"the bot is not in {CHANNEL}"),
        (Channel(CHANNEL, archived=True), "is archived"),
    ],
)
async def test_a_channel_of_no_use_is_found_before_it_is_needed(channel, words):
    """Fault 37."""
    with pytest.raises(DestinationDown, match=words):
        await probing(SlackStandIn(WallClock(), token=TOKEN, channels=(channel,)))


async def test_a_probe_with_a_revoked_token_needs_a_person():
    """Fault 36."""
    with pytest.raises(DestinationDown, match="invalid_auth") as error:
        await probing(granted(*ALL), token=Secret("xoxb-other"))

    assert "xoxb-other" not in str(error.value)


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        (Fault(503), DeliveryUnknown, f"slack answered HTTP 503 for the channel {CHANNEL}"),
        (Fault(200, "<html>", content_type="text/html"), DeliveryUnknown, "slack "),
        (Fault(404, "no"), DestinationDown, "which no Slack says: check `url`"),
    ],
)
async def test_a_probe_fails_as_a_message_would(fault, kind, words):
    slack = granted(*ALL)
    slack.faults.append(fault)
    with pytest.raises(DeliveryError, match=words) as error:
        await probing(slack)

    assert type(error.value) is kind
