"""What a person does is done once, is known by their name, and reaches those who heard."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from daemon.act import (
    ActRefused,
    NoSuch,
    Person,
    Via,
    acknowledge,
    end_silence,
    expect,
    make_silence,
    silence_alert,
    take_back,
)
from daemon.letter import Letter
from daemon.store import Store, Transaction, open_store, share_store
from daemon.store.acts import Act, What
from rules.alert import Alert, Change, Phase
from rules.health import BLIND, polls_of
from rules.series import Series, labels_of
from rules.silence import Silence
from tests import make
from tests.blank import blank

ANNA, BEN = Person("Anna", Via.SLACK), Person("Ben", Via.COMMAND_LINE)
NOW = make.AT + timedelta(minutes=90)
HOUR, TICK = make.HOUR, timedelta(milliseconds=1)
ACTS = {
    "acknowledge": acknowledge,
    "take back": take_back,
    "silence": lambda tx, alert, by, at: silence_alert(tx, alert, HOUR, by, "load test", at),
    "expect": expect,
}
every_act = pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
Does = Callable[[Transaction, int, Person, datetime], Awaitable[str]]


@pytest.fixture
async def store(store_url: str) -> AsyncIterator[Store]:
    async with open_store(store_url) as store:
        yield store


@pytest.fixture
async def light(tmp_path: Path) -> AsyncIterator[Store]:
    """Where what matters is not the database's."""
    async with open_store(blank(tmp_path, "light.db")) as store:
        yield store


async def told(store: Store, alert: Alert | None = None, to: Sequence[str] = ("team",)) -> int:
    """The number of an alert whose opening is owed to some."""
    async with store.transaction() as tx:
        number = await tx.alerts.keep(alert or make.alert())
        for destination in to:
            letter = make.letter(key=destination, destination=destination, alert=number)
            await tx.outbox.enqueue(letter)
    return number


async def letters(store: Store, alert: int) -> list[Letter]:
    """All that was ever owed, in order."""
    async with store.transaction() as tx:
        ledger = await tx.outbox.ledger(100, alert=alert)
    return [one.content for one in reversed(ledger) if isinstance(one.content, Letter)]


async def changes(store: Store, alert: int) -> list[tuple[str, Change]]:
    return [(one.destination, one.event.change) for one in await letters(store, alert)]


async def acts(store: Store, alert: int) -> list[tuple[What, str]]:
    async with store.transaction() as tx:
        return [(act.what, act.by) for act in await tx.acts.of(alert)]


async def test_an_acknowledgement_reaches_everyone_who_heard_of_the_alert(store: Store) -> None:
    number = await told(store, to=("mail", "team"))
    async with store.transaction() as tx:
        said = await acknowledge(tx, number, ANNA, NOW)
    told_now = (await letters(store, number))[2:]

    assert said == f"Alert {number} is acknowledged by Anna: nobody is reminded of it any more."
    assert [one.destination for one in told_now] == ["mail", "team"]
    assert {(one.by, one.owed_at) for one in told_now} == {("Anna", NOW)}
    assert {one.event.change for one in told_now} == {Change.ACKNOWLEDGED}
    assert told_now[0].names == make.letter().names


async def test_the_letter_has_the_alert_as_it_stands(store: Store) -> None:
    number = await told(store)
    now = replace(make.alert(), latest=make.lasting(), judged_at=make.lasting().at)
    async with store.transaction() as tx:
        await tx.alerts.keep(now)
        await acknowledge(tx, number, ANNA, NOW)

    last = (await letters(store, number))[-1]
    assert (last.event.alert, last.event.verdict) == (now, make.lasting())


async def test_acknowledging_twice_says_so_and_changes_nothing(store: Store) -> None:
    number = await told(store)
    async with store.transaction() as tx:
        await acknowledge(tx, number, ANNA, NOW)
    async with store.transaction() as tx:
        again = await acknowledge(tx, number, BEN, NOW + HOUR)

    said = f"Alert {number} is acknowledged already, by Anna since Fri 20 Nov 15:30 UTC."
    assert again == said
    assert await acts(store, number) == [(What.ACKNOWLEDGED, "Anna")]
    assert len(await letters(store, number)) == 2


