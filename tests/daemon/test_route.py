"""Everyone who should hear of an event is owed one letter, and nobody else."""

from dataclasses import replace
from datetime import timedelta

import pytest

from daemon.route import notice_of, owe
from daemon.store import Store, Transaction, open_store
from daemon.store.outbox import OwedLetter
from rules.alert import Change
from rules.kinds.threshold import Threshold
from rules.rule import Rule, Severity
from rules.series import Absent, Measure, Metric
from rules.verdict import Part, Why
from tests import make

METRIC = Metric("supertone", "minutes", "minutes", Measure.AMOUNT, make.HOUR, Absent.ZERO)
RULE = Rule(
    "voice-spike",
    "supertone",
    Threshold(above=10),
    tell=("team", "boss"),
    severity=Severity.CRITICAL,
    summary="Is a job stuck?",
    runbook="https://wiki/spike",
)
AT = make.AT + timedelta(minutes=20)


async def tell(tx: Transaction, change: Change, rule: Rule = RULE) -> None:
    number = await tx.alerts.keep(make.alert())
    await owe(tx, notice_of(rule, METRIC), make.event(change), number, AT)


async def owed(tx: Transaction, destination: str) -> list[OwedLetter]:
    """All that is owed to a destination, as if each was sent in its turn."""
    letters = []
    while one := await tx.outbox.claim(destination, AT, AT + make.HOUR):
        letters.append(one)
        await tx.outbox.sent(one.id, AT, None)
    return letters


@pytest.mark.parametrize("destination", ["team", "boss"])
async def test_an_opening_goes_to_all_the_rule_tells(store_url: str, destination: str) -> None:
    async with open_store(store_url) as store, store.transaction() as tx:
        await tell(tx, Change.OPENED)
        (one,) = await owed(tx, destination)

    letter = one.letter
    assert (letter.unit, letter.severity, letter.owed_at) == ("minutes", Severity.CRITICAL, AT)
    assert (letter.summary, letter.runbook) == (RULE.summary, RULE.runbook)


async def test_an_end_goes_to_those_who_heard_of_the_beginning(store_url: str) -> None:
    async with open_store(store_url) as store, store.transaction() as tx:
        await tell(tx, Change.OPENED)
        await tell(tx, Change.RESOLVED, replace(RULE, tell=("newly-added",)))

        assert len(await owed(tx, "team")) == len(await owed(tx, "boss")) == 2
        assert await owed(tx, "newly-added") == []


async def test_a_rule_that_tells_nobody_owes_nothing(store_url: str) -> None:
    async with open_store(store_url) as store, store.transaction() as tx:
        await tell(tx, Change.OPENED, replace(RULE, tell=()))

        assert await tx.outbox.next_due() is None


async def test_the_same_event_is_owed_once(store_url: str) -> None:
    async with open_store(store_url) as store:
        await _twice(store)
        async with store.transaction() as tx:
            assert len(await owed(tx, "team")) == 1


async def _twice(store: Store) -> None:
    for _ in range(2):
        async with store.transaction() as tx:
            await tell(tx, Change.OPENED)


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
                await owe(tx, notice_of(RULE, METRIC), told, number, AT)
        async with store.transaction() as tx:
            letters = await owed(tx, "team")

    assert [one.letter.event.verdict.step for one in letters] == [1, 2, 3]
    assert len({one.letter.key for one in letters}) == 3


async def test_a_letter_bears_the_names_of_who_moved_it(store_url: str) -> None:
    why = Why("much", parts=(Part("voice_id", "b", 2, 1), Part("voice_id", "c", 2, 1)))
    async with open_store(store_url) as store, store.transaction() as tx:
        await tx.names.learn({"b": "Ben", make.VOICE: "Agatha"})
        number = await tx.alerts.keep(make.alert())
        told = make.event(verdict=make.verdict(why=why))
        await owe(tx, notice_of(RULE, METRIC), told, number, AT)
        (one,) = await owed(tx, "team")

    assert one.letter.names == {"b": "Ben", make.VOICE: "Agatha"}
