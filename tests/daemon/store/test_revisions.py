"""What a vendor said before it said something else is not forgotten."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from daemon.source import Answer, Window
from daemon.store import Store
from daemon.store.frame import Frame
from daemon.store.revisions import Revision
from rules.series import Absent, Measure, Metric, Reading, Series, labels_of

HOUR = timedelta(hours=1)
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
MINUTES = Metric("tts", "minutes", "minutes", Measure.AMOUNT, HOUR, Absent.UNKNOWN)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def series(voice: str) -> Series:
    return Series("tts", "minutes", labels_of({"voice": voice}))


async def say(store: Store, at: datetime, *told: tuple[str, int, float]) -> None:
    """At a moment, (voice, hours before noon, minutes)."""
    readings = [
        Reading(series(voice).labels, NOON - ago * HOUR, value) for voice, ago, value in told
    ]
    async with store.transaction() as tx:
        answer = Answer(MINUTES, Window(NOON - 4 * HOUR, NOON), readings)
        await tx.usage.record(answer, Frame(at, timedelta(0), timedelta(days=60)))


async def test_each_change_is_given_back_by_bucket_the_oldest_first(store: Store) -> None:
    await say(store, NOON, ("a", 1, 1.0), ("b", 2, 2.0))
    await say(store, NOON + HOUR, ("a", 1, 3.0), ("b", 2, 4.0))
    await say(store, NOON + 2 * HOUR, ("a", 1, 5.0))
    async with store.transaction() as tx:
        found = await tx.revisions.since(MINUTES, LONG_AGO)

    assert found == [
        Revision(series("b"), NOON - 2 * HOUR, NOON + HOUR, 2.0, 4.0),
        Revision(series("a"), NOON - HOUR, NOON + HOUR, 1.0, 3.0),
        Revision(series("a"), NOON - HOUR, NOON + 2 * HOUR, 3.0, 5.0),
    ]


async def test_only_what_was_revised_since_is_given_back(store: Store) -> None:
    await say(store, NOON, ("a", 1, 1.0))
    await say(store, NOON + HOUR, ("a", 1, 3.0))
    async with store.transaction() as tx:
        assert len(await tx.revisions.since(MINUTES, NOON + HOUR)) == 1
        assert await tx.revisions.since(MINUTES, NOON + HOUR + timedelta(seconds=1)) == []


async def test_another_metric_and_another_grid_have_none(store: Store) -> None:
    await say(store, NOON, ("a", 1, 1.0))
    await say(store, NOON + HOUR, ("a", 1, 3.0))
    async with store.transaction() as tx:
        for other in (replace(MINUTES, name="calls"), replace(MINUTES, width=2 * HOUR)):
            assert await tx.revisions.since(other, LONG_AGO) == []
