"""What becomes of alerts when the configuration changes."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from daemon.letter import Letter
from daemon.source import Answer, Feed, Window
from daemon.store import Store, open_store
from daemon.store.frame import Frame
from daemon.succession import Sights, succeed
from rules.alert import Change, Event, Phase
from rules.health import BLIND, polls_of
from rules.kinds.threshold import Threshold
from rules.rule import Rule
from rules.series import Labels, Metric, Reading, Series, labels_of
from rules.silence import Silence
from tests import make
from tests.blank import blank
from tests.fakes import Meter
from tests.make import AT, HOUR

BUSY = Rule("busy", "tts", Threshold(above=10), id="r1")
FEED = Feed("tts", Meter())
A = Series("tts", "minutes", labels_of({"voice": "a", "model": "m"}))


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store(blank(tmp_path)) as store:
        yield store


async def after(
    store: Store, *rules: Rule, feeds: Sequence[Feed] = (FEED,), others: Sequence[str] = ()
) -> Sequence[Event]:
    """What people hear of a configuration with these rules."""
    sights = Sights({one.name: one for one in rules}, {one.name: one for one in feeds}, others)
    async with store.transaction() as tx:
        return await succeed(tx, sights, AT + HOUR)


async def fire(store: Store, rule: str = "busy", series: Series = A, **fields: object) -> int:
    """An alert of which the team is told."""
    alert = make.alert(rule=rule, series=series, **fields)
    await told(store, A.labels)
    async with store.transaction() as tx:
        number = await tx.alerts.keep(alert)
        if alert.phase is Phase.FIRING:
            event = make.event(alert=alert)
            await tx.outbox.enqueue(make.letter(event=event, alert=number, key=f"open {number}"))
    return number


async def told(store: Store, *labels: Labels, metric: Metric | None = None) -> None:
    """The source told of these series."""
    metric = metric or FEED.source.metrics("tts")[0]
    readings = [Reading(each, AT, 5.0) for each in labels]
    answer = Answer(metric, Window(AT, AT + HOUR), readings)
    async with store.transaction() as tx:
        await tx.usage.record(answer, Frame(AT + HOUR, timedelta(0), timedelta(days=9), 100))


async def live(store: Store) -> list[tuple[int, str]]:
    async with store.transaction() as tx:
        return [(one.number, one.alert.rule) for one in await tx.alerts.live()]


async def letters(store: Store) -> list[Letter]:
    async with store.transaction() as tx:
        lines = reversed(await tx.outbox.ledger(100))
        return [one.content for one in lines if isinstance(one.content, Letter)]


async def test_the_alert_of_a_rule_that_is_gone_is_closed_with_a_note_once(store: Store) -> None:
    await fire(store)
    (event,) = await after(store)

    assert await after(store) == []
    assert await live(store) == []
    _opened, closed = await letters(store)
    assert (event.change, closed.event.change) == (Change.RESOLVED, Change.RESOLVED)
    assert closed.event.verdict.why.reason == "The rule busy is not in the configuration any more."
    assert closed.event.verdict.observed == make.verdict().observed, "not calm: as last seen"


async def test_of_two_alerts_that_end_in_the_same_bucket_both_ends_are_told(store: Store) -> None:
    """The rule was there again for a moment."""
    for began in (AT - HOUR, AT):
        await fire(store, since=began)
        await after(store)

    told = [(one.alert, one.event.change) for one in await letters(store)]
    both = [Change.OPENED, Change.RESOLVED]
    assert told == [(number, change) for number in (1, 2) for change in both]


async def test_what_nobody_was_told_of_ends_in_silence(store: Store) -> None:
    await fire(store, phase=Phase.PENDING)

    assert await after(store) == []
    assert (await live(store), await letters(store)) == ([], [])


async def test_a_rule_that_is_called_otherwise_keeps_its_alert_by_its_id(store: Store) -> None:
    await after(store, BUSY)
    number = await fire(store)

    assert await after(store, replace(BUSY, name="very-busy")) == []
    assert await live(store) == [(number, "very-busy")]
    assert len(await letters(store)) == 1


@pytest.mark.parametrize(
    ("match", "others", "now"),
    [
        ({"rule": ("busy",)}, (), {"rule": ("busy", "very-busy")}),
        ({"rule": ("x-*", "busy"), "voice": ("a",)}, (), None),
        ({"rule": ("busy",)}, (Rule("busy", "tts", Threshold(above=1)),), {"rule": ("very-busy",)}),
        ({"rule": ("bu*",)}, (), {"rule": ("bu*",)}),
        ({"voice": ("a",)}, (), {"voice": ("a",)}),
    ],
)
async def test_a_silence_of_a_rule_goes_with_it(
    store: Store,
    match: dict[str, tuple[str, ...]],
    others: Sequence[Rule],
    now: dict[str, tuple[str, ...]] | None,
) -> None:
    """What is owed already bears the old name; another rule of that name is not silenced."""
    await after(store, BUSY)
    async with store.transaction() as tx:
        silence = Silence(0, match, AT, AT + 9 * HOUR, "Anna", "load test")
        await tx.silences.add(silence, AT)
        await tx.silences.add(replace(silence, end=AT + HOUR), AT)
    await after(store, replace(BUSY, name="very-busy"), *others)

    async with store.transaction() as tx:
        lasts, over = await tx.silences.all()
    assert lasts.match == (now or {"rule": ("x-*", "busy", "very-busy"), "voice": ("a",)})
    assert over.match == match


async def test_the_end_of_an_alert_bears_the_name_its_rule_has_now(store: Store) -> None:
    await after(store, BUSY)
    await fire(store)
    await after(store, replace(BUSY, name="very-busy"))
    await after(store)

    assert (await letters(store))[-1].labels["rule"] == "very-busy"


async def test_its_place_in_time_goes_with_it(store: Store) -> None:
    await after(store, BUSY)
    await told(store, A.labels)
    async with store.transaction() as tx:
        await tx.polls.judged("busy", 1, AT)
    await after(store, replace(BUSY, name="very-busy"))

    async with store.transaction() as tx:
        assert await tx.polls.judged_since("very-busy", 1) == AT
        assert await tx.polls.judged_since("busy", 1) is None


async def test_without_an_id_another_name_is_another_rule(store: Store) -> None:
    await after(store, replace(BUSY, id=None))
    await fire(store)

    (event,) = await after(store, replace(BUSY, id=None, name="very-busy"))
    assert event.change is Change.RESOLVED


async def test_a_name_that_another_rule_had_is_free_for_whoever_takes_it(store: Store) -> None:
    """Also where both were about the same series, since the same hour."""
    other = replace(BUSY, name="loud", id=None)
    await after(store, BUSY, other)
    mine, others = await fire(store), await fire(store, "loud")

    (event,) = await after(store, replace(BUSY, name="loud"))
    assert await live(store) == [(mine, "loud")]
    assert event.alert.rule == "loud (former 1)"
    async with store.transaction() as tx:
        ended = await tx.alerts.numbered(others)
    assert ended is not None
    assert ended.phase is Phase.RESOLVED


async def test_a_name_may_be_taken_over_again_and_again(store: Store) -> None:
    for turn in range(3):
        await after(store, replace(BUSY, id=f"r{turn}", name="old"))
        await fire(store, "old")
        await after(store, replace(BUSY, id=f"r{turn}"))

    assert [rule for _, rule in await live(store)] == ["busy"]


async def test_an_id_that_comes_back_does_not_take_what_is_another_rules_by_now(
    store: Store,
) -> None:
    await after(store, BUSY)
    await after(store, replace(BUSY, id=None))  # the name goes to a rule without an id
    number = await fire(store)

    await after(store, replace(BUSY, id=None), replace(BUSY, name="returned"))
    assert await live(store) == [(number, "busy")]


@pytest.mark.parametrize(
    ("changed", "stays"),
    [
        (replace(BUSY, where={"voice": ("a*",)}), True),
        (replace(BUSY, kind=Threshold(above=1000)), True),
        (replace(BUSY, where={"voice": ("b",)}), False),
        (replace(BUSY, metric="credits"), False),
        (replace(BUSY, source="other"), False),
        (replace(BUSY, by=("voice",)), False),
    ],
)
async def test_what_a_changed_rule_still_looks_at_stays_and_the_rest_is_closed(
    store: Store, changed: Rule, stays: bool
) -> None:
    await fire(store)

    closed = await after(store, changed)
    assert bool(await live(store)) is stays
    assert [one.verdict.why.headline for one in closed] == (
        [] if stays else ["its rule does not look at it any more"]
    )


@pytest.mark.parametrize(
    ("changed", "stays"),
    [
        ({"by": ("voice",)}, True),
        ({"by": ("voice",), "where": {"model": ("m",)}}, True),
        ({"by": ("voice",), "where": {"model": ("other",)}}, False),
        ({"by": ("voice",), "where": {"voice": ("b",)}}, False),
        ({"by": ("voice", "model")}, False),
        ({"by": ()}, False),
        ({"by": None}, False),
    ],
)
async def test_a_sum_stays_while_the_rule_sums_so_and_one_of_its_parts_is_there(
    store: Store, changed: dict[str, object], stays: bool
) -> None:
    await told(store, labels_of({"voice": "b", "model": "m"}))
    await fire(store, series=Series("tts", "minutes", labels_of({"voice": "a"})))

    await after(store, replace(BUSY, **changed))
    assert bool(await live(store)) is stays


async def test_what_the_source_tells_no_more_is_closed(store: Store) -> None:
    """Another vendor may be behind the name."""
    (metric,) = FEED.source.metrics("tts")
    await told(store, A.labels, metric=replace(metric, name="characters"))
    await fire(store, series=replace(A, metric="characters"))

    (event,) = await after(store, BUSY)
    assert event.change is Change.RESOLVED


@pytest.mark.parametrize(
    ("feeds", "others", "stays"), [((FEED,), (), True), ((), ("tts",), True), ((), (), False)]
)
async def test_a_source_that_is_gone_is_blind_no_more(
    store: Store, feeds: Sequence[Feed], others: Sequence[str], stays: bool
) -> None:
    await fire(store, BLIND.rule, polls_of("tts"))

    closed = await after(store, BUSY, feeds=feeds, others=others)
    assert bool(await live(store)) is stays
    assert [one.verdict.why.headline for one in closed] == (
        [] if stays else ["it is not in the configuration any more"]
    )
