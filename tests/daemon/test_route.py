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
