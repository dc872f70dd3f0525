"""A day is read as the database has it, whatever else is remembered or forgotten."""

from datetime import UTC, datetime, timedelta

import numpy as np

from daemon.source import Answer, Window
from daemon.store import Store
from daemon.store.frame import Frame
from daemon.store.stretch import Shelf
from rules.recorded import DAY
from rules.series import Absent, Measure, Metric, Reading, labels_of

HOUR = timedelta(hours=1)
MIDNIGHT = datetime(2026, 11, 20, tzinfo=UTC)
MINUTES = Metric("tts", "minutes", "minutes", Measure.AMOUNT, 6 * HOUR, Absent.ZERO)
TODAY = MIDNIGHT.date()


async def tell(store: Store, at: datetime, used: dict[tuple[str, datetime], float]) -> None:
    readings = [
        Reading(labels_of({"voice": v}), start, value) for (v, start), value in used.items()
    ]
    told = Window(MIDNIGHT - DAY, MINUTES.bucket(at) + 6 * HOUR)
    async with store.transaction() as tx:
        frame = Frame(at, timedelta(0), 60 * DAY)
        await tx.usage.record(Answer(MINUTES, told, readings), frame)


async def shelf(store: Store) -> Shelf:
    async with store.transaction() as tx:
        (shelf,) = await tx.recordings.stretches.shelves("tts")
    return shelf


USED = {("a", MIDNIGHT - 6 * HOUR): 1.0, ("a", MIDNIGHT): 2.0, ("b", MIDNIGHT + 6 * HOUR): 3.0}


async def test_a_day_is_its_buckets_and_no_others(store: Store) -> None:
    await tell(store, MIDNIGHT + 25 * HOUR, USED)
    kept = await shelf(store)
    async with store.transaction() as tx:
        day = await tx.recordings.stretches.day(kept, TODAY)

    assert kept.metric == MINUTES
    assert (day.panel.start, day.panel.closed) == (MIDNIGHT, 4)
    assert day.panel.values[:, 0].tolist() == [2.0, 0.0, 0.0, 0.0]
    assert day.panel.values[1:, 1].tolist() == [3.0, 0.0, 0.0]
    assert np.isnan(day.panel.values[0, 1])
    assert day.begun == (MIDNIGHT - 6 * HOUR, MIDNIGHT + 6 * HOUR)


async def test_what_still_fills_is_not_closed_and_what_is_not_there_was_not_told(
    store: Store,
) -> None:
    await tell(store, MIDNIGHT + 7 * HOUR, USED)
    kept = await shelf(store)
    async with store.transaction() as tx:
        today = await tx.recordings.stretches.day(kept, TODAY)
        next_year = await tx.recordings.stretches.day(kept, TODAY + 365 * DAY)

    assert today.panel.closed == 1
    assert np.isnan(today.panel.values[2:]).all()
    assert next_year.panel.closed == 0


async def test_a_metric_nobody_told_of_has_no_shelf(store: Store) -> None:
    async with store.transaction() as tx:
        assert await tx.recordings.stretches.shelves("tts") == []


async def test_days_that_changed_have_a_newer_version(store: Store) -> None:
    await tell(store, MIDNIGHT + 25 * HOUR, USED)
    before = await shelf(store)
    await tell(store, MIDNIGHT + 26 * HOUR, USED | {("a", MIDNIGHT): 2.5})
    after = await shelf(store)
    async with store.transaction() as tx:
        changed = await tx.recordings.stretches.changed(after, TODAY - DAY, TODAY + DAY)

    assert changed[TODAY] > before.version
    assert changed[TODAY - DAY] <= before.version
    assert set(changed) == {TODAY - DAY, TODAY}
