"""What is told is kept once, comes back the same, and is never taken for zero."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
import sqlalchemy as sa

from daemon.source import Answer, Window
from daemon.store import Store, open_store, tables
from daemon.store.frame import Frame
from daemon.store.usage import Recorded
from rules.series import Absent, Measure, Metric, Reading, labels_of
from tests.postgres import Postgres
from tests.stored import forget

HOUR = timedelta(hours=1)
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
AT = NOON + timedelta(minutes=30)
MINUTES = Metric("tts", "minutes", "minutes", Measure.AMOUNT, HOUR, Absent.ZERO)
CREDITS = Metric("tts", "credits", "credits", Measure.LEVEL, timedelta(minutes=1))

Told = Mapping[tuple[str, int], float]
"""(voice, hours before noon) to minutes."""


def answer(told: Told, hours: int = 4, metric: Metric = MINUTES) -> Answer:
    window = Window(NOON - hours * HOUR, NOON + HOUR)
    readings = [
        Reading(labels_of({"voice": voice}), NOON - ago * HOUR, value)
        for (voice, ago), value in told.items()
    ]
    return Answer(metric, window, readings)


async def record(store: Store, told: Answer, at: datetime = AT) -> Recorded:
    async with store.transaction() as tx:
        recorded = await tx.usage.record(told, Frame(at, timedelta(minutes=10), timedelta(days=60)))
    assert recorded is not None
    return recorded


async def rows(store: Store, table: sa.Table) -> list[sa.Row]:
    async with store._engine.connect() as connection:
        return list((await connection.execute(sa.select(table))).all())


async def test_a_row_is_a_bucket_and_a_column_a_series(store: Store) -> None:
    panel = (await record(store, answer({("a", 2): 1.5, ("b", 2): 2.5, ("a", 0): 3.0}))).panel

    assert panel.start == NOON - 2 * HOUR
    assert [one.labels for one in panel.series] == [(("voice", "a"),), (("voice", "b"),)]
    assert panel.values.tolist() == [[1.5, 2.5], [0.0, 0.0], [3.0, 0.0]]


async def test_a_bucket_closes_once_it_ended_and_settled(store: Store) -> None:
    told = answer({("a", 1): 1.0, ("a", 0): 1.0})
    early = await record(store, told, NOON + timedelta(minutes=9))
    late = await record(store, told, NOON + timedelta(minutes=10))

    assert (early.panel.closed, early.closed) == (0, 0)
    assert (late.panel.closed, late.closed) == (1, 1)


async def test_a_series_is_unknown_before_it_was_first_seen_and_zero_after(store: Store) -> None:
    panel = (await record(store, answer({("a", 4): 1.0, ("new", 2): 2.0}))).panel

    assert np.isnan(panel.values[:2, 1]).all()
    assert panel.values[2:, 1].tolist() == [2.0, 0.0, 0.0]


async def test_where_absent_is_unknown_silence_is_never_zero(store: Store) -> None:
    level = Answer(CREDITS, Window(NOON, NOON), [Reading((), NOON, 146.0)])
    later = Answer(CREDITS, Window(NOON, NOON), [Reading((), NOON + timedelta(minutes=3), 140.0)])
    await record(store, level)
    panel = (await record(store, later)).panel

    assert panel.values[0, 0] == 146.0
    assert np.isnan(panel.values[1:3, 0]).all()
    assert panel.closed == len(panel) == 4


async def test_a_later_instant_of_the_same_minute_does_not_revise_a_level(store: Store) -> None:
    for balance in (19_000.0, 90_000.0):
        level = Answer(CREDITS, Window(NOON, NOON), [Reading((), NOON, balance)])
        recorded = await record(store, level)

    assert recorded.panel.values.tolist() == [[19_000.0]]
    assert recorded.revised == []


async def test_nothing_ever_told_is_no_panel(store: Store) -> None:
    async with store.transaction() as tx:
        recorded = await tx.usage.record(answer({}), Frame(AT, timedelta(0), timedelta(days=60)))

    assert recorded is None


async def test_asking_twice_writes_nothing_the_second_time(store: Store) -> None:
    told = answer({("a", 3): 1.0, ("a", 0): 2.0})
    await record(store, told)
    before = await rows(store, tables.bucket)
    again = await record(store, told)

    assert await rows(store, tables.bucket) == before
    assert (again.revised, again.newcomers) == ([], [])


async def test_a_bucket_that_fills_is_not_a_revision(store: Store) -> None:
    await record(store, answer({("a", 0): 2.0}))
    grown = await record(store, answer({("a", 0): 5.0}))

    assert grown.panel.values[-1, 0] == 5.0
    assert grown.revised == []
    assert await rows(store, tables.revision) == []


async def test_a_closed_bucket_that_changes_is_a_revision_and_keeps_what_stood_there(
    store: Store,
) -> None:
    await record(store, answer({("a", 3): 41.0, ("b", 3): 7.0}))
    revised = await record(store, answer({("a", 3): 18.0, ("b", 3): 7.0}))

    assert revised.revised == [(0, 0)]
    assert revised.panel.values[0].tolist() == [18.0, 7.0]
    (kept,) = await rows(store, tables.revision)
    assert (kept.start, kept.before, kept.after, kept.revised_at) == (NOON - 3 * HOUR, 41, 18, AT)


async def test_a_row_the_vendor_deletes_is_revised_to_zero(store: Store) -> None:
    await record(store, answer({("a", 3): 41.0, ("b", 3): 7.0}))
    revised = await record(store, answer({("b", 3): 7.0}))

    assert revised.revised == [(0, 0)]
    assert revised.panel.values[0].tolist() == [0.0, 7.0]


async def test_buckets_outside_the_window_stay_as_they_are(store: Store) -> None:
    await record(store, answer({("a", 4): 4.0, ("a", 1): 1.0}))
    panel = (await record(store, answer({("a", 1): 1.0}, hours=2))).panel

    assert panel.values[:, 0].tolist() == [4.0, 0.0, 0.0, 1.0, 0.0]


async def test_a_newcomer_is_named_once(store: Store) -> None:
    first = await record(store, answer({("a", 2): 1.0}))
    second = await record(store, answer({("a", 2): 1.0, ("b", 1): 1.0}))
    third = await record(store, answer({("a", 2): 1.0, ("b", 1): 1.0}))

    assert (first.newcomers, second.newcomers, third.newcomers) == ([0], [1], [])


async def test_memory_thrown_away_is_read_back_the_same(store: Store) -> None:
    told = answer({("a", 4): 1.25, ("b", 2): 2.0, ("a", 0): 0.1 + 0.2})
    before = (await record(store, told)).panel
    forget(store)
    after = (await record(store, told)).panel

    assert (after.series, after.start, after.closed) == (before.series, before.start, before.closed)
    assert np.array_equal(after.values, before.values, equal_nan=True)


async def test_two_replicas_see_each_others_buckets_and_series(postgres_server: Postgres) -> None:
    with postgres_server.database() as url:
        async with open_store(url) as one, open_store(url) as other:
            await record(one, answer({("a", 3): 1.0}))
            await record(other, answer({("a", 3): 1.0, ("b", 2): 2.0}))
            panel = (await record(one, answer({("a", 3): 1.0, ("b", 2): 9.0}))).panel

    assert len(panel.series) == 2
    assert panel.values[1].tolist() == [0.0, 9.0]


async def test_a_transaction_that_fails_leaves_neither_rows_nor_memory(store: Store) -> None:
    await record(store, answer({("a", 3): 1.0}))
    with pytest.raises(RuntimeError, match="pulled the plug"):
        async with store.transaction() as tx:
            frame = Frame(AT, timedelta(0), timedelta(days=60))
            await tx.usage.record(answer({("a", 3): 5.0}), frame)
            raise RuntimeError("pulled the plug")

    again = await record(store, answer({("a", 3): 1.0}))
    assert again.revised == []
    assert again.panel.values[0, 0] == 1.0


async def test_where_to_ask_from_next_is_the_first_bucket_that_still_fills(store: Store) -> None:
    async with store.transaction() as tx:
        before = await tx.usage.open_at([MINUTES])
    await record(store, answer({("a", 3): 1.0}))
    async with store.transaction() as tx:
        after = await tx.usage.open_at([MINUTES])

    assert before is None
    assert after == NOON


async def test_what_was_told_under_another_configuration_does_not_hold_the_window_back(
    store: Store,
) -> None:
    await record(store, answer({("a", 3): 1.0}))
    daily = Metric("tts", "minutes", "minutes", Measure.AMOUNT, timedelta(days=1), Absent.ZERO)
    async with store.transaction() as tx:
        assert await tx.usage.open_at([MINUTES, daily]) is None
        assert await tx.usage.open_at([daily]) is None
        assert await tx.usage.open_at([MINUTES]) == NOON


async def test_pruning_forgets_what_is_older_and_nothing_else(store: Store) -> None:
    await record(store, answer({("a", 4): 4.0, ("a", 1): 1.0}))
    async with store.transaction() as tx:
        await tx.usage.prune(NOON - HOUR)
        (panel,) = await tx.usage.panels("tts")

    assert panel.start == NOON - HOUR


async def test_a_width_that_changes_begins_a_panel_of_its_own(store: Store) -> None:
    daily = Metric("tts", "minutes", "minutes", Measure.AMOUNT, timedelta(days=1), Absent.ZERO)
    midnight = NOON.replace(hour=0)
    await record(store, answer({("a", 3): 1.0}))
    day = Answer(daily, Window(midnight, midnight + timedelta(days=1)), [Reading((), midnight, 9)])
    panel = (await record(store, day)).panel

    assert panel.values.tolist() == [[9.0]]
    async with store.transaction() as tx:
        assert len(await tx.usage.panels("tts")) == 2


async def test_what_is_remembered_cannot_be_written_through_a_panel(store: Store) -> None:
    panel = (await record(store, answer({("a", 3): 1.0}))).panel

    with pytest.raises(ValueError, match="read-only"):
        panel.values[0, 0] = 2.0
