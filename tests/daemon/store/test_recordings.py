"""A day of a recorder is put down once, taken by one at a time, and kept as it was written."""

from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from daemon.store import Store, open_store, tables
from daemon.store.recordings import Days, Entry, EntryState
from tests.postgres import Postgres

AT = datetime(2026, 11, 20, 15, tzinfo=UTC)
TODAY = date(2026, 11, 20)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


def entry(day: date = TODAY, state: EntryState = EntryState.OWED, **more: object) -> Entry:
    return replace(Entry("acme", day, state, owed_at=AT, due_at=AT), **more)  # type: ignore[arg-type]


async def put(store: Store, *entries: Entry) -> None:
    async with store.transaction() as tx:
        await tx.recordings.expect(entries)


async def test_a_day_comes_back_as_it_was_kept(store: Store) -> None:
    kept = entry(
        asked=True,
        amount=Decimal("0.000000001"),
        key="acme:2026-11-20",
        revised=Decimal(1000),
        panel_id=3,
        version=7,
        tries=2,
        lost=1,
        claimed_until=AT + MINUTE,
        settled_at=AT,
        failure="busy",
    )
    async with store.transaction() as tx:
        await tx.recordings.keep(kept)
    async with store.transaction() as tx:
        assert await tx.recordings.entry("acme", TODAY) == kept
        assert await tx.recordings.entry("acme", TODAY + DAY) is None


async def test_a_day_that_is_there_is_not_expected_again(store: Store) -> None:
    await put(store, entry(amount=Decimal(1)))
    await put(store, entry(amount=Decimal(2)), entry(TODAY + DAY))
    await put(store)

    async with store.transaction() as tx:
        amounts = [one.amount for one in await tx.recordings.since("acme", TODAY)]
    assert amounts == [Decimal(1), None]


async def test_a_recorder_follows_the_days_nobody_named(store: Store) -> None:
    await put(store, entry(TODAY - 9 * DAY, asked=True), entry(), entry(TODAY + DAY))

    async with store.transaction() as tx:
        assert await tx.recordings.followed("acme") == Days(TODAY, TODAY + DAY)
        assert await tx.recordings.followed("birch") is None


async def test_the_oldest_day_that_is_due_and_free_is_next(store: Store) -> None:
    await put(
        store,
        entry(TODAY - 3 * DAY, EntryState.RECORDED),
        entry(TODAY - 2 * DAY, due_at=AT + MINUTE),
        entry(TODAY - DAY, claimed_until=AT + MINUTE),
        entry(TODAY),
        entry(TODAY + DAY),
    )
    async with store.transaction() as tx:
        now = await tx.recordings.next_due("acme", EntryState.OWED, AT)
        later = await tx.recordings.next_due("acme", EntryState.OWED, AT + MINUTE)
        others = await tx.recordings.next_due("birch", EntryState.OWED, AT)

    assert now is not None
    assert now.day == TODAY
    assert later is not None
    assert later.day == TODAY - 2 * DAY
    assert others is None


async def test_two_replicas_are_never_given_one_day(postgres_server: Postgres) -> None:
    with postgres_server.database() as url:
        async with open_store(url) as one, open_store(url) as other:
            await put(one, entry(), entry(TODAY + DAY))
            async with one.transaction() as mine, other.transaction() as theirs:
                first = await mine.recordings.next_due("acme", EntryState.OWED, AT)
                second = await theirs.recordings.next_due("acme", EntryState.OWED, AT)

    assert first is not None
    assert second is not None
    assert (first.day, second.day) == (TODAY, TODAY + DAY)


async def test_a_claim_outlives_a_restart(store_url: str) -> None:
    """Unlike a letter's: what the dead daemon sent may still be on its way."""
    async with open_store(store_url) as store:
        await put(store, entry(claimed_until=AT + MINUTE))
    async with open_store(store_url) as store, store.transaction() as tx:
        assert await tx.recordings.next_due("acme", EntryState.OWED, AT) is None


def test_every_column_is_a_field() -> None:
    assert {column.name for column in tables.recording.columns} == {
        field.name for field in fields(Entry)
    }
