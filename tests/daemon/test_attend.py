"""Who looks after nothing is reminded, and others are told, in time and no more often."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from daemon.attend import Attendant
from daemon.letter import Letter
from daemon.planned.weekly import Weekly
from daemon.route import Notice, Routing, audience_of, owe
from daemon.store import Store, open_store
from daemon.store.outbox import LetterState
from rules.alert import Alert, Change, Event, Phase
from rules.kinds.threshold import Threshold
from rules.route import Escalation, Route
from rules.rule import Rule, Severity
from rules.silence import Silence
from tests import make
from tests.blank import blank

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
AT = datetime(2026, 11, 18, 12, tzinfo=UTC)
"""A Wednesday, at noon."""
TREE = Route(tell=("team",), repeat=4 * HOUR, escalate=Escalation(HOUR, ("boss",)))
ALERT = make.alert()


@dataclass
class Desk:
    """An alert, and the time that passes."""

    store: Store
    tree: Route = TREE
    at: datetime = AT
    said: list[tuple[str, str]] = field(default_factory=list)

    @property
    def routing(self) -> Routing:
        rule = Rule(ALERT.rule, "supertone", Threshold(above=10))
        places = frozenset({"team", "boss", "ops"})
        return Routing(self.tree, rules={rule.name: rule}, destinations=places)

    async def tell(self, change: Change = Change.OPENED, alert: Alert = ALERT) -> int:
        async with self.store.transaction() as tx:
            number = await tx.alerts.keep(alert)
            event = replace(make.event(change), alert=alert)
            notice = Notice(audience_of([None]), Severity.WARNING)
            await owe(tx, self.routing, notice, event, number, self.at)
        return number

    async def carry(self) -> None:
        """All that is due is delivered."""
        async with self.store.transaction() as tx:
            for one in reversed(await tx.outbox.ledger(100, [LetterState.OWED])):
                if one.due_at <= self.at and isinstance(one.content, Letter):
                    await tx.bag.sent([one.id], self.at, None)
                    change = one.content.event.change.value
                    self.said.append((change, one.content.destination))

    async def wait(self, span: timedelta, step: timedelta = 10 * MINUTE) -> None:
        """Look after it again and again, each time as after a restart."""
        end = self.at + span
        while self.at < end:
            self.at += step
            await Attendant(self.store, self.routing).attend(self.at)
            await self.carry()


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_store(blank(tmp_path)) as store:
        yield Desk(store)


async def opened(desk: Desk) -> int:
    number = await desk.tell()
    await desk.carry()
    desk.said.clear()
    return number


async def test_who_was_told_is_reminded_after_a_while_and_again(desk: Desk) -> None:
    desk.tree = replace(TREE, escalate=None)
    await opened(desk)
    await desk.wait(3 * HOUR + 50 * MINUTE)
    before = list(desk.said)
    await desk.wait(4 * HOUR + 10 * MINUTE)

    assert before == []
    assert desk.said == [("reminded", "team")] * 2


async def test_others_hear_of_it_once_when_nobody_says_that_they_look_after_it(
    desk: Desk,
) -> None:
    desk.tree = replace(TREE, repeat=None)
    await opened(desk)
    await desk.wait(50 * MINUTE)
    before = list(desk.said)
    await desk.wait(12 * HOUR)

    assert before == []
    assert desk.said == [("escalated", "boss")]


async def test_whoever_it_was_escalated_to_is_reminded_too(desk: Desk) -> None:
    await opened(desk)
    await desk.wait(5 * HOUR)

    assert desk.said == [("escalated", "boss"), ("reminded", "team"), ("reminded", "boss")]


async def test_what_was_taken_back_and_given_again_is_to_be_looked_after_anew(desk: Desk) -> None:
    await opened(desk)
    await desk.wait(2 * HOUR)
    await desk.tell(Change.WITHDRAWN, replace(ALERT, phase=Phase.WITHDRAWN, ended_at=desk.at))
    await desk.wait(6 * HOUR, HOUR)
    await opened(desk)
    await desk.wait(50 * MINUTE)
    before = list(desk.said)
    await desk.wait(20 * MINUTE)

    assert before == []
    assert desk.said == [("escalated", "boss")]


async def test_a_reminder_is_silenced_by_the_name_its_rule_has_now(desk: Desk) -> None:
    number = await opened(desk)
    silence = Silence(0, {"rule": ("new",)}, AT, AT + 9 * HOUR, "Anna", "load test")
    async with desk.store.transaction() as tx:
        await tx.rules.rename({ALERT.rule: "new"})
        assert (await tx.alerts.of([number]))[number].rule == "new"
        await tx.silences.add(silence, AT)
    await desk.wait(8 * HOUR, HOUR)

    assert desk.said == []


async def test_of_what_is_acknowledged_nobody_hears_more(desk: Desk) -> None:
    number = await opened(desk)
    async with desk.store.transaction() as tx:
        assert await tx.alerts.acknowledge(number, "Anna", desk.at)
    await desk.wait(9 * HOUR, HOUR)

    assert desk.said == []


async def test_of_what_is_over_nobody_is_reminded(desk: Desk) -> None:
    await opened(desk)
    async with desk.store.transaction() as tx:
        await tx.alerts.keep(replace(ALERT, phase=Phase.RESOLVED, ended_at=desk.at))
    await desk.wait(9 * HOUR, HOUR)

    assert desk.said == []


async def test_looking_twice_owes_nothing_twice(desk: Desk) -> None:
    await opened(desk)
    desk.at += 4 * HOUR
    for _ in range(3):
        await Attendant(desk.store, desk.routing).attend(desk.at)
    await desk.carry()

    assert sorted(desk.said) == [("escalated", "boss"), ("reminded", "team")]


async def test_what_is_still_owed_is_not_repeated(desk: Desk) -> None:
    desk.tree = replace(TREE, escalate=None)
    await desk.tell()
    desk.at += 9 * HOUR
    await Attendant(desk.store, desk.routing).attend(desk.at)
    await desk.carry()

    assert desk.said == [("opened", "team")]


async def test_news_of_an_alert_puts_its_reminder_off(desk: Desk) -> None:
    desk.tree = replace(TREE, escalate=None)
    await opened(desk)
    desk.at += 3 * HOUR
    await desk.tell(Change.WORSENED)
    await desk.carry()
    await desk.wait(3 * HOUR + 50 * MINUTE)

    assert desk.said == [("worsened", "team")]


async def test_a_silence_keeps_both_back_and_its_end_lets_them_go(desk: Desk) -> None:
    await opened(desk)
    quiet = Silence(0, {"rule": ("*",)}, desk.at, desk.at + 9 * HOUR, "anna", "known")
    async with desk.store.transaction() as tx:
        await tx.silences.add(quiet, desk.at)
    await desk.wait(9 * HOUR - MINUTE, 9 * HOUR - MINUTE)
    before = list(desk.said)
    await desk.wait(MINUTE, MINUTE)

    assert before == []
    assert sorted(desk.said) == [("escalated", "boss"), ("reminded", "team")]


async def test_by_night_nobody_is_reminded_and_in_the_morning_once(desk: Desk) -> None:
    desk.tree = replace(TREE, escalate=None, quiet=(Weekly(("20:00-07:00",)),), repeat=2 * HOUR)
    await opened(desk)
    await desk.wait(7 * HOUR + 50 * MINUTE)
    evening = len(desk.said)
    await desk.wait(11 * HOUR)
    night = len(desk.said) - evening
    await desk.wait(20 * MINUTE)

    assert (evening, night, len(desk.said)) == (3, 0, 4)


async def test_the_time_to_acknowledge_begins_when_people_were_told(desk: Desk) -> None:
    """The opening was held back until the morning."""
    desk.tree = replace(TREE, repeat=None)
    await desk.tell()
    async with desk.store.transaction() as tx:
        (one,) = await tx.outbox.ledger(1)
        await tx.bag.hold([one.id], desk.at + 5 * HOUR, "quiet hours")
    await desk.wait(5 * HOUR + 50 * MINUTE)
    before = list(desk.said)
    await desk.wait(10 * MINUTE)

    assert before == [("opened", "team")]
    assert desk.said == [("opened", "team"), ("escalated", "boss")]


@pytest.mark.parametrize("given_up", [False, True])
async def test_what_cannot_be_delivered_is_escalated_all_the_same(
    desk: Desk, *, given_up: bool
) -> None:
    desk.tree = replace(TREE, repeat=None)
    await desk.tell()
    async with desk.store.transaction() as tx:
        (one,) = await tx.outbox.ledger(1)
        if given_up:
            await tx.bag.fail([one.id], desk.at, "no such channel")
        else:
            await tx.bag.postpone([one.id], desk.at + 9 * HOUR, "no answer")
    await desk.wait(50 * MINUTE)
    before = list(desk.said)
    await desk.wait(10 * MINUTE)

    assert before == []
    assert desk.said == [("escalated", "boss")]


async def test_of_what_nobody_was_told_nobody_is_reminded(desk: Desk) -> None:
    await desk.tell()
    async with desk.store.transaction() as tx:
        (one,) = await tx.outbox.ledger(1)
        await tx.bag.mute([one.id], desk.at, "a silence")
    await desk.wait(9 * HOUR, HOUR)

    assert desk.said == []


async def test_a_place_that_is_not_there_any_more_is_not_reminded(desk: Desk) -> None:
    desk.tree = replace(TREE, tell=("gone",), escalate=None)
    await opened(desk)
    await desk.wait(9 * HOUR, HOUR)

    assert desk.said == []


async def test_without_a_word_of_it_in_the_tree_nothing_is_looked_at(desk: Desk) -> None:
    desk.tree = Route(tell=("team",))
    await opened(desk)
    await desk.wait(99 * HOUR, HOUR)

    assert desk.said == []


async def test_a_route_below_may_remind_where_the_top_does_not(desk: Desk) -> None:
    mine = Route(match={"rule": (ALERT.rule,)}, repeat=HOUR, group_by=("source",))
    desk.tree = Route(tell=("team",), routes=(mine,))
    await opened(desk)
    await desk.wait(HOUR)
    async with desk.store.transaction() as tx:
        (one, _) = await tx.outbox.ledger(2)

    assert desk.said == [("reminded", "team")]
    assert isinstance(one.content, Letter)
    assert one.content.group == "source=supertone"


@pytest.mark.parametrize(
    ("latest", "said"), [(make.lasting(), make.lasting()), (make.calm(), ALERT.worst)]
)
async def test_a_reminder_speaks_of_now_as_long_as_it_is_too_much_now(
    desk: Desk, latest: object, said: object
) -> None:
    await opened(desk)
    going_on = replace(ALERT, latest=latest)  # type: ignore[arg-type]
    async with desk.store.transaction() as tx:
        await tx.alerts.keep(going_on)
    await desk.wait(HOUR)
    async with desk.store.transaction() as tx:
        (one,) = await tx.outbox.ledger(1)

    assert isinstance(one.content, Letter)
    assert one.content.event == Event(Change.ESCALATED, going_on, said)  # type: ignore[arg-type]
    assert (one.content.destination, one.content.owed_at) == ("boss", desk.at)
    assert one.content.labels["rule"] == ALERT.rule
