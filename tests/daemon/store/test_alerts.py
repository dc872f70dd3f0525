"""An alert is remembered whole, under one number, for as long as anyone may ask."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import sqlalchemy as sa

from daemon.store import Store, tables
from daemon.store.alerts import Acknowledgement, Going, Line, Numbered
from daemon.store.outbox import LetterState
from rules.alert import Change, Phase
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


async def test_one_who_looks_after_an_alert_is_remembered_and_no_second_one(store: Store) -> None:
    async with store.transaction() as tx:
        number = await tx.alerts.keep(make.alert())

        assert await tx.alerts.acknowledge(number, "anna", make.AT)
        assert not await tx.alerts.acknowledge(number, "ben", make.AT + make.HOUR)
        assert not await tx.alerts.acknowledge(number + 1, "ben", make.AT)
    async with store.transaction() as tx:
        by = Acknowledgement(make.AT, "anna")
        assert await tx.alerts.find(number) == Numbered(number, make.alert(), by)
        assert await tx.alerts.find(number + 1) is None


async def test_a_poll_leaves_alone_who_looks_after_an_alert(store: Store) -> None:
    async with store.transaction() as tx:
        number = await tx.alerts.keep(make.alert())
        await tx.alerts.acknowledge(number, "anna", make.AT)
        await tx.alerts.keep(replace(make.alert(), judged_at=make.AT + make.HOUR))

        (live,) = await tx.alerts.live()
        assert live.acknowledged == Acknowledgement(make.AT, "anna")
        assert live.alert.judged_at == make.AT + make.HOUR


async def test_who_looked_after_what_was_taken_back_does_not_once_it_begins_anew(
    store: Store,
) -> None:
    taken_back = make.alert(phase=Phase.WITHDRAWN, ended_at=make.AT)
    async with store.transaction() as tx:
        number = await tx.alerts.keep(make.alert())
        await tx.alerts.acknowledge(number, "Anna", make.AT)
        await tx.alerts.keep_all([make.alert(), taken_back, taken_back])
        over = await tx.alerts.find(number)
        await tx.alerts.keep(make.alert())
        anew = await tx.alerts.find(number)

    assert over is not None
    assert over.acknowledged == Acknowledgement(make.AT, "Anna"), "it is known who did"
    assert anew == Numbered(number, make.alert())


async def test_an_acknowledgement_is_taken_back_once(store: Store) -> None:
    async with store.transaction() as tx:
        number = await tx.alerts.keep(make.alert())

        assert not await tx.alerts.take_back(number)
        await tx.alerts.acknowledge(number, "anna", make.AT)
        assert await tx.alerts.take_back(number)
        assert not await tx.alerts.take_back(number)
        assert await tx.alerts.hold(number) == Numbered(number, make.alert())
        assert await tx.alerts.hold(number + 1) is None


async def test_what_nobody_looks_after_is_listed_first_and_what_is_over_last(store: Store) -> None:
    over = {"phase": Phase.RESOLVED, "ended_at": make.AT}
    async with store.transaction() as tx:
        keep = tx.alerts.keep
        ended = await keep(make.alert(since=make.AT - 5 * make.HOUR, **over))
        older, taken, newer = [
            await keep(make.alert(since=make.AT + hour * make.HOUR)) for hour in range(3)
        ]
        await keep(make.alert(phase=Phase.PENDING, since=make.AT - make.HOUR))
        await tx.alerts.acknowledge(taken, "anna", make.AT)

        async def listed(many: int, since: datetime | None) -> list[int]:
            return [one.number for one in await tx.alerts.listed(many, since)]

        assert await listed(9, None) == [newer, older, taken, ended]
        assert await listed(9, make.AT) == [newer, older, taken, ended]
        assert await listed(9, make.AT + timedelta(milliseconds=1)) == [newer, older, taken]
        assert await listed(2, None) == [newer, older]


async def test_what_goes_on_is_known_by_its_rule_and_series(store: Store) -> None:
    over = make.alert(rule="over", phase=Phase.RESOLVED, ended_at=make.AT)
    pending = make.alert(rule="pending", phase=Phase.PENDING, opened_at=None)
    async with store.transaction() as tx:
        number = await tx.alerts.keep(make.alert())
        for one in (over, pending):
            await tx.alerts.keep(one)

        assert await tx.alerts.firing() == [Going(number, "voice-spike", make.SERIES)]


async def test_what_nobody_acknowledged_comes_with_all_that_was_told_of_it(store: Store) -> None:
    later = make.AT + make.HOUR
    async with store.transaction() as tx:
        untold = await tx.alerts.keep(make.alert(rule="untold"))
        taken = await tx.alerts.keep(make.alert(rule="taken"))
        over = make.alert(rule="over", phase=Phase.RESOLVED, ended_at=make.AT)
        number, ended = await tx.alerts.keep(make.alert()), await tx.alerts.keep(over)
        for alert in (taken, number, ended):
            await tx.outbox.enqueue(make.letter(alert=alert, key=f"{alert}"))
        await tx.outbox.enqueue(make.letter(alert=number, key="boss", destination="boss"), later)
        await tx.alerts.acknowledge(taken, "Anna", later)
        (one,) = await tx.alerts.attended()

    owed = make.AT + make.HOUR / 2
    assert untold != one.alert.number == number
    assert one.lines == (
        Line("team", Change.OPENED, LetterState.OWED, owed, owed, None, 0),
        Line("boss", Change.OPENED, LetterState.OWED, owed, later, None, 0),
    )


async def test_many_are_kept_at_once_each_by_its_own_number(store: Store) -> None:
    odd = timedelta(microseconds=1501)
    many = [make.alert(since=make.AT + hour * make.HOUR + odd) for hour in (2, 0, 1)]
    over = replace(many[0], phase=Phase.RESOLVED, ended_at=make.AT + 9 * make.HOUR)
    async with store.transaction() as tx:
        numbers = await tx.alerts.keep_all(many)
        again = await tx.alerts.keep_all([many[2], over])
        kept = await tx.alerts.of(numbers)
        latest = await tx.alerts.latest("voice-spike", ended_since=make.AT + 9 * make.HOUR)

        assert await tx.alerts.keep_all([]) == []
    assert len(set(numbers)) == 3
    assert again == [numbers[2], numbers[0]]
    assert [kept[number] for number in numbers] == [over, *many[1:]]
    assert list(latest.values()) == [over]