async def test_who_did_it_and_where_is_noted(store: Store) -> None:
    number = await told(store)
    async with store.transaction() as tx:
        await acknowledge(tx, number, ANNA, NOW)

        assert await tx.acts.of(number) == [
            Act(NOW, "Anna", Via.SLACK, What.ACKNOWLEDGED, number, "")
        ]


async def test_an_alert_nobody_was_told_of_can_be_acknowledged(store: Store) -> None:
    number = await told(store, to=())
    async with store.transaction() as tx:
        await acknowledge(tx, number, ANNA, NOW)

    assert await letters(store, number) == []
    assert await acts(store, number) == [(What.ACKNOWLEDGED, "Anna")]


async def test_taken_back_it_is_as_if_nobody_looked_after_it(store: Store) -> None:
    number = await told(store)
    async with store.transaction() as tx:
        await acknowledge(tx, number, ANNA, NOW)
    async with store.transaction() as tx:
        said = await take_back(tx, number, BEN, NOW + HOUR)
        known = await tx.alerts.find(number)

    assert said.endswith("not acknowledged any more; it was, by Anna since Fri 20 Nov 15:30 UTC.")
    assert known is not None
    assert known.acknowledged is None
    assert await acts(store, number) == [(What.ACKNOWLEDGED, "Anna"), (What.TAKEN_BACK, "Ben")]
    last = (await letters(store, number))[-1]
    assert (last.event.change, last.by) == (Change.REMINDED, None)


async def test_it_may_be_acknowledged_and_taken_back_again_and_again(store: Store) -> None:
    number = await told(store)
    for hour in range(4):
        async with store.transaction() as tx:
            act = take_back if hour % 2 else acknowledge
            await act(tx, number, ANNA, NOW + hour * HOUR)

    owed = [change for _, change in await changes(store, number)]
    assert owed == [Change.OPENED, *[Change.ACKNOWLEDGED, Change.REMINDED] * 2]


async def test_what_nobody_acknowledged_cannot_be_taken_back(store: Store) -> None:
    number = await told(store)
    async with store.transaction() as tx:
        said = await take_back(tx, number, ANNA, NOW)

    assert said == f"Nobody has acknowledged alert {number}: there is nothing to take back."
    assert await acts(store, number) == []
    assert len(await letters(store, number)) == 1


async def test_who_was_not_told_that_it_is_acknowledged_does_not_hear_the_end_of_it(
    store: Store,
) -> None:
    """The courier mutes an acknowledgement where no message changes with its alert."""
    number = await told(store, to=("mail", "team"))
    async with store.transaction() as tx:
        await acknowledge(tx, number, ANNA, NOW)
        for one in await tx.outbox.ledger(9, destination="mail", alert=number):
            if isinstance(one.content, Letter) and one.content.by:
                await tx.bag.mute([one.id], NOW, "no acknowledgements are told there")
        await take_back(tx, number, ANNA, NOW + HOUR)

    assert (await changes(store, number))[4:] == [("team", Change.REMINDED)]


@every_act
async def test_what_is_over_is_refused_with_what_to_do_instead(light: Store, act: Does) -> None:
    over = make.alert(phase=Phase.RESOLVED, ended_at=make.AT)
    number = await told(light, over)

    async with light.transaction() as tx:
        with pytest.raises(
            ActRefused, match=rf"Alert {number} is over \(resolved, Fri 20 Nov 14:00"
        ):
            await act(tx, number, ANNA, NOW)
    assert await acts(light, number) == []


@every_act
async def test_a_number_nobody_knows_is_refused(light: Store, act: Does) -> None:
    async with light.transaction() as tx:
        with pytest.raises(NoSuch, match=r"no alert 7; `meterwatch alerts` lists them"):
            await act(tx, 7, ANNA, NOW)


@every_act
async def test_of_what_is_pending_nobody_was_told(light: Store, act: Does) -> None:
    number = await told(light, make.alert(phase=Phase.PENDING, opened_at=None), to=())
    async with light.transaction() as tx:
        with pytest.raises(ActRefused, match=f"Alert {number} is pending"):
            await act(tx, number, ANNA, NOW)


