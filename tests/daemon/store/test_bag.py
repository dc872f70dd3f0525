"""What one carrier has of a destination: in order, each in one state, and nothing forgotten."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from daemon.letter import Circular, Letter
from daemon.message import Tone, Wording
from daemon.notifier import Receipt
from daemon.store import Store
from daemon.store.outbox import Delivery, LetterState
from rules.alert import Change
from tests import make

AT = datetime(2026, 11, 20, 15, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HERE = Receipt("C1", "17.1")


async def owe(
    store: Store, change: Change = Change.OPENED, destination: str = "team", hour: int = 0
) -> Letter:
    """Owe a letter about the alert of an hour, which is there."""
    async with store.transaction() as tx:
        since = make.AT + hour * make.HOUR
        number = await tx.alerts.keep(make.alert(since=since))
        key = f"{hour} {change}|{destination}"
        letter = make.letter(change, key=key, alert=number, destination=destination, owed_at=AT)
        await tx.outbox.enqueue(letter)
    return letter


async def due(store: Store, at: datetime = AT, destination: str = "team") -> Sequence[Delivery]:
    async with store.transaction() as tx:
        return await tx.bag.due(destination, at)


async def line(store: Store, id_: int = 1) -> Delivery:
    async with store.transaction() as tx:
        found = await tx.outbox.number(id_)
    assert found is not None
    return found


async def test_all_of_an_alert_is_due_with_its_first_letter_and_in_order(store: Store) -> None:
    await owe(store)
    await owe(store, hour=1)
    await owe(store, Change.RESOLVED)

    assert [one.id for one in await due(store)] == [1, 2, 3]
    assert await due(store, AT - MINUTE) == []
    assert await due(store, destination="boss") == []


async def test_nothing_of_an_alert_is_due_before_its_first_letter_is(store: Store) -> None:
    await owe(store)
    await owe(store, Change.RESOLVED)
    async with store.transaction() as tx:
        await tx.bag.postpone([1], AT + MINUTE, "connection refused")

    assert await due(store) == []
    assert [one.id for one in await due(store, AT + MINUTE)] == [1, 2]
    assert (await line(store)).tries == 1


async def test_one_alert_that_waits_does_not_hold_up_another(store: Store) -> None:
    await owe(store)
    await owe(store, hour=1)
    async with store.transaction() as tx:
        await tx.bag.postpone([1], AT + MINUTE, "connection refused")

    assert [one.id for one in await due(store)] == [2]


async def test_a_circular_is_due_by_itself(store: Store) -> None:
    words = Wording("Last week", "Last week", (), (), "")
    async with store.transaction() as tx:
        await tx.outbox.circulate(Circular("weekly", "team", AT, words, Tone.REPORT))

    assert [one.alert for one in await due(store)] == [None]
    assert await due(store, AT - MINUTE) == []


async def test_what_is_in_a_carriers_hands_is_not_due_until_it_is_doubted(store: Store) -> None:
    await owe(store)
    async with store.transaction() as tx:
        await tx.bag.take([1], "a message")
    assert await due(store) == []

    async with store.transaction() as tx:
        await tx.bag.doubt_left("boss")
    assert await due(store) == []

    async with store.transaction() as tx:
        await tx.bag.doubt_left("team")
    (left,) = await due(store)
    assert (left.state, left.lost, left.message) == (LetterState.UNKNOWN, 1, "a message")


async def test_a_receipt_is_a_places_own_and_the_last_one_counts(store: Store) -> None:
    opened = await owe(store)
    await owe(store, destination="boss")
    await owe(store, Change.RESOLVED)
    async with store.transaction() as tx:
        await tx.bag.sent([1], AT, HERE)
        assert await tx.bag.receipts("team", [opened.alert]) == {opened.alert: HERE}
        assert await tx.bag.receipts("boss", [opened.alert]) == {}
        await tx.bag.sent([3], AT, Receipt("C1", "18.1"))
        assert (await tx.bag.receipts("team", [opened.alert]))[opened.alert].id == "18.1"


async def test_who_was_told_has_heard_also_where_no_receipt_came_back(store: Store) -> None:
    opened = await owe(store)
    await owe(store, destination="boss")
    async with store.transaction() as tx:
        await tx.bag.sent([1], AT, None)

        assert await tx.bag.heard("team", [opened.alert]) == {opened.alert}
        assert await tx.bag.heard("boss", [opened.alert]) == set()


async def test_a_message_speaks_of_the_last_letter_of_each_of_its_alerts(store: Store) -> None:
    one, other = await owe(store), await owe(store, hour=1)
    resolved = await owe(store, Change.RESOLVED)
    async with store.transaction() as tx:
        await tx.bag.sent([1, 2, 3], AT, HERE)
        spoken = await tx.bag.spoken_of("team", HERE)

    assert spoken == {one.alert: resolved, other.alert: other}


async def test_each_end_of_a_letter_says_why(store: Store) -> None:
    for hour in range(4):
        await owe(store, hour=hour)
    async with store.transaction() as tx:
        await tx.bag.fold([1], AT)
        await tx.bag.mute([2], AT, "silence 3 by anna")
        await tx.bag.fail([3], AT, "no such channel")
        await tx.bag.hold([4], AT + MINUTE, "quiet hours")

    ends = [await line(store, id_) for id_ in (1, 2, 3, 4)]
    assert [(one.state.value, one.held, one.failure) for one in ends] == [
        ("folded", None, None),
        ("muted", "silence 3 by anna", None),
        ("failed", None, "no such channel"),
        ("owed", "quiet hours", None),
    ]
    assert ends[3].due_at == AT + MINUTE


async def test_what_may_have_arrived_is_looked_at_again_later(store: Store) -> None:
    await owe(store)
    async with store.transaction() as tx:
        await tx.bag.doubt([1], AT + MINUTE, "no answer")
    doubted = await line(store)

    assert (doubted.state, doubted.tries, doubted.lost) == (LetterState.UNKNOWN, 1, 1)
    assert await due(store) == []
    assert len(await due(store, AT + MINUTE)) == 1


async def test_with_an_opening_that_failed_goes_what_was_to_follow_it(store: Store) -> None:
    await owe(store)
    await owe(store, Change.RESOLVED)
    await owe(store, Change.RESOLVED, "boss")
    async with store.transaction() as tx:
        await tx.bag.fail([1], AT, "no such channel")
        await tx.bag.fail_what_follows("team", [1], AT)

    states = [(await line(store, id_)).state for id_ in (1, 2, 3)]
    assert states == [LetterState.FAILED, LetterState.FAILED, LetterState.OWED]


async def test_openings_that_wait_are_known_and_nothing_else_is(store: Store) -> None:
    opened = await owe(store)
    await owe(store, Change.RESOLVED)
    await owe(store, hour=1)
    async with store.transaction() as tx:
        await tx.bag.sent([3], AT, None)

        assert await tx.bag.waiting_openings("team") == [opened]


async def test_thousands_are_marked_at_once(store: Store) -> None:
    """A statement takes only so many parameters."""
    for hour in range(3):
        await owe(store, hour=hour)
    async with store.transaction() as tx:
        await tx.bag.sent(list(range(1, 40_000)), AT, None)
        counts = await tx.outbox.counts()

    assert counts == {LetterState.SENT: 3}
