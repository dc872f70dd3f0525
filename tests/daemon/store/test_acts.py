"""What people did is kept in the order in which they did it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from daemon.store import Store
from daemon.store.acts import Act, Via, What
from tests import make

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
TICK = timedelta(milliseconds=1)
ACT = Act(NOON, "anna", Via.SLACK, What.ACKNOWLEDGED, None, "")


async def test_every_act_comes_back_as_it_was_noted(store: Store) -> None:
    async with store.transaction() as tx:
        acts = [
            replace(ACT, at=NOON + at * MINUTE, via=via, what=what, words=f"mark {at}")
            for at, (via, what) in enumerate((via, what) for via in Via for what in What)
        ]
        for act in acts:
            await tx.acts.note(act)

        assert await tx.acts.between(NOON, NOON + len(acts) * MINUTE) == acts


async def test_only_what_was_done_in_a_span_is_between_its_ends(store: Store) -> None:
    async with store.transaction() as tx:
        await tx.acts.note(ACT)

        assert await tx.acts.between(NOON - MINUTE, NOON) == []
        assert await tx.acts.between(NOON, NOON + TICK) == [ACT]
        assert await tx.acts.between(NOON + TICK, NOON + MINUTE) == []


async def test_what_was_done_about_an_alert_is_told_of_no_other(store: Store) -> None:
    async with store.transaction() as tx:
        mine = await tx.alerts.keep(make.alert())
        other = await tx.alerts.keep(make.alert(since=make.AT + make.HOUR))
        later = replace(ACT, alert=mine, what=What.TAKEN_BACK, at=NOON + MINUTE)
        for act in (later, replace(ACT, alert=mine), ACT, replace(ACT, alert=other)):
            await tx.acts.note(act)

        assert await tx.acts.of(mine) == [replace(ACT, alert=mine), later]
