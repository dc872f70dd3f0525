import asyncio
import logging
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from daemon.http import open_http
from daemon.listen import Listener, open_listener
from daemon.notifier import Destination, Receipt
from daemon.notifiers.console import Console
from daemon.notifiers.slack.bot import Slack
from daemon.notifiers.slack.buttons import Button, Press
from daemon.sandbox.loopback import serve
from daemon.sandbox.slack.stand_in import Fault, SlackStandIn
from daemon.secret import Secret
from daemon.store import open_store
from tests.blank import blank
from tests.fakes import HandClock
from tests.make import AT, HOUR, alert, letter, message

ANNA = "U0123456789"
CHANNEL = "C0123456789"
PRESS = Press("1", Button.ACKNOWLEDGE, "team", 1, ANNA, "anna", CHANNEL, "1.0")
NOW = AT + HOUR


class House:
    """A store with alert 1 in it, and a bot of which "team" hears."""

    def __init__(self, slack, url, store, http):
        self.slack, self.store, self.http = slack, store, http
        self.clock, self.acted = HandClock(NOW), 0
        self.bot = Slack(
            Secret("xoxb-1"),
            CHANNEL,
            f"{url}/api/",
            app_token=Secret("xapp-1"),
            people=(ANNA,),
        )
        self.listener = self.listening({"team": self.bot})

    def listening(self, bots):
        return Listener(bots, self.store, self.http, self.clock, self.act)

    def act(self):
        self.acted += 1

    async def press(self, **fields):
        await self.listener.pressed(replace(PRESS, **fields))

    @property
    def answers(self):
        return [(one.user, one.text) for one in self.slack.whispers]

    async def told(self):
        """What is owed of the alert."""
        async with self.store.transaction() as tx:
            return [one.content.event.change.value for one in await tx.outbox.ledger(10)]

    async def acts(self):
        async with self.store.transaction() as tx:
            return [(act.by, act.via.value, act.what.value) for act in await tx.acts.of(1)]


@pytest.fixture
async def house(tmp_path):
    slack = SlackStandIn(HandClock(NOW), paced=False)
    async with serve(slack.app()) as url, open_http() as http:
        async with open_store(blank(tmp_path, "store.db")) as store:
            async with store.transaction() as tx:
                number = await tx.alerts.keep(alert())
                await tx.outbox.enqueue(letter(alert=number))
            yield House(slack, url, store, http)


async def test_an_alert_is_acknowledged_by_whoever_pressed(house):
    await house.press()

    assert await house.acts() == [("anna", "slack", "acknowledged")]
    assert house.answers == [
        (ANNA, "Alert 1 is acknowledged by anna: nobody is reminded of it any more.")
    ]
    assert house.acted == 1


@pytest.mark.parametrize(
    ("button", "span"),
    [
        (Button.SILENCE_HOUR, timedelta(hours=1)),
        (Button.SILENCE_DAY, timedelta(days=1)),
    ],
)
async def test_an_alert_is_silenced_for_as_long_as_the_button_says(house, button, span):
    await house.press(button=button)

    async with house.store.transaction() as tx:
        [silence] = await tx.silences.active(NOW)
    assert (silence.end - NOW, silence.author) == (span, "anna")


async def test_an_alert_that_was_expected_is_marked_as_planned(house):
    await house.press(button=Button.EXPECTED)

    async with house.store.transaction() as tx:
        [mark] = await tx.planned.all()
    assert mark.by == "anna"


async def test_who_may_not_is_told_so_and_nothing_is_done(house, caplog):
    await house.press(user="U9999999999")

    assert await house.acts() == []
    assert house.answers == [
        ("U9999999999", "You may not do that: your id U9999999999 is not among `people` of team.")
    ]
    assert house.acted == 0
    assert "U9999999999 pressed acknowledge and may not" in caplog.text


async def test_what_cannot_be_done_is_answered_with_why(house):
    await house.press(alert=77)

    assert house.answers == [(ANNA, "There is no alert 77; `meterwatch alerts` lists them.")]
    assert house.acted == 0


ALL = {"button": Button.ACKNOWLEDGE_ALL, "alert": None}


async def test_under_a_message_of_several_all_are_acknowledged(house):
    async with house.store.transaction() as tx:
        for hour in range(1, 4):
            number = await tx.alerts.keep(alert(since=AT + hour * HOUR))
            await tx.outbox.enqueue(letter(key=str(hour), alert=number))
        await tx.bag.sent([1, 2, 3], NOW, Receipt(CHANNEL, "1.0"))
        await tx.bag.sent([4], NOW, Receipt(CHANNEL, "2.0"))
    await house.press(**ALL)

    async with house.store.transaction() as tx:
        taken = [one.number for one in await tx.alerts.live() if one.acknowledged]
    assert taken == [1, 2, 3], "the fourth stands elsewhere"
    assert [text for _, text in house.answers] == [
        "3 alerts are acknowledged by anna: nobody is reminded of them any more."
    ]
    assert house.acted == 1


