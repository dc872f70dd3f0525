"""An alert is remembered whole, under one number, for as long as anyone may ask."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from daemon.store import Store
from rules.alert import Phase
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