async def test_an_alert_is_silenced_and_no_other_series_of_its_rule(store: Store) -> None:
    odd = Series("supertone", "minutes", labels_of({"voice_id": "a*[b]?"}))
    number = await told(store, replace(make.alert(), series=odd))
    async with store.transaction() as tx:
        said = await silence_alert(tx, number, HOUR, ANNA, "load test", NOW)
        (silence,) = await tx.silences.active(NOW)

    labels = {"rule": "voice-spike", "source": "supertone", "metric": "minutes"}
    assert silence.matches({**labels, "voice_id": "a*[b]?", "severity": "warning"})
    assert not silence.matches({**labels, "voice_id": "ax[b]y"})
    assert not silence.matches({**labels, "voice_id": "a*[b]?", "rule": "another"})
    assert (silence.end - NOW, silence.author, silence.reason) == (HOUR, "Anna", "load test")
    assert said.startswith(f"Alert {number} is silent until Fri 20 Nov 16:30 UTC: silence 1.")
    assert await acts(store, number) == [(What.SILENCED, "Anna")]


async def test_an_alert_is_silenced_by_the_labels_that_its_letters_bear(light: Store) -> None:
    """A rule's own label wins over a vendor's of the same name. It had another name then."""
    labels = {"rule": "voice-spike", "source": "supertone", "metric": "minutes", "model": "ours"}
    labels["voice_id"] = make.VOICE
    async with light.transaction() as tx:
        number = await tx.alerts.keep(make.alert())
        await tx.outbox.enqueue(make.letter(alert=number, labels={**labels, "rule": "spike"}))
        await silence_alert(tx, number, HOUR, ANNA, "load test", NOW)

        assert (await tx.silences.active(NOW))[0].matches(labels)


@pytest.mark.parametrize(
    ("later", "span", "silences"),
    [
        (TICK, HOUR, 1),
        (timedelta(minutes=5), HOUR, 1),
        (timedelta(minutes=5) + TICK, HOUR, 2),
        (TICK, timedelta(minutes=10), 1),
        (TICK, timedelta(days=1), 2),
    ],
)
async def test_silencing_twice_makes_another_only_if_it_lasts_longer(
    light: Store, later: timedelta, span: timedelta, silences: int
) -> None:
    number = await told(light)
    async with light.transaction() as tx:
        await silence_alert(tx, number, HOUR, ANNA, "load test", NOW)
        said = await silence_alert(tx, number, span, BEN, "me too", NOW + later)

        assert len(await tx.silences.all()) == silences
    assert ("already: silence 1." in said) is (silences == 1)
    assert len(await acts(light, number)) == silences


async def test_a_silence_for_ever_is_refused(store: Store) -> None:
    number = await told(store)
    async with store.transaction() as tx:
        with pytest.raises(ActRefused, match="no later than 90 days from now") as caught:
            await silence_alert(tx, number, timedelta(days=91), ANNA, "for ever", NOW)

        assert await tx.silences.all() == []
    assert caught.value.flaw is not None
    assert caught.value.flaw.key == "end"


async def test_a_silence_of_many_alerts_is_kept_and_ended_by_its_number(store: Store) -> None:
    wish = Silence(0, {"rule": ("*",)}, NOW, NOW + HOUR, "Ben", "moving house")
    async with store.transaction() as tx:
        made = await make_silence(tx, wish, BEN, NOW)
        said = await end_silence(tx, made.number, ANNA, NOW + HOUR / 2)
        again = await end_silence(tx, made.number, ANNA, NOW + HOUR / 2)
        done = await tx.acts.between(NOW, NOW + HOUR)

    assert said == "Silence 1 is over: moving house"
    assert again == "Silence 1 is over already, since Fri 20 Nov 16:00 UTC."
    assert [(act.what, act.by) for act in done] == [
        (What.SILENCED, "Ben"),
        (What.HEARD_AGAIN, "Anna"),
    ]


async def test_ending_a_silence_nobody_knows_is_refused(store: Store) -> None:
    async with store.transaction() as tx:
        with pytest.raises(NoSuch, match="There is no silence 3; `meterwatch silence list --all`"):
            await end_silence(tx, 3, ANNA, NOW)


