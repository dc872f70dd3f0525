"""An alert is remembered whole, under one number, for as long as anyone may ask."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import sqlalchemy as sa

from daemon.store import Store, tables
from rules.alert import Phase
from rules.verdict import Part, Why
from tests import make
from tests.stored import live_alerts

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


async def test_an_alert_comes_back_as_it_was(store: Store) -> None:
    async with store.transaction() as tx:
        number = await tx.alerts.keep(make.alert())
    async with store.transaction() as tx:
        assert await tx.alerts.latest("voice-spike", ended_since=LONG_AGO) == {
            make.SERIES: make.alert()
        }
        assert await live_alerts(tx) == {number: make.alert()}


async def test_it_keeps_its_number_while_it_changes(store: Store) -> None:
    async with store.transaction() as tx:
        first = await tx.alerts.keep(make.alert())
        again = await tx.alerts.keep(replace(make.alert(), judged_at=make.AT + make.HOUR))

        assert first == again
        assert (await live_alerts(tx))[first].judged_at == make.AT + make.HOUR


async def test_another_breach_of_the_same_series_has_another_number(store: Store) -> None:
    async with store.transaction() as tx:
        first = await tx.alerts.keep(make.alert(phase=Phase.RESOLVED, ended_at=make.AT))
        later = make.alert(since=make.AT + 5 * make.HOUR)
        second = await tx.alerts.keep(later)

        assert first != second
        assert await tx.alerts.latest("voice-spike", ended_since=LONG_AGO) == {make.SERIES: later}


async def test_an_ended_alert_is_given_back_until_it_is_long_over(store: Store) -> None:
    ended = make.alert(phase=Phase.RESOLVED, ended_at=make.AT)
    async with store.transaction() as tx:
        await tx.alerts.keep(ended)

        assert await tx.alerts.latest("voice-spike", ended_since=make.AT) == {make.SERIES: ended}
        assert (
            await tx.alerts.latest("voice-spike", ended_since=make.AT + timedelta(seconds=1)) == {}
        )
        assert await live_alerts(tx) == {}


async def test_an_alert_belongs_to_its_rule(store: Store) -> None:
    async with store.transaction() as tx:
        await tx.alerts.keep(make.alert())

        assert await tx.alerts.latest("another", ended_since=LONG_AGO) == {}


async def test_a_pending_alert_that_came_to_nothing_is_forgotten_and_no_other(store: Store) -> None:
    pending = make.alert(phase=Phase.PENDING, since=make.AT + make.HOUR, opened_at=None)
    async with store.transaction() as tx:
        await tx.alerts.keep(make.alert())
        await tx.alerts.keep(pending)
        await tx.alerts.forget_pending("voice-spike", [make.SERIES])

        assert list((await live_alerts(tx)).values()) == [make.alert()]


async def test_an_alert_is_found_by_the_number_people_call_it_by(store: Store) -> None:
    why = Why("too much", parts=(Part("voice_id", "agatha", 0.1 + 0.2, 1 / 3),))
    kept = make.alert(opening=make.verdict(why=why, counted_from=make.AT - make.HOUR, step=2))
    async with store.transaction() as tx:
        number = await tx.alerts.keep(kept)

        assert await tx.alerts.numbered(number) == kept
        assert await tx.alerts.numbered(number + 1) is None


async def test_the_latest_alerts_come_newest_first_and_without_those_nobody_heard_of(
    store: Store,
) -> None:
    async with store.transaction() as tx:
        assert await tx.alerts.recent(3) == []
        numbers = [
            await tx.alerts.keep(make.alert(since=make.AT + hour * make.HOUR)) for hour in range(4)
        ]
        await tx.alerts.keep(make.alert(phase=Phase.PENDING, since=make.AT - make.HOUR))
        recent = await tx.alerts.recent(3)

    assert [each.number for each in recent] == numbers[:0:-1]
    assert recent[0].alert == make.alert(since=make.AT + 3 * make.HOUR)


async def test_an_alert_from_before_its_opening_was_kept_can_still_be_read(store: Store) -> None:
    async with store.transaction() as tx:
        number = await tx.alerts.keep(make.alert(opening=make.verdict()))
        body = json.loads(msgspec.json.encode(make.alert(opening=make.verdict())))
        del body["opening"], body["step"]
        update = sa.update(tables.alert).values(body=json.dumps(body))
        await tx.alerts._connection.execute(update)

        assert await tx.alerts.numbered(number) == make.alert()
