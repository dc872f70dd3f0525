"""How a source fares is told in a word, a line of numbers, and in full where something is wrong."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from daemon.governor import Outlook
from daemon.governor.account import Account
from daemon.governor.allowance import slot_of
from daemon.health import note_answer, note_failure
from daemon.overview import Seen, State, overview
from daemon.route import Audience, Hearers, Routing
from daemon.secret import Secret
from daemon.source import Answer, Feed, SourceChanged, SourceError, SourceRefused, Window
from daemon.sources.supertone import SupertoneUsage
from daemon.store import Store, open_store
from daemon.store.accounts import AccountState
from daemon.store.frame import Frame
from daemon.store.polls import Remembered, SourceState
from rules.series import Reading, labels_of
from tests.blank import blank

NOW = datetime(2026, 11, 20, 12, 20, tzinfo=UTC)
NOON = NOW - timedelta(minutes=20)
HOUR, SOON = timedelta(hours=1), timedelta(minutes=5)
FEED = Feed("voices", SupertoneUsage(Secret("sk-secret")))
NOBODY = Hearers(Routing(), Audience())
ACCOUNT = Account("supertoneapi.com-1a2b3c4d", 20)
FAILURE = "voices: GET /v1/usage answered 503: busy"


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store(blank(tmp_path)) as store:
        yield store


async def look(store: Store) -> Seen:
    [seen] = await overview([FEED], {"voices": ACCOUNT}, store, NOW)
    return seen


async def tell(store: Store, settles: timedelta = timedelta(0)) -> None:
    """Two voices, from nine o'clock up to now."""
    [metric] = FEED.source.metrics("voices")
    readings = [
        Reading(labels_of({"voice_id": voice}), NOON - hours * HOUR, 1.0)
        for voice in ("a", "b")
        for hours in range(4)
    ]
    answer = Answer(metric, Window(NOON - 3 * HOUR, NOON + HOUR), readings)
    async with store.transaction() as tx:
        await tx.usage.record(answer, Frame(NOW, settles, timedelta(days=60)))


async def test_before_its_first_poll_nothing_is_known(store: Store) -> None:
    seen = await look(store)

    assert (seen.state, seen.type) == (State.NEVER, "supertone.usage")
    assert (seen.newest_at, seen.lag, seen.series) == (None, None, 0)


async def test_while_its_history_is_read_it_says_so(store: Store) -> None:
    await tell(store)

    assert (await look(store)).state is State.HISTORY


async def test_the_newest_bucket_may_fill_and_the_lag_is_that_of_the_newest_closed(
    store: Store,
) -> None:
    await tell(store)
    async with store.transaction() as tx:
        await tx.polls.succeeded("voices", NOW - SOON)
    seen = await look(store)

    assert seen.state is State.OK
    assert (seen.newest_at, seen.lag, seen.series) == (NOON, NOW - NOON, 2)


async def test_what_settles_late_lags_by_a_bucket_more(store: Store) -> None:
    await tell(store, settles=timedelta(minutes=30))

    assert (await look(store)).lag == NOW - NOON + HOUR


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (SourceError(FAILURE), State.FAILING),
        (SourceRefused(FAILURE), State.BLIND),
        (SourceChanged(FAILURE), State.CHANGED),
    ],
)
async def test_a_failure_has_another_name_once_people_were_told(
    store: Store, error: SourceError, state: State
) -> None:
    async with store.transaction() as tx:
        await tx.polls.failed("voices", NOW - SOON, str(error))
        await note_failure(tx, FEED, NOBODY, error, NOW - SOON)

    assert (await look(store)).state is state


async def test_blindness_ends_with_the_first_answer(store: Store) -> None:
    async with store.transaction() as tx:
        await note_failure(tx, FEED, NOBODY, SourceRefused(FAILURE), NOW - SOON)
        await note_answer(tx, FEED, NOBODY, NOW)
        await tx.polls.succeeded("voices", NOW)

    assert (await look(store)).state is State.OK


async def test_what_its_account_spent_is_no_longer_left(store: Store) -> None:
    async with store.transaction() as tx:
        await tx.accounts.hold(ACCOUNT.name)
        await tx.accounts.keep(AccountState(ACCOUNT.name, {slot_of(NOW): 3}))

    assert (await look(store)).calls_left == 17


async def test_it_rests_with_its_account_and_no_longer(store: Store) -> None:
    for until, state in ((NOW + SOON, State.RESTING), (NOW, State.OK)):
        async with store.transaction() as tx:
            await tx.polls.succeeded("voices", NOW - SOON)
            await tx.accounts.hold(ACCOUNT.name)
            await tx.accounts.keep(AccountState(ACCOUNT.name, {}, until, "it answered 429"))
        seen = await look(store)

        assert (seen.state, seen.calls_left) == (state, 0 if state is State.RESTING else 20)


async def test_of_an_account_that_is_not_known_nothing_is_said(store: Store) -> None:
    [seen] = await overview([FEED], {}, store, NOW)

    assert (seen.outlook, seen.calls_left, seen.rests_until) == (None, None, None)


def test_what_matters_most_is_its_state() -> None:
    poll = SourceState("voices", NOW, NOW, NOW - HOUR, FAILURE)
    rests = Outlook(ACCOUNT.name, 0, NOW + SOON, "it answered 429")
    calm = Outlook(ACCOUNT.name, 0)

    assert Seen("v", "", NOW, poll, [], State.BLIND, rests).state is State.BLIND
    assert Seen("v", "", NOW, poll, [], None, rests).state is State.RESTING
    assert Seen("v", "", NOW, poll, [], None, calm).state is State.FAILING
    assert Seen("v", "", NOW, None, [], None, rests).state is State.NEVER


def test_of_several_metrics_the_newest_counts() -> None:
    """One of an older configuration stands still for ever."""
    told = [Remembered("old", NOON - HOUR, NOON - HOUR, 3), Remembered("minutes", NOON, NOON, 2)]
    seen = Seen("v", "", NOW, None, told, None, None)

    assert (seen.newest_at, seen.lag, seen.series) == (NOON, NOW - NOON, 5)