@pytest.mark.parametrize("elsewhere", [{"channel": "C2"}, {"message": "9"}, {"destination": "two"}])
async def test_a_message_that_is_not_known_is_answered_with_what_to_do(house, elsewhere):
    """It may stand there before we know where: the button was pressed within the second."""
    house.listener = house.listening({"team": house.bot, "two": house.bot})
    async with house.store.transaction() as tx:
        await tx.bag.sent([1], NOW, Receipt(CHANNEL, "1.0"))
    await house.press(**ALL | elsewhere)

    assert await house.acts() == []
    [(_, said)] = house.answers
    assert said.startswith("Nothing was acknowledged: this message is not known yet")
    assert house.acted == 0


async def test_who_may_not_may_not_for_many_either(house):
    async with house.store.transaction() as tx:
        await tx.bag.sent([1], NOW, Receipt(CHANNEL, "1.0"))
    await house.press(**ALL, user="U9999999999")
    await house.press(**ALL, id="2", destination="gone")

    assert (await house.acts(), house.acted, len(house.answers)) == ([], 0, 1)


async def test_a_press_told_twice_is_one(house):
    await house.press(button=Button.SILENCE_HOUR)
    await house.press(button=Button.SILENCE_HOUR)

    assert len(await house.acts()) == 1
    assert len(house.answers) == 1


async def test_a_press_under_a_message_of_a_destination_that_is_gone_is_left_alone(house, caplog):
    await house.press(destination="gone")

    assert (await house.acts(), house.answers) == ([], [])
    assert "'gone'" in caplog.text


async def test_a_store_that_breaks_is_one_persons_trouble(house, caplog):
    async def broken():
        raise OSError("disk full")

    @asynccontextmanager
    async def transaction():
        await broken()
        yield

    class Broken:
        pass

    no_store = Broken()
    no_store.transaction = transaction
    house.listener = replace(house.listener, store=no_store)
    await house.press()

    assert [text for _, text in house.answers] == [
        "That did not work, and nothing was changed. Meterwatch's log says why."
    ]
    assert "disk full" in caplog.text


async def test_an_answer_that_does_not_arrive_takes_nothing_back(house, caplog):
    house.slack.faults.append(Fault(503))
    await house.press()

    assert len(await house.acts()) == 1
    assert f"{ANNA} was not told what came of a button" in caplog.text


@asynccontextmanager
async def listened(house, *destinations):
    async with asyncio.timeout(5):
        async with open_listener(destinations, house.listening):
            yield


async def test_a_button_pressed_in_slack_is_done_and_answered(house):
    opened = message(letter(alert=1))
    await house.bot.send(house.http, opened)
    async with listened(house, Destination("team", house.bot)):
        await house.slack.sockets.connected()
        await house.slack.sockets.press(house.slack.messages[0], "meterwatch_acknowledge", ANNA)
        while not house.answers:
            await asyncio.sleep(0.01)

    assert await house.acts() == [("anna", "slack", "acknowledged")]


async def test_a_press_that_was_begun_is_done_before_nobody_listens_any_more(house):
    """The configuration is read again, say: Slack does not tell of it a second time."""
    begun, may_go_on, store = asyncio.Event(), asyncio.Event(), house.store

    class Slow:
        @asynccontextmanager
        async def transaction(self):
            begun.set()
            await may_go_on.wait()
            async with store.transaction() as tx:
                yield tx

    await house.bot.send(house.http, message(letter(alert=1)))
    house.store = Slow()
    async with listened(house, Destination("team", house.bot)):
        await house.slack.sockets.connected()
        await house.slack.sockets.press(house.slack.messages[0], "meterwatch_acknowledge", ANNA)
        await begun.wait()
        asyncio.get_running_loop().call_later(0.05, may_go_on.set)
    house.store = store

    assert await house.acts() == [("anna", "slack", "acknowledged")]
    assert len(house.answers) == 1


async def test_channels_of_one_app_share_a_connection(house):
    other = replace(house.bot, channel="C0000000002")
    async with listened(house, Destination("team", house.bot), Destination("two", other)):
        await house.slack.sockets.connected()
        await asyncio.sleep(0)

    assert house.slack.sockets.made == 1


async def test_without_buttons_nobody_listens(house):
    bare = replace(house.bot, app_token=None, people=())
    async with listened(house, Destination("team", bare), Destination("here", Console())):
        pass

    assert house.slack.calls == 0


async def test_a_slack_that_is_not_there_keeps_nobody_from_stopping(house, caplog):
    caplog.set_level(logging.ERROR)
    nobody = replace(house.bot, url="http://127.0.0.1:1/api/")
    async with listened(house, Destination("team", nobody)):
        await asyncio.sleep(0)

    assert not caplog.records


async def test_listening_that_breaks_is_logged_and_the_rest_goes_on(house, caplog):
    class Broken:
        @property
        def session(self):
            raise RuntimeError("no session")

    house.http = Broken()
    async with listened(house, Destination("team", house.bot)):
        while not caplog.messages:
            await asyncio.sleep(0.01)

    assert caplog.messages == ["slack: buttons do not work until the next start"]
