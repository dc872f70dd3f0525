"""Running totals become amounts: over polls, rollovers, corrections and restarts."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import numpy as np
import pytest

from daemon.source import Standing, Window
from daemon.store import Store, open_store
from daemon.store.frame import Frame
from daemon.store.usage import Recorded
from rules.panel import Panel
from rules.series import Absent, Measure, Metric, labels_of
from tests.blank import blank
from tests.stored import forget

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
NOVEMBER = Window(datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))
DECEMBER = Window(NOVEMBER.end, datetime(2027, 1, 1, tzinfo=UTC))
REQUESTS = Metric("cdn", "requests", "requests", Measure.AMOUNT, DAY, Absent.ZERO)
TENTH = datetime(2026, 11, 10, tzinfo=UTC)


async def stand(
    store: Store, at: datetime, *, period: Window = NOVEMBER, cdn: str = "cdn", **totals: float
) -> Recorded | None:
    """The totals of some services, told at a moment."""
    told = {labels_of({"service": name}): total for name, total in totals.items()}
    standing = Standing(replace(REQUESTS, source=cdn), period, min(at, period.end), told)
    async with store.transaction() as tx:
        return await tx.usage.stand(standing, Frame(at, 6 * HOUR, 60 * DAY))


def used(panel: Panel, column: int = 0) -> dict[int, float]:
    """Day of the month to amount, as far as it is known."""
    return {
        panel.at(row).day: round(float(value), 6)
        for row, value in enumerate(panel.values[:, column])
        if not np.isnan(value)
    }


async def test_the_first_time_says_nothing_of_what_was_used_before(store: Store) -> None:
    recorded = await stand(store, TENTH, www=1000)

    assert recorded is None or np.isnan(recorded.panel.values).all()


async def test_what_a_total_grew_by_is_spread_over_the_time_between(store: Store) -> None:
    await stand(store, TENTH, www=1000)
    recorded = await stand(store, TENTH + 2 * DAY, www=1200)

    assert recorded is not None
    assert used(recorded.panel) == {10: 100.0, 11: 100.0}
    assert recorded.panel.closed == 1


async def test_a_day_is_closed_once_a_later_total_is_known_and_it_settled(store: Store) -> None:
    await stand(store, TENTH, www=1000)
    early = await stand(store, TENTH + DAY + 5 * HOUR, www=1100)
    late = await stand(store, TENTH + DAY + 6 * HOUR, www=1100)

    assert early is not None
    assert late is not None
    assert (early.panel.closed, late.panel.closed) == (0, 1)


async def test_a_new_month_begins_at_nothing_and_is_no_fall(store: Store) -> None:
    await stand(store, NOVEMBER.end - DAY, www=3000)
    at = NOVEMBER.end + DAY
    await stand(store, at, www=3100)
    recorded = await stand(store, at, period=DECEMBER, www=80)

    assert recorded is not None
    assert used(recorded.panel) == {30: 100.0, 1: 80.0}
    assert recorded.revised == []


async def test_a_correction_downwards_is_no_new_month(store: Store) -> None:
    await stand(store, TENTH, www=1000)
    await stand(store, TENTH + 2 * DAY, www=1200)
    recorded = await stand(store, TENTH + 4 * DAY, www=600)
    after = await stand(store, TENTH + 5 * DAY, www=700)

    assert recorded is not None
    assert after is not None
    assert used(recorded.panel) == {10: 50.0, 11: 50.0, 12: 0.0, 13: 0.0}
    assert used(after.panel)[14] == 100.0


async def test_a_month_set_right_after_its_end_keeps_its_shape(store: Store) -> None:
    for day, total in ((28, 2800), (29, 2900), (30, 3100)):
        await stand(store, datetime(2026, 11, day, tzinfo=UTC), www=total)
    await stand(store, NOVEMBER.end + 2 * DAY, www=3200)
    recorded = await stand(store, NOVEMBER.end + 4 * DAY, www=1600)

    assert recorded is not None
    assert used(recorded.panel) == {28: 50.0, 29: 100.0, 30: 50.0}
    assert len(recorded.revised) == 3


async def test_a_correction_in_the_middle_of_a_day_is_not_forgotten(store: Store) -> None:
    await stand(store, TENTH, www=1000)
    for hours, total in ((24, 1100), (30, 550), (36, 600)):
        before = await stand(store, TENTH + hours * HOUR, www=total)
    after = await stand(store, TENTH + 37 * HOUR, www=600)

    assert before is not None
    assert after is not None
    assert used(before.panel) == used(after.panel) == {10: 50.0, 11: 50.0}
    assert after.revised == []


async def test_a_month_set_right_after_its_end_leaves_the_next_as_it_was(store: Store) -> None:
    at = NOVEMBER.end + 12 * HOUR
    await stand(store, NOVEMBER.end - DAY, www=2900)
    await stand(store, at, www=3000)
    await stand(store, at, period=DECEMBER, www=80)
    await stand(store, at + DAY, www=1500)
    recorded = await stand(store, at + DAY, period=DECEMBER, www=200)

    assert recorded is not None
    assert used(recorded.panel) == {30: 50.0, 1: 140.0, 2: 60.0}


async def test_a_service_that_is_absent_was_not_used(store: Store) -> None:
    await stand(store, TENTH, www=1000, img=50)
    await stand(store, TENTH + DAY, www=1100)
    recorded = await stand(store, TENTH + 2 * DAY, www=1200, img=60, api=7)

    assert recorded is not None
    assert used(recorded.panel, 1) == {10: 0.0, 11: 10.0}
    assert used(recorded.panel, 2) == {10: 0.0, 11: 7.0}


async def test_asking_again_changes_nothing(store: Store) -> None:
    await stand(store, TENTH, www=1000)
    first = await stand(store, TENTH + 2 * DAY, www=1200)
    again = await stand(store, TENTH + 2 * DAY, www=1200)

    assert first is not None
    assert again is not None
    assert used(again.panel) == used(first.panel)
    assert again.revised == []


async def test_all_amounts_together_are_what_the_totals_grew_by(tmp_path: Path) -> None:
    """Over month ends, and with the memory thrown away between polls as a restart does."""
    chance = Random(7)  # noqa: S311
    async with open_store(blank(tmp_path, "totals.db")) as store:
        for world in range(12):
            cdn, at, total, grown = f"cdn{world}", TENTH, 100.0, 0.0
            period, recorded = NOVEMBER, await stand(store, at, www=total, cdn=cdn)
            for _ in range(chance.randint(2, 25)):
                at += chance.randint(1, 60) * HOUR
                if at >= period.end:
                    await stand(store, at, period=period, www=total, cdn=cdn)
                    period, total = Window(period.end, period.end + 31 * DAY), 0.0
                use = chance.choice([0, 0, chance.randint(0, 500)])
                total, grown = total + use, grown + use
                if chance.random() < 0.3:
                    forget(store)
                recorded = await stand(store, at, period=period, www=total, cdn=cdn)

            assert recorded is not None
            assert np.nansum(recorded.panel.values) == pytest.approx(grown)
