"""What reports are made of, and which of them were made."""

from datetime import UTC, datetime, timedelta

import numpy as np

from daemon.source import Answer, Window
from daemon.store import Store
from daemon.store.frame import Frame
from rules.series import Measure, Metric, Reading

START = datetime(2026, 11, 9, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
METRIC = Metric("tts", "minutes", "minutes", Measure.AMOUNT, HOUR)


async def test_a_period_is_claimed_once(store: Store) -> None:
    async with store.transaction() as tx:
        assert await tx.reports.claim("weekly", "2026-W46", START)
        assert not await tx.reports.claim("weekly", "2026-W46", START + DAY)
        assert await tx.reports.claim("weekly", "2026-W47", START)
        assert await tx.reports.claim("other", "2026-W46", START)
    async with store.transaction() as tx:
        assert list(await tx.reports.made("weekly")) == ["2026-W46", "2026-W47"]
        assert list(await tx.reports.made("nobody")) == []


async def test_a_claim_goes_with_what_it_was_made_for(store: Store) -> None:
    try:
        async with store.transaction() as tx:
            await tx.reports.claim("weekly", "2026-W46", START)
            raise RuntimeError
    except RuntimeError:
        pass
    async with store.transaction() as tx:
        assert await tx.reports.claim("weekly", "2026-W46", START)


async def test_use_is_added_up_between_edges_and_what_was_not_told_is_not_zero(
    store: Store,
) -> None:
    a, b = (("voice", "a"),), (("voice", "b"),)
    readings = [
        Reading(a, START, 1.0),
        Reading(a, START + 23 * HOUR, 2.0),
        Reading(a, START + DAY, 4.0),
        Reading(b, START + DAY + HOUR, 8.0),
        Reading(a, START + 3 * DAY, 16.0),
    ]
    async with store.transaction() as tx:
        answer = Answer(METRIC, Window(START, START + 4 * DAY), readings)
        await tx.usage.record(answer, Frame(START + 5 * DAY, timedelta(0), timedelta(days=60)))
        edges = [START + each * DAY for each in range(4)]
        days = await tx.reports.days(METRIC, edges)

    assert days is not None
    assert [dict(one.labels)["voice"] for one in days.series] == ["a", "b"]
    np.testing.assert_array_equal(days.values, [[3, np.nan], [4, 8], [np.nan, np.nan]])
    assert list(days.told) == [2, 2, 0]


async def test_of_what_was_never_told_there_is_nothing(store: Store) -> None:
    async with store.transaction() as tx:
        assert await tx.reports.days(METRIC, [START, START + DAY]) is None
        assert list(await tx.reports.alerts(START, START + DAY, START)) == []
