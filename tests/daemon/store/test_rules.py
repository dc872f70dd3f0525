"""A rule that is called otherwise keeps its alerts."""

from datetime import timedelta

from daemon.store import Store
from tests import make


async def names(store: Store) -> list[tuple[int, str]]:
    async with store.transaction() as tx:
        return [(one.number, one.alert.rule) for one in await tx.alerts.live()]


async def test_alerts_move_to_the_new_name(store: Store) -> None:
    async with store.transaction() as tx:
        await tx.alerts.keep(make.alert())
        await tx.rules.rename({"voice-spike": "loud-voice"})
        found = await tx.alerts.latest("loud-voice", ended_since=make.AT)

    assert await names(store) == [(1, "loud-voice")]
    assert [one.rule for one in found.values()] == ["loud-voice"]


async def test_two_rules_may_change_places(store: Store) -> None:
    async with store.transaction() as tx:
        await tx.alerts.keep(make.alert())
        await tx.alerts.keep(make.alert(rule="other", since=make.AT + timedelta(hours=1)))
        await tx.rules.rename({"voice-spike": "other", "other": "voice-spike"})

    assert await names(store) == [(1, "other"), (2, "voice-spike")]


async def test_the_last_name_of_an_id_is_remembered(store: Store) -> None:
    async with store.transaction() as tx:
        await tx.rules.learn({"r1": "voice-spike"})
        await tx.rules.learn({"r1": "loud-voice", "r2": "quiet"})
        await tx.rules.learn({})

        assert await tx.rules.names() == {"r1": "loud-voice", "r2": "quiet"}
