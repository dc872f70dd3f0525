"""Everyone who should hear of an event is owed one letter, in time, and nobody else."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from daemon.letter import Letter
from daemon.route import (
    Audience,
    Notable,
    Routing,
    audience_of,
    first_directions,
    labels_of,
    notice_of,
    owe,
    owe_all,
    owe_more,
    routing_of,
)
from daemon.store import Store, Transaction, open_store
from daemon.store.outbox import Delivery
from rules.alert import Change
from rules.health import BLIND, polls_of
from rules.kinds.threshold import Threshold
from rules.route import Route
from rules.rule import Rule, Severity
from rules.series import Absent, Measure, Metric, Series
from rules.verdict import Part, Why
from tests import make
from tests.daemon.config.plugins import read

METRIC = Metric("supertone", "minutes", "minutes", Measure.AMOUNT, make.HOUR, Absent.ZERO)
RULE = Rule(
    "voice-spike",
    "supertone",
    Threshold(above=10),
    tell=("team", "boss"),
    severity=Severity.CRITICAL,
    summary="Is a job stuck?",
    runbook="https://wiki/spike",
    labels={"team": "speech"},
)
BY_TREE = replace(RULE, tell=None)
AT = make.AT + timedelta(minutes=20)
MINUTE = timedelta(minutes=1)
GROUPED = Routing(
    Route(tell=("team",), group_by=("source",), group_wait=MINUTE, group_interval=5 * MINUTE)
)


async def tell(
    tx: Transaction,
    change: Change,
    rule: Rule = RULE,
    routing: Routing | None = None,
    at: datetime = AT,
    voice: str = make.VOICE,
) -> int:
    series = Series("supertone", "minutes", (("voice_id", voice),))
    alert = make.alert(series=series)
    number = await tx.alerts.keep(alert)
    told = make.event(change)
    told = replace(told, alert=replace(told.alert, series=series))
    await owe(tx, routing or Routing(), notice_of(rule, METRIC), told, number, at)
    return number


async def owed(tx: Transaction) -> list[Delivery]:
    """All that is owed, in order."""
    return list(reversed(await tx.outbox.ledger(100)))


async def letters(tx: Transaction, destination: str) -> list[Letter]:
    found = [one.content for one in await owed(tx)]
    return [one for one in found if isinstance(one, Letter) and one.destination == destination]


@pytest.mark.parametrize("destination", ["team", "boss"])
async def test_an_opening_goes_to_all_the_rule_tells(store_url: str, destination: str) -> None:
    async with open_store(store_url) as store, store.transaction() as tx:
        await tell(tx, Change.OPENED)
        (letter,) = await letters(tx, destination)

    assert (letter.unit, letter.severity, letter.owed_at) == ("minutes", Severity.CRITICAL, AT)
    assert (letter.summary, letter.runbook) == (RULE.summary, RULE.runbook)


async def test_an_end_goes_to_those_who_heard_of_the_beginning(store_url: str) -> None:
    async with open_store(store_url) as store, store.transaction() as tx:
        await tell(tx, Change.OPENED)
        await tell(tx, Change.RESOLVED, replace(RULE, tell=("newly-added",)))

        assert len(await letters(tx, "team")) == len(await letters(tx, "boss")) == 2
        assert await letters(tx, "newly-added") == []


async def test_a_rule_that_tells_nobody_owes_nothing(store_url: str) -> None:
    everyone = Routing(Route(tell=("team",)))
    async with open_store(store_url) as store, store.transaction() as tx:
        await tell(tx, Change.OPENED, replace(RULE, tell=()), everyone)

        assert await tx.outbox.next_due() is None


async def test_a_rule_that_does_not_say_whom_tells_those_the_tree_leads_to(store_url: str) -> None:
    speech = Route(match={"team": ("speech",), "voice_id": ("*",)}, tell=("voices",))
    async with open_store(store_url) as store, store.transaction() as tx:
        await tell(tx, Change.OPENED, BY_TREE, Routing(Route(tell=("ops",), routes=(speech,))))
        (one,) = await owed(tx)

    assert one.content.destination == "voices"


def test_ours_win_over_a_vendors_label_of_the_same_name() -> None:
    series = Series("voices", "minutes", (("severity", "x"), ("team", "theirs"), ("voice", "a")))

    assert labels_of(series, "spike", Severity.INFO, {"team": "speech", "rule": "mine"}) == {
        "rule": "spike",
        "source": "voices",
        "metric": "minutes",
        "severity": "info",
        "team": "speech",
        "voice": "a",
    }


async def test_every_letter_bears_what_it_is_routed_by(store_url: str) -> None:
    wanted = {
        "rule": "voice-spike",
        "source": "supertone",
        "metric": "minutes",
        "severity": "critical",
        "team": "speech",
        "voice_id": make.VOICE,
    }
    async with open_store(store_url) as store, store.transaction() as tx:
        for change in (Change.OPENED, Change.WORSENED, Change.RESOLVED):
            await tell(tx, change)
        found = await letters(tx, "team")

    assert [one.labels for one in found] == [wanted] * 3


def test_the_labels_of_an_alert_are_those_of_its_rule_as_it_is_now() -> None:
    routing = Routing(rules={RULE.name: RULE})

    assert routing.labels_of(RULE.name, make.SERIES)["team"] == "speech"
    assert routing.labels_of(BLIND.rule, polls_of("voices")) == {
        "rule": "blind source",
        "source": "voices",
        "metric": "polls",
        "severity": "critical",
    }
    assert routing.labels_of("gone", make.SERIES)["severity"] == "warning"


def test_whoever_is_named_hears_of_it_beside_those_the_tree_leads_to() -> None:
    tree = Route(tell=("ops", "team"), repeat=MINUTE)
    audience = audience_of([("boss", "team"), None, ("boss",)])
    found = first_directions(tree, audience, {})

    assert audience == Audience(("boss", "team"), by_tree=True)
    assert [each.destination for each in found] == ["boss", "team", "ops"]
    assert {each.repeat for each in found} == {MINUTE}
    assert audience_of([]) == Audience()


def test_a_configuration_says_all_that_is_needed() -> None:
    routing = routing_of(
        read(
            "sources: {voices: {type: tts, key: '${env:KEY}'}}\n"
            "rules: {busy: {kind: spike, source: voices}}\n"
            "destinations: {team: {type: console}}\n"
            "inhibit: {while: {rule: busy}, mutes: {severity: info}}\n"
        )
    )

    assert routing.tree == Route(tell=("team",))
    assert (list(routing.rules), routing.destinations) == (["busy"], {"team"})
    assert len(routing.inhibitions) == 1


async def test_without_a_group_all_is_told_at_once(store_url: str) -> None:
    async with open_store(store_url) as store, store.transaction() as tx:
        for change in (Change.OPENED, Change.WORSENED, Change.RESOLVED):
            await tell(tx, change)
        found = await owed(tx)

    assert {one.due_at for one in found} == {AT}
    assert {one.content.group for one in found if isinstance(one.content, Letter)} == {""}


async def test_the_first_of_a_group_waits_and_others_go_with_it(store_url: str) -> None:
    async with open_store(store_url) as store, store.transaction() as tx:
        for late, voice in enumerate("abc"):
            await tell(tx, Change.OPENED, BY_TREE, GROUPED, AT + 20 * late * MINUTE / 60, voice)
        found = await owed(tx)

    assert [one.due_at for one in found] == [AT + MINUTE] * 3
    assert {one.content.group for one in found if isinstance(one.content, Letter)} == {
        "source=supertone"
    }


async def test_of_a_group_that_opens_at_once_all_go_with_the_first(store_url: str) -> None:
    patient = replace(GROUPED.tree, match={"voice_id": ("a",)}, group_wait=3 * MINUTE)
    tree = replace(GROUPED.tree, routes=(patient,))
    notice = notice_of(BY_TREE, METRIC)
    async with open_store(store_url) as store, store.transaction() as tx:
        alerts = [make.alert(series=Series("supertone", "m", (("voice_id", v),))) for v in "abc"]
        numbers = await tx.alerts.keep_all(alerts)
        opened = [replace(make.event(), alert=alert) for alert in alerts]
        all_ = [Notable(*one, notice) for one in zip(opened, numbers, strict=True)]
        await owe_all(tx, Routing(tree), all_, AT)
        found = await owed(tx)

    assert [one.due_at for one in found] == [AT + 3 * MINUTE] * 3


async def test_of_an_alert_that_begins_and_ends_at_once_the_same_hear_both(store_url: str) -> None:
    notice = notice_of(RULE, METRIC)
    async with open_store(store_url) as store, store.transaction() as tx:
        number = await tx.alerts.keep(make.alert())
        changes = (Change.OPENED, Change.RESOLVED)
        both = [Notable(make.event(change), number, notice) for change in changes]
        await owe_all(tx, Routing(), both, AT)
        found = await letters(tx, "boss")

    assert [each.event.change for each in found] == [Change.OPENED, Change.RESOLVED]


async def test_what_comes_to_a_group_that_was_told_waits_until_it_may_be_told_again(
    store_url: str,
) -> None:
    async with open_store(store_url) as store:
        later = await _after_a_group_was_told(store, AT + 3 * MINUTE)
        much_later = await _after_a_group_was_told(store, AT + 30 * MINUTE)

    assert later == {
        Change.OPENED: AT + 6 * MINUTE,
        Change.WORSENED: AT + 3 * MINUTE,
        Change.RESOLVED: AT + 6 * MINUTE,
    }
    assert much_later[Change.OPENED] == AT + 31 * MINUTE
    assert much_later[Change.RESOLVED] == AT + 30 * MINUTE


async def _after_a_group_was_told(store: Store, at: datetime) -> Mapping[Change, datetime]:
    """When a new opening is due, and what follows one that was told at one past."""
    async with store.transaction() as tx:
        await tell(tx, Change.OPENED, BY_TREE, GROUPED, AT, f"first {at}")
        (first, *_) = await tx.outbox.ledger(1)
        await tx.bag.sent([first.id], AT + MINUTE, None)
        await tell(tx, Change.WORSENED, BY_TREE, GROUPED, at, f"first {at}")
        await tell(tx, Change.RESOLVED, BY_TREE, GROUPED, at, f"first {at}")
        await tell(tx, Change.OPENED, BY_TREE, GROUPED, at, f"second {at}")
        news = await tx.outbox.ledger(3)
        await tx.bag.mute([one.id for one in news], at, "seen")
    return {one.content.event.change: one.due_at for one in news if isinstance(one.content, Letter)}


async def test_what_is_held_back_takes_nobody_with_it(store_url: str) -> None:
    """Others of its group wait as long as a group does, and are asked about themselves."""
    async with open_store(store_url) as store, store.transaction() as tx:
        await tell(tx, Change.OPENED, BY_TREE, GROUPED, AT, "a")
        (held,) = await owed(tx)
        await tx.bag.hold([held.id], AT + make.HOUR, "a silence")
        await tell(tx, Change.OPENED, BY_TREE, GROUPED, AT, "b")
        (_, other) = await owed(tx)

    assert other.due_at == AT + MINUTE


async def test_the_same_event_is_owed_once(store_url: str) -> None:
    async with open_store(store_url) as store:
        for _ in range(2):
            async with store.transaction() as tx:
                await tell(tx, Change.OPENED)
        async with store.transaction() as tx:
            assert len(await letters(tx, "team")) == 1


async def test_of_what_is_worse_each_limit_is_a_letter_and_none_is_told_twice(
    store_url: str,
) -> None:
    """One bucket, while it fills; each event is owed twice, as by a daemon that died."""
    async with open_store(store_url) as store:
        for step in (1, 2, 2, 3, 3):
            async with store.transaction() as tx:
                change = Change.OPENED if step == 1 else Change.WORSENED
                told = make.event(change, verdict=make.worse(step=step))
                number = await tx.alerts.keep(make.alert())
                await owe(tx, Routing(), notice_of(RULE, METRIC), told, number, AT)
        async with store.transaction() as tx:
            found = await letters(tx, "team")

    assert [one.event.verdict.step for one in found] == [1, 2, 3]
    assert len({one.key for one in found}) == 3


async def test_a_letter_bears_the_names_of_who_moved_it(store_url: str) -> None:
    why = Why("much", parts=(Part("voice_id", "b", 2, 1), Part("voice_id", "c", 2, 1)))
    async with open_store(store_url) as store, store.transaction() as tx:
        await tx.names.learn({"b": "Ben", make.VOICE: "Agatha"})
        number = await tx.alerts.keep(make.alert())
        told = make.event(verdict=make.verdict(why=why))
        await owe(tx, Routing(), notice_of(RULE, METRIC), told, number, AT)
        (one,) = await letters(tx, "team")

    assert one.names == {"b": "Ben", make.VOICE: "Agatha"}


async def test_one_more_letter_is_as_the_last_but_for_the_event(store_url: str) -> None:
    later = AT + make.HOUR
    async with open_store(store_url) as store, store.transaction() as tx:
        number = await tell(tx, Change.OPENED)
        (first,) = await letters(tx, "boss")
        told = make.event(Change.ACKNOWLEDGED)
        await owe_more(tx, {number: told}, later)
        (_, more) = await letters(tx, "boss")

        assert len(await letters(tx, "team")) == 2
    assert (more.event, more.owed_at) == (told, later)
    assert (more.labels, more.severity, more.unit) == (first.labels, first.severity, first.unit)
    assert more.key != first.key