async def test_what_was_expected_is_marked_as_planned_for_its_series_alone(store: Store) -> None:
    odd = Series("supertone", "minutes", labels_of({"voice_id": "a*[b]?"}))
    number = await told(store, replace(make.alert(), series=odd))
    async with store.transaction() as tx:
        said = await expect(tx, number, ANNA, NOW)
        (mark,) = await tx.planned.all()

    planned = mark.planned
    assert (planned.start, planned.end, mark.by) == (make.AT, NOW, "Anna")
    assert planned.name == f"alert {number} was expected, said Anna"
    assert planned.covers(odd)
    assert not planned.covers(replace(odd, labels=labels_of({"voice_id": "ax[b]y"})))
    assert not planned.covers(replace(odd, source="another"))
    assert f"mark {mark.number}" in said
    assert await acts(store, number) == [(What.EXPECTED, "Anna")]


async def test_a_bucket_that_still_fills_is_marked_to_its_end(store: Store) -> None:
    number = await told(store)
    async with store.transaction() as tx:
        await expect(tx, number, ANNA, make.AT + timedelta(minutes=30))

        assert (await tx.planned.all())[0].planned.end == make.AT + HOUR


async def test_expected_twice_it_is_marked_once(store: Store) -> None:
    number = await told(store)
    async with store.transaction() as tx:
        await expect(tx, number, ANNA, NOW)
        said = await expect(tx, number, BEN, NOW + HOUR)

        assert len(await tx.planned.all()) == 1
    assert said == f"Alert {number} is marked as planned already: mark 1 by Anna."
    assert await acts(store, number) == [(What.EXPECTED, "Anna")]


async def test_a_mark_that_was_taken_back_may_be_made_again(store: Store) -> None:
    number = await told(store)
    async with store.transaction() as tx:
        await expect(tx, number, ANNA, NOW)
        await tx.planned.unmark(1)
        await expect(tx, number, ANNA, NOW)

        assert [mark.number for mark in await tx.planned.all()] == [2]


async def test_that_a_source_cannot_be_read_was_not_planned(store: Store) -> None:
    blind = replace(make.alert(), rule=BLIND.rule, series=polls_of("supertone"))
    number = await told(store, blind)
    async with store.transaction() as tx:
        with pytest.raises(ActRefused, match="that cannot have been planned"):
            await expect(tx, number, ANNA, NOW)

        assert await tx.planned.all() == []


@pytest.mark.parametrize("act", ["acknowledge", "silence", "expect"])
async def test_two_people_at_once_do_it_once_and_the_second_hears_so(
    store: Store, store_url: str, act: str
) -> None:
    """One by the daemon, as Slack and the page do; one beside it, as the command line does."""
    number = await told(store)
    does: Does = ACTS[act]

    async def by(which: Store, person: Person) -> str:
        async with which.transaction() as tx:
            return await does(tx, number, person, NOW)

    async with share_store(store_url.replace("+aiosqlite", "")) as beside:
        said = await asyncio.gather(by(store, ANNA), by(beside, BEN))

    assert sum("already" in one for one in said) == 1
    assert len(await acts(store, number)) == 1


async def test_who_is_too_late_by_a_poll_is_refused(store: Store, store_url: str) -> None:
    """The alert ends in a transaction that is not over when somebody acknowledges it."""
    number = await told(store)
    over, begun = make.alert(phase=Phase.RESOLVED, ended_at=NOW), asyncio.Event()

    async def poll() -> None:
        async with store.transaction() as tx:
            await tx.alerts.keep(over)
            begun.set()
            for _ in range(50):
                await tx.alerts.find(number)

    async def late(beside: Store) -> None:
        await begun.wait()
        async with beside.transaction() as tx:
            with pytest.raises(ActRefused, match="is over"):
                await acknowledge(tx, number, ANNA, NOW)

    async with share_store(store_url.replace("+aiosqlite", "")) as beside:
        await asyncio.gather(poll(), late(beside))
    assert await acts(store, number) == []
