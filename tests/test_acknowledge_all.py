"""One button under a message of many alerts: whoever groups them can acknowledge them there."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from daemon.act import ActRefused, Person, Via, acknowledge, acknowledge_all, take_back
from daemon.listen import Listener, open_listener
from daemon.notifier import Destination, Receipt
from daemon.notifiers.slack.bot import Slack
from daemon.sandbox.slack.stand_in import Message
from daemon.store import Store, Transaction, open_store, share_store
from daemon.store.acts import What
from daemon.store.outbox import LetterState, Owed
from rules.alert import Change, Phase
from tests import make
from tests.crowd import Crowd, crowd, shown

ANNA, BEN = Person("anna", Via.SLACK), Person("Ben", Via.COMMAND_LINE)
WHO = "U0123456789"
MINUTE = timedelta(minutes=1)
NOW = make.AT + 5 * MINUTE
MANY = {"sqlite": 5000, "postgresql": 1000}
ALL = "meterwatch_acknowledge_all"


@pytest.fixture
async def world(store_url: str) -> AsyncIterator[Crowd]:
    """34 voices are busy, and the channel was told of it in one message."""
    async with crowd(store_url, 34) as world:
        world.people = (WHO,)
        yield await told(world)


async def told(world: Crowd) -> Crowd:
    world.use(0, busy=range(world.many))
    await world.poll_all()
    await world.pass_(MINUTE)
    return world


@asynccontextmanager
async def listening(world: Crowd) -> AsyncIterator[None]:
    def listener(bots: Mapping[str, Slack]) -> Listener:
        return Listener(bots, world.store, world.http, world.clock, lambda: None)

    async with asyncio.timeout(20), open_listener([Destination("team", world.bot())], listener):
        await world.slack.sockets.connected()
        yield


async def press(world: Crowd, message: Message, *, times: int = 1) -> list[str]:
    """What is whispered to whoever pressed."""
    before = len(world.slack.whispers)
    async with listening(world):
        for _ in range(times):
            await world.slack.sockets.press(message, ALL, WHO)
        while len(world.slack.whispers) < before + times:
            await asyncio.sleep(0.01)
    return [one.text for one in world.slack.whispers[before:]]


def label(message: Message) -> str | None:
    found = [
        element["text"]["text"]
        for block in message.now.blocks
        for element in block.get("elements", ())
        if element.get("action_id") == ALL
    ]
    return found[0] if found else None


async def acts(world: Crowd) -> dict[int, list[str]]:
    async with world.store.transaction() as tx:
        live = await tx.alerts.live()
        return {one.number: [act.by for act in await tx.acts.of(one.number)] for one in live}


async def test_all_are_acknowledged_where_they_are_read_of(world: Crowd) -> None:
    [digest] = world.posted()
    assert label(digest) == "Acknowledge all 34"
    said = await press(world, digest)
    before = len(digest.versions)
    await world.pass_(MINUTE)

    assert said == ["34 alerts are acknowledged by anna: nobody is reminded of them any more."]
    [digest] = world.posted()
    [line] = [one for one in world.slack.messages if one.thread]
    assert len(digest.versions) == before + 1, "it is edited once"
    assert "anna looks after 34 alerts of voice-busy" in shown(digest)
    assert label(digest) is None
    assert (line.thread, line.broadcast) == (digest.ts, False)
    assert set(map(tuple, (await acts(world)).values())) == {("anna",)}
    assert len(world.mail.mails) == 1, "a mail does not follow"


async def test_who_presses_second_hears_who_was_first(world: Crowd) -> None:
    [digest] = world.posted()
    first, second = sorted(await press(world, digest, times=2))

    assert first == "34 alerts are acknowledged by anna: nobody is reminded of them any more."
    assert second == "Nothing left to acknowledge: all 34 are acknowledged already, by anna."
    assert all(by == ["anna"] for by in (await acts(world)).values())


async def test_what_is_over_or_with_somebody_already_is_left_alone(world: Crowd) -> None:
    """They change after the button was drawn."""
    [digest] = world.posted()
    async with world.store.transaction() as tx:
        one, two, *_ = sorted(live.number for live in await tx.alerts.live())
        await acknowledge(tx, one, BEN, world.clock.now())
        await end(tx, two)
    [said] = await press(world, digest)
    [again] = await press(world, digest)

    assert said == "32 alerts are acknowledged by anna: nobody is reminded of them any more."
    assert again == "Nothing left to acknowledge: 1 is over, and 33 are acknowledged."
    assert (await acts(world))[one] == ["Ben"]


async def end(tx: Transaction, number: int) -> None:
    alert = await tx.alerts.numbered(number)
    await tx.alerts.keep(replace(alert, phase=Phase.RESOLVED, ended_at=alert.judged_at))


async def test_a_message_that_was_said_anew_speaks_of_all_that_the_old_one_did(
    world: Crowd,
) -> None:
    """Somebody deleted it; then one of its alerts is told anew."""
    [digest] = world.posted()
    world.slack.delete(digest)
    async with world.store.transaction() as tx:
        first = min(one.number for one in await tx.alerts.live())
        await acknowledge(tx, first, BEN, world.clock.now())
    await world.pass_(MINUTE)
    [anew] = world.posted()

    assert label(anew) == "Acknowledge all 33"
    [said] = await press(world, anew)
    await world.pass_(MINUTE)
    assert said.startswith("33 alerts are acknowledged by anna")
    assert len(world.posted()) == 1


async def test_thousands_are_acknowledged_in_few_statements(store_url: str) -> None:
    many = MANY[store_url.partition("+")[0]]
    here = Receipt("C1", "1.0")
    async with open_store(store_url) as store:
        async with store.transaction() as tx:
            alerts = [make.alert(since=make.AT + each * MINUTE) for each in range(many)]
            numbers = await tx.alerts.keep_all(alerts)
            letters = [make.letter(key=str(each), alert=each) for each in numbers]
            await tx.outbox.enqueue_all([Owed(letter) for letter in letters])
            await tx.bag.sent(numbers, NOW, here)
        with counted(store) as statements:
            async with store.transaction() as tx:
                spoken = await tx.outbox.spoken_of("team", here)
                said = await acknowledge_all(tx, spoken, ANNA, NOW)

        assert said.startswith(f"{many:,} alerts are acknowledged by anna")
        assert len(statements) < 80
        async with store.transaction() as tx:
            assert {one.acknowledged.by for one in await tx.alerts.live()} == {"anna"}
            assert await tx.outbox.counts() == {LetterState.SENT: many, LetterState.OWED: many}
            assert len(await tx.acts.between(NOW, NOW + MINUTE)) == many


@contextmanager
def counted(store: Store) -> Iterator[list[str]]:
    said: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        said.append(statement)

    engine = store._engine.sync_engine
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
async def store(store_url: str) -> AsyncIterator[Store]:
    """Alerts 1 to 3, of which "team" was told."""
    async with open_store(store_url) as store:
        async with store.transaction() as tx:
            for hour in range(3):
                number = await tx.alerts.keep(make.alert(since=make.AT + hour * make.HOUR))
                await tx.outbox.enqueue(make.letter(key=str(hour), alert=number))
        yield store


async def test_two_at_once_take_each_alert_once(store: Store, store_url: str) -> None:
    """One here, one beside: another daemon of the same store, say."""

    async def by(which: Store, person: Person) -> str:
        async with which.transaction() as tx:
            return await acknowledge_all(tx, [3, 1, 2], person, NOW)

    async with share_store(store_url.replace("+aiosqlite", "")) as beside:
        said = await asyncio.gather(by(store, ANNA), by(beside, BEN), return_exceptions=True)

    assert {type(one) for one in said} == {ActRefused, str}
    async with store.transaction() as tx:
        assert [len(await tx.acts.of(number)) for number in (1, 2, 3)] == [1, 1, 1]
        assert len(await tx.outbox.ledger(10)) == 6


async def test_what_is_left_is_said_in_the_words_of_its_number(store: Store) -> None:
    async with store.transaction() as tx:
        await acknowledge(tx, 1, BEN, NOW)
        await acknowledge(tx, 2, BEN, NOW)
        said = await acknowledge_all(tx, [1, 2, 3], ANNA, NOW)

        assert said == "Alert 3 is acknowledged by anna: nobody is reminded of it any more."
        with pytest.raises(ActRefused, match=r": alert 3 is acknowledged already, by anna\.$"):
            await acknowledge_all(tx, [3], ANNA, NOW)
        with pytest.raises(ActRefused, match=r": all 3 are acknowledged already\.$"):
            await acknowledge_all(tx, [1, 2, 3], ANNA, NOW)


@pytest.mark.parametrize(("ended", "why"), [((1, 2, 3), "all 3 are"), ((1,), "alert 1 is")])
async def test_of_what_is_over_nothing_is_left(store: Store, ended: list[int], why: str) -> None:
    async with store.transaction() as tx:
        for number in ended:
            await end(tx, number)
        with pytest.raises(ActRefused, match=rf"^Nothing left to acknowledge: {why} over\.$"):
            await acknowledge_all(tx, ended, ANNA, NOW)


async def test_what_was_taken_back_is_acknowledged_with_the_others_again(store: Store) -> None:
    async with store.transaction() as tx:
        await acknowledge_all(tx, [1, 2, 3], ANNA, NOW)
    async with store.transaction() as tx:
        await take_back(tx, 2, BEN, NOW + MINUTE)
        await acknowledge_all(tx, [1, 2, 3], BEN, NOW + MINUTE)
        done = [(act.by, act.what) for act in await tx.acts.of(2)]
        told = [one.content.event.change for one in await tx.outbox.ledger(10, alert=2)]

    assert done == [
        ("anna", What.ACKNOWLEDGED),
        ("Ben", What.TAKEN_BACK),
        ("Ben", What.ACKNOWLEDGED),
    ]
    assert told == [Change.ACKNOWLEDGED, Change.REMINDED, Change.ACKNOWLEDGED, Change.OPENED]


async def test_everyone_who_heard_of_an_alert_hears_who_looks_after_it(store: Store) -> None:
    async with store.transaction() as tx:
        await tx.outbox.enqueue(make.letter(key="boss", destination="boss", alert=2))
        await acknowledge_all(tx, [1, 2, 3], ANNA, NOW)
        letters = [one.content for one in await tx.outbox.ledger(4)]

    told = [(one.alert, one.destination, one.by) for one in reversed(letters)]
    assert told == [
        (1, "team", "anna"),
        (2, "boss", "anna"),
        (2, "team", "anna"),
        (3, "team", "anna"),
    ]
