"""What is owed is owed once, whatever asks for it, and everybody can see what became of it."""

from datetime import UTC, datetime, timedelta

import pytest

from daemon.letter import Circular, Letter
from daemon.message import File, Table, Tone, Wording
from daemon.store import Store
from daemon.store.outbox import LetterState, Owed
from rules.alert import Change
from tests import make

AT = datetime(2026, 11, 20, 15, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


async def owe(store: Store, change: Change = Change.OPENED, destination: str = "team") -> Letter:
    """Owe a letter about alert 1, which is there."""
    async with store.transaction() as tx:
        number = await tx.alerts.keep(make.alert())
        letter = make.letter(
            change,
            key=f"{change}|{destination}",
            alert=number,
            destination=destination,
            owed_at=AT,
        )
        await tx.outbox.enqueue(letter)
    return letter


async def counts(store: Store) -> dict[LetterState, int]:
    async with store.transaction() as tx:
        return await tx.outbox.counts()


async def send(store: Store, at: datetime = AT) -> None:
    """All that is owed arrives."""
    async with store.transaction() as tx:
        owed = await tx.outbox.ledger(100, [LetterState.OWED])
        await tx.bag.sent([one.id for one in owed], at, None)


async def keys(store: Store) -> list[str]:
    async with store.transaction() as tx:
        return [one.content.key for one in reversed(await tx.outbox.ledger(100))]


async def test_a_letter_comes_back_as_it_was_owed(store: Store) -> None:
    letter = await owe(store)
    async with store.transaction() as tx:
        (line,) = await tx.outbox.ledger(9)

    assert line.content == letter
    assert (line.state, line.due_at, line.tries, line.lost) == (LetterState.OWED, AT, 0, 0)
    assert line.alert == letter.alert


async def test_a_circular_comes_back_as_it_was_owed_and_is_owed_once(store: Store) -> None:
    table = Table("Use", ("Voice", "Minutes"), (("Agatha", "41"),), (1,))
    words = Wording("Last week", "Last week", (), (), "", tables=(table,))
    svg = File("use.svg", "Use by day", b"<svg/>")
    csv = File("allocation.csv", "Shares", "Köln;1,5\n".encode())
    circular = Circular("weekly|W46|team", "team", AT, words, Tone.REPORT, (svg,), (csv,))
    for _ in range(2):
        async with store.transaction() as tx:
            await tx.outbox.circulate(circular)
    async with store.transaction() as tx:
        (line,) = await tx.outbox.ledger(9)

    assert line.content == circular
    assert line.alert is None


async def test_owing_the_same_key_twice_owes_it_once(store: Store) -> None:
    await owe(store)
    await owe(store)

    assert await counts(store) == {LetterState.OWED: 1}


async def test_a_letter_may_be_due_later_than_it_was_owed(store: Store) -> None:
    async with store.transaction() as tx:
        number = await tx.alerts.keep(make.alert())
        await tx.outbox.enqueue(make.letter(alert=number, owed_at=AT), AT + MINUTE)

        assert await tx.outbox.next_due() == AT + MINUTE
        assert await tx.outbox.waiting(AT) == []
        assert await tx.outbox.waiting(AT + MINUTE) == ["team"]


@pytest.mark.parametrize("change", [Change.WORSENED, Change.REMINDED])
@pytest.mark.parametrize(
    ("asked", "told"), [("ab", ["a", "b"]), ("aab", ["a", "b"]), ("aba", ["a", "b"])]
)
async def test_what_may_come_again_is_owed_once_for_each_key(
    store: Store, change: Change, asked: str, told: list[str]
) -> None:
    await owe(store)
    for key in asked:
        async with store.transaction() as tx:
            await tx.outbox.enqueue(make.letter(change, key=key, alert=1, owed_at=AT))

    assert (await keys(store))[1:] == told


async def test_what_a_destination_was_told_last_is_not_told_again_by_another_bucket(
    store: Store,
) -> None:
    await owe(store)
    async with store.transaction() as tx:
        await tx.outbox.enqueue(make.letter(key="another", alert=1, owed_at=AT))

    assert await counts(store) == {LetterState.OWED: 1}


async def test_of_many_owed_at_once_none_is_owed_twice_either(store: Store) -> None:
    async with store.transaction() as tx:
        number = await tx.alerts.keep(make.alert())
        opened = [Owed(make.letter(alert=number, key=key, owed_at=AT)) for key in "aab"]
        over = Owed(make.letter(Change.RESOLVED, alert=number, key="c", owed_at=AT), AT + MINUTE)
        await tx.outbox.enqueue_all([*opened, over])
        await tx.outbox.enqueue_all([])

        assert await tx.outbox.waiting(AT) == ["team"]
    assert await keys(store) == ["a", "c"]


async def test_what_was_withdrawn_and_came_back_is_news_again(store: Store) -> None:
    for change in (Change.OPENED, Change.WITHDRAWN, Change.OPENED):
        await owe(store, change)

    assert await keys(store) == ["opened|team", "withdrawn|team", "opened|team|2"]


@pytest.mark.parametrize(
    ("state", "heard"),
    [("owed", True), ("sent", True), ("folded", True), ("failed", False), ("muted", False)],
)
async def test_who_heard_of_an_alert_leaves_out_those_who_never_will(
    store: Store, state: str, heard: bool
) -> None:
    letter = await owe(store)
    async with store.transaction() as tx:
        match state:
            case "sent":
                await tx.bag.sent([1], AT, None)
            case "folded":
                await tx.bag.fold([1], AT)
            case "failed":
                await tx.bag.fail([1], AT, "no such channel")
            case "muted":
                await tx.bag.mute([1], AT, "a silence")
        told = await tx.outbox.told_of([letter.alert])

    assert told == ({letter.alert: ["team"]} if heard else {})


async def test_the_last_letter_is_known_and_when_it_was_told(store: Store) -> None:
    async with store.transaction() as tx:
        assert await tx.outbox.last_of([1]) == {}
        assert await tx.outbox.last_told(1, "team") is None
    await owe(store)
    async with store.transaction() as tx:
        assert await tx.outbox.last_told(1, "team") is None
    await send(store, AT + MINUTE)
    resolved = await owe(store, Change.RESOLVED)
    async with store.transaction() as tx:
        assert await tx.outbox.last_of([1]) == {(1, "team"): resolved}
        assert await tx.outbox.last_told(1, "team") is None
    await send(store, AT + 2 * MINUTE)
    async with store.transaction() as tx:
        assert await tx.outbox.last_told(1, "team") == AT + 2 * MINUTE


async def test_the_ledger_tells_of_one_place_one_alert_or_some_states(store: Store) -> None:
    await owe(store, destination="team")
    await owe(store, destination="boss")
    async with store.transaction() as tx:
        await tx.bag.fail([2], AT, "no such channel")
        failed = await tx.outbox.ledger(9, [LetterState.FAILED])
        team = await tx.outbox.ledger(9, destination="team")
        other = await tx.outbox.ledger(9, alert=99)
        newest = await tx.outbox.ledger(1)

    assert [(one.id, one.failure) for one in failed] == [(2, "no such channel")]
    assert [one.id for one in team] == [1]
    assert other == []
    assert [one.id for one in newest] == [2]


async def test_what_came_to_an_end_may_be_owed_again_and_nothing_else(store: Store) -> None:
    await owe(store)
    async with store.transaction() as tx:
        assert not await tx.outbox.owe_again(1, AT)
        assert not await tx.outbox.owe_again(7, AT)
        await tx.bag.fail([1], AT, "no such channel")
        assert await tx.outbox.owe_again(1, AT + MINUTE)
        line = await tx.outbox.number(1)
        assert await tx.outbox.number(7) is None

    assert line is not None
    assert (line.state, line.due_at, line.tries) == (LetterState.OWED, AT + MINUTE, 0)


async def test_a_letter_that_was_owed_in_a_failed_transaction_is_not_owed(store: Store) -> None:
    with pytest.raises(RuntimeError):
        async with store.transaction() as tx:
            number = await tx.alerts.keep(make.alert())
            await tx.outbox.enqueue(make.letter(alert=number))
            raise RuntimeError

    assert await counts(store) == {}
