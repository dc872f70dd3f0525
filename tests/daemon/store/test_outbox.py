"""A letter is owed once, taken by one daemon at a time, in order, and never lost."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from daemon.notifier import Letter, Receipt
from daemon.store import Store, open_store
from daemon.store.outbox import LetterState, OwedLetter
from rules.alert import Change
from tests import make
from tests.postgres import Postgres
from tests.stored import letter_counts

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


async def claim(store: Store, at: datetime = AT) -> list[OwedLetter]:
    """All that is due, until another ten minutes have passed."""
    claimed = []
    async with store.transaction() as tx:
        for destination in await tx.outbox.waiting(at):
            while owed := await tx.outbox.claim(destination, at, at + 10 * MINUTE):
                claimed.append(owed)
    return claimed


async def counts(store: Store) -> dict[LetterState, int]:
    async with store.transaction() as tx:
        return dict(await letter_counts(tx))


async def test_a_letter_comes_back_as_it_was_owed(store: Store) -> None:
    letter = await owe(store)
    (owed,) = await claim(store)

    assert owed.letter == replace(letter, receipt=None)
    assert owed.tries == 0


async def test_owing_the_same_key_twice_owes_it_once(store: Store) -> None:
    await owe(store)
    await owe(store)

    assert await counts(store) == {LetterState.OWED: 1}


@pytest.mark.parametrize(
    ("keys", "told"), [("ab", ["a", "b"]), ("aab", ["a", "b"]), ("aba", ["a", "b"])]
)
async def test_what_is_worse_may_become_worse_still_and_each_key_is_owed_once(
    store: Store, keys: str, told: list[str]
) -> None:
    await owe(store)
    for key in keys:
        async with store.transaction() as tx:
            await tx.outbox.enqueue(make.letter(Change.WORSENED, key=key, alert=1, owed_at=AT))
    owed = []
    for _ in range(4):
        for one in await claim(store):
            owed.append(one.letter.key)
            async with store.transaction() as tx:
                await tx.outbox.sent(one.id, AT, None)

    assert owed[1:] == told


async def test_what_a_destination_was_told_last_is_not_told_again_by_another_bucket(
    store: Store,
) -> None:
    await owe(store)
    async with store.transaction() as tx:
        await tx.outbox.enqueue(make.letter(key="another", alert=1, owed_at=AT))

    assert await counts(store) == {LetterState.OWED: 1}


async def test_what_was_withdrawn_and_came_back_is_news_again(store: Store) -> None:
    for change in (Change.OPENED, Change.WITHDRAWN, Change.OPENED):
        await owe(store, change)
    changes = []
    for _ in range(3):
        (owed,) = await claim(store)
        changes.append(owed.letter.event.change)
        async with store.transaction() as tx:
            await tx.outbox.sent(owed.id, AT, None)

    assert changes == [Change.OPENED, Change.WITHDRAWN, Change.OPENED]


async def test_a_claimed_letter_is_nobody_elses_until_the_claim_runs_out(store: Store) -> None:
    await owe(store)
    await claim(store)

    assert await claim(store, AT + 9 * MINUTE) == []
    assert len(await claim(store, AT + 10 * MINUTE)) == 1


async def test_two_replicas_never_hold_the_same_letter(postgres_server: Postgres) -> None:
    with postgres_server.database() as url:
        async with open_store(url) as one, open_store(url) as other:
            await owe(one)
            async with one.transaction() as first, other.transaction() as second:
                mine = await first.outbox.claim("team", AT, AT + MINUTE)
                theirs = await second.outbox.claim("team", AT, AT + MINUTE)

    assert mine is not None
    assert theirs is None


async def test_letters_of_one_alert_to_one_place_go_out_in_order(store: Store) -> None:
    await owe(store)
    await owe(store, Change.RESOLVED)
    (opened,) = await claim(store)
    async with store.transaction() as tx:
        await tx.outbox.sent(opened.id, AT, Receipt("C1", "17.1"))
    (resolved,) = await claim(store)

    assert opened.letter.event.change is Change.OPENED
    assert resolved.letter.event.change is Change.RESOLVED
    assert resolved.letter.receipt == Receipt("C1", "17.1")


async def test_one_place_that_waits_does_not_hold_up_another(store: Store) -> None:
    await owe(store, destination="team")
    (first,) = await claim(store)
    async with store.transaction() as tx:
        await tx.outbox.postpone(first.id, AT + MINUTE, "busy")
    await owe(store, Change.RESOLVED, "boss")

    assert [owed.letter.destination for owed in await claim(store)] == ["boss"]


async def test_a_receipt_is_a_places_own(store: Store) -> None:
    await owe(store, destination="team")
    (owed,) = await claim(store)
    async with store.transaction() as tx:
        await tx.outbox.sent(owed.id, AT, Receipt("C1", "17.1"))
    await owe(store, Change.RESOLVED, "boss")
    (other,) = await claim(store)

    assert other.letter.receipt is None


async def test_a_postponed_letter_is_due_when_it_was_said_to_be(store: Store) -> None:
    await owe(store)
    (owed,) = await claim(store)
    async with store.transaction() as tx:
        await tx.outbox.postpone(owed.id, AT + MINUTE, "connection refused")
        assert await tx.outbox.next_due() == AT + MINUTE

    assert await claim(store, AT + MINUTE - timedelta(seconds=1)) == []
    (again,) = await claim(store, AT + MINUTE)
    assert again.tries == 1


async def test_a_sent_letter_is_never_due_again(store: Store) -> None:
    await owe(store)
    (owed,) = await claim(store)
    async with store.transaction() as tx:
        await tx.outbox.sent(owed.id, AT, None)
        assert await tx.outbox.next_due() is None

    assert await claim(store, AT + timedelta(days=9)) == []


async def test_with_an_opening_what_was_to_follow_it_is_buried(store: Store) -> None:
    await owe(store)
    await owe(store, Change.RESOLVED)
    await owe(store, Change.RESOLVED, "boss")
    opened = next(owed for owed in await claim(store) if owed.letter.destination == "team")
    async with store.transaction() as tx:
        await tx.outbox.bury(opened, AT, "the channel is gone")

    assert await counts(store) == {LetterState.BURIED: 2, LetterState.OWED: 1}


async def test_who_heard_of_an_alert_leaves_out_those_who_never_will(store: Store) -> None:
    letter = await owe(store, destination="team")
    await owe(store, destination="boss")
    gone = next(owed for owed in await claim(store) if owed.letter.destination == "boss")
    async with store.transaction() as tx:
        await tx.outbox.bury(gone, AT, "no such channel")
        told = await tx.outbox.told(letter.alert)

    assert told == ["team"]


async def test_a_letter_that_was_owed_in_a_failed_transaction_is_not_owed(store: Store) -> None:
    with pytest.raises(RuntimeError):
        async with store.transaction() as tx:
            number = await tx.alerts.keep(make.alert())
            await tx.outbox.enqueue(make.letter(alert=number))
            raise RuntimeError

    assert await counts(store) == {}


async def test_claims_of_a_dead_daemon_are_let_go(store: Store) -> None:
    await owe(store)
    await claim(store)
    async with store.transaction() as tx:
        await tx.outbox.release()

    assert len(await claim(store)) == 1
