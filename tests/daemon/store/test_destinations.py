"""A destination has one carrier at a time, rests when it must, and remembers how it fares."""

from datetime import UTC, datetime, timedelta

from daemon.store import Store, open_store
from daemon.store.destinations import Claim
from tests.postgres import Postgres

AT = datetime(2026, 11, 20, 15, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


async def claimed(store: Store, at: datetime = AT) -> Claim | None:
    async with store.transaction() as tx:
        return await tx.destinations.claim("team", at, at + 2 * MINUTE)


async def claim(store: Store, at: datetime = AT) -> bool:
    return await claimed(store, at) is not None


async def test_a_claimed_destination_is_nobody_elses_until_the_claim_runs_out(store: Store) -> None:
    assert await claim(store)
    assert not await claim(store, AT + MINUTE)
    assert await claim(store, AT + 2 * MINUTE)


async def test_a_claim_may_be_kept_and_let_go(store: Store) -> None:
    mine = await claimed(store)
    assert mine is not None
    async with store.transaction() as tx:
        assert await tx.destinations.keep(mine, AT + 9 * MINUTE)
        assert await tx.destinations.keep(mine, AT + 10 * MINUTE)
    assert not await claim(store, AT + 9 * MINUTE)
    async with store.transaction() as tx:
        await tx.destinations.release(mine)
    assert await claim(store, AT + 8 * MINUTE)


async def test_who_stood_still_for_too_long_has_no_claim_any_more(store: Store) -> None:
    late = await claimed(store)
    assert late is not None
    assert await claim(store, AT + 3 * MINUTE)

    async with store.transaction() as tx:
        assert not await tx.destinations.keep(late, AT + 9 * MINUTE)
        await tx.destinations.release(late)
    assert not await claim(store, AT + 4 * MINUTE), "the other one's claim holds"


async def test_of_two_replicas_one_carries(postgres_server: Postgres) -> None:
    with postgres_server.database() as url:
        async with open_store(url) as one, open_store(url) as other:
            assert [await claim(one), await claim(other)] == [True, False]


async def test_claims_of_a_dead_daemon_are_let_go(store: Store) -> None:
    await claim(store)
    async with store.transaction() as tx:
        await tx.destinations.release_all()

    assert await claim(store)


async def test_a_destination_that_rests_is_not_carried_to(store: Store) -> None:
    async with store.transaction() as tx:
        await tx.destinations.failed("team", AT, AT + MINUTE, "429")
    assert not await claim(store)
    assert await claim(store, AT + MINUTE)


async def test_a_new_configuration_wakes_them_all(store: Store) -> None:
    async with store.transaction() as tx:
        await tx.destinations.failed("team", AT, AT + MINUTE, "invalid_auth")
        await tx.destinations.wake_all()

    assert await claim(store)


async def test_failures_count_from_the_first_until_it_works_again(store: Store) -> None:
    async with store.transaction() as tx:
        for minute in range(3):
            at = AT + minute * MINUTE
            await tx.destinations.failed("team", at, at, f"try {minute}")
        failing = await tx.destinations.state("team")
        await tx.destinations.succeeded("team", AT)
        well = await tx.destinations.state("team")

    assert (failing.failing_since, failing.failures, failing.failure) == (AT, 3, "try 2")
    assert (well.failing_since, well.failures, well.failure) == (None, 0, None)


async def test_one_that_was_never_met_has_a_state_too(store: Store) -> None:
    async with store.transaction() as tx:
        assert (await tx.destinations.state("team")).failures == 0
        assert await tx.destinations.all() == []
        await tx.destinations.checked("team", AT)
        (met,) = await tx.destinations.all()

    assert (met.name, met.checked_at) == ("team", AT)
