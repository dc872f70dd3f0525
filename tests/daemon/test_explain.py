"""A decision is made again from what is stored, to the digit, or what changed is named."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from daemon.beside import joined
from daemon.config import Config, parse
from daemon.config.placeholders import Placeholders
from daemon.explain import Explained, explain, panel_of
from daemon.source import Answer, Window
from daemon.store import Store, open_store
from daemon.store.database import StoreError
from daemon.store.frame import Frame
from rules.alert import Alert, Phase
from rules.engine import News, evaluate
from rules.health import BLIND
from rules.planned import Planned
from rules.series import Absent, Measure, Metric, Reading, labels_of
from tests.blank import blank
from tests.make import alert as make_alert

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTES = Metric("voices", "minutes", "minutes", Measure.AMOUNT, HOUR, Absent.ZERO)
FRAME = Frame(NOON + 3 * HOUR, timedelta(0), timedelta(days=60))
CONFIG = """\
page: null
sources:
  voices: {type: supertone.usage, key: "${env:KEY}"}
rules:
  busy: {kind: threshold, source: voices, above: 10, by: [], tell: []}
  own: {kind: threshold, source: voices, above: 99, tell: []}
destinations: {}
"""
USED = {"agatha": [3.1, 4.7, 320.25], "ben": [1.3, 2.9, 21.0]}

LAUNCH = Planned("launch", NOON, NOON + HOUR)


class Launch:
    """An occasion of a configuration."""

    def between(self, start: datetime, end: datetime) -> list[Planned]:
        return [LAUNCH]


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """Of one kind: what is asked of it, the tests of the store ask of both."""
    async with open_store(blank(tmp_path)) as store:
        yield store


def configured(text: str = CONFIG) -> Config:
    return parse(text, "config.yaml", Placeholders({}))


async def told(store: Store, used: dict[str, Sequence[float]], hours_later: int = 0) -> None:
    """The vendor tells of the hours up to noon."""
    readings = [
        Reading(labels_of({"voice_id": voice}), NOON - (len(hours) - 1 - hour) * HOUR, value)
        for voice, hours in used.items()
        for hour, value in enumerate(hours)
    ]
    window = Window(NOON - 2 * HOUR, NOON + HOUR)
    frame = replace(FRAME, at=FRAME.at + hours_later * HOUR)
    async with store.transaction() as tx:
        await tx.usage.record(Answer(MINUTES, window, readings), frame)


async def alerted(store: Store, rule: str = "busy", **fields: object) -> int:
    """What a rule finds in the hour of noon is kept; answers its number."""
    (asked,) = (each for each in configured().rules if each.name == rule)
    async with store.transaction() as tx:
        [panel] = await tx.usage.panels("voices")
        [found] = evaluate(asked, panel, {}, News(since=NOON)).alerts
        return await tx.alerts.keep(replace(found, **fields))


async def explained(store: Store, number: int, config: Config | None = None) -> Explained:
    return await explain(config or configured(), store, number)


async def test_a_decision_is_made_again_to_the_digit(store: Store) -> None:
    await told(store, USED)
    known = await explained(store, await alerted(store))

    assert known.same is True
    assert known.then == known.now
    assert known.then is not None
    assert [part.observed for part in known.then.why.parts] == [320.25, 21.0]
    assert (known.unit, known.untold, known.begins) == ("minutes", None, NOON - 2 * HOUR)


async def test_what_came_later_does_not_change_a_decision(store: Store) -> None:
    await told(store, USED)
    number = await alerted(store)
    readings = [Reading(labels_of({"voice_id": "carla"}), NOON + HOUR, 900.0)]
    async with store.transaction() as tx:
        later = Answer(MINUTES, Window(NOON + HOUR, NOON + 2 * HOUR), readings)
        await tx.usage.record(later, FRAME)

    assert (await explained(store, number)).same is True


async def test_a_series_told_of_late_changes_who_moved_it_and_is_no_revision(store: Store) -> None:
    await told(store, USED)
    number = await alerted(store)
    await told(store, USED | {"carla": [9.0, 9.0, 1.0]})
    known = await explained(store, number)

    assert (known.same, known.revised, known.revised_before) == (False, [], 0)


async def test_a_revised_bucket_is_named_with_what_it_was(store: Store) -> None:
    await told(store, USED)
    number = await alerted(store)
    await told(store, USED | {"agatha": [3.1, 5.0, 300.5]}, hours_later=4)
    known = await explained(store, number)

    assert known.same is False
    assert known.now is not None
    assert known.now.observed == 321.5
    [changed] = known.revised
    assert (changed.before, changed.after, changed.start) == (320.25, 300.5, NOON)
    assert changed.revised_at == FRAME.at + 4 * HOUR
    assert known.revised_before == 1


async def test_what_was_revised_elsewhere_or_later_is_no_cause(store: Store) -> None:
    await told(store, USED)
    number = await alerted(store, rule="own")
    later = [Reading(labels_of({"voice_id": "agatha"}), NOON + HOUR, 5.0)]
    for value in (5.0, 6.0):
        async with store.transaction() as tx:
            readings = [replace(each, value=value) for each in later]
            window = Window(NOON + HOUR, NOON + 2 * HOUR)
            await tx.usage.record(Answer(MINUTES, window, readings), FRAME)
    await told(store, USED | {"ben": [1.3, 2.9, 22.0]}, hours_later=4)
    looser = configured(CONFIG.replace("above: 99", "above: 100"))
    known = await explained(store, number, looser)

    assert (known.same, known.revised, known.revised_before) == (False, [], 0)


@pytest.mark.parametrize("by", ["a person", "the configuration"])
async def test_it_is_judged_with_what_was_planned(store: Store, by: str) -> None:
    await told(store, USED)
    number = await alerted(store)
    config = configured()
    async with store.transaction() as tx:
        if by == "a person":
            await tx.planned.mark(LAUNCH, NOON + HOUR, "ops")
        else:
            config = replace(config, planned=(Launch(),))
        kept = await tx.alerts.numbered(number)
        assert kept is not None
        panel = await panel_of(config, tx, kept, NOON)

    assert panel is not None
    assert panel.planned is not None
    assert panel.planned.any(axis=1).tolist() == [False, False, True]


async def test_a_rule_that_was_changed_decides_otherwise(store: Store) -> None:
    await told(store, USED)
    number = await alerted(store)
    known = await explained(store, number, configured(CONFIG.replace("above: 10", "above: 20")))

    assert known.same is False
    assert (known.then and known.then.expected, known.now and known.now.expected) == (10, 20)


@pytest.mark.parametrize(
    ("was", "now", "why"),
    [
        ("busy:", "other:", "the configuration has no rule 'busy' any more"),
        ("by: []", "by: [voice_id]", "the rule does not look at this series any more"),
    ],
)
async def test_what_cannot_be_decided_again_says_why(
    store: Store, was: str, now: str, why: str
) -> None:
    await told(store, USED)
    known = await explained(store, await alerted(store), configured(CONFIG.replace(was, now)))

    assert (known.untold, known.now, known.same) == (why, None, None)
    assert known.then is not None


@pytest.mark.parametrize("moved", [timedelta(hours=-9), timedelta(minutes=30)])
async def test_a_bucket_that_is_forgotten_cannot_be_judged(store: Store, moved: timedelta) -> None:
    await told(store, USED)
    number = await alerted(store)
    async with store.transaction() as tx:
        kept = await tx.alerts.numbered(number)
        assert kept is not None
        assert kept.opening is not None
        early = replace(kept.opening, at=NOON + moved)
        await tx.alerts.keep(replace(kept, opening=early))

    assert (await explained(store, number)).untold == "that bucket is not remembered any more"


async def test_another_metric_of_the_source_is_left_alone(store: Store) -> None:
    await told(store, USED)
    number = await alerted(store)
    other = replace(MINUTES, name="calls")
    async with store.transaction() as tx:
        answer = Answer(other, Window(NOON, NOON + HOUR), [Reading((), NOON, 5.0)])
        await tx.usage.record(answer, FRAME)

    assert (await explained(store, number)).same is True


async def test_an_alert_from_before_openings_were_kept_rests_on_its_worst(store: Store) -> None:
    await told(store, USED)
    number = await alerted(store, opening=None)
    known = await explained(store, number)

    assert known.then == known.alert.worst
    assert known.same is False, "who moved it was not kept then"


async def test_where_the_worst_came_later_nobody_knows_what_opened_it(store: Store) -> None:
    await told(store, USED)
    number = await alerted(store, opening=None, opened_at=NOON - HOUR)
    known = await explained(store, number)

    assert (known.then, known.same) == (None, None)
    assert known.now is not None
    assert known.now.at == NOON - HOUR


async def test_a_pending_alert_rests_on_its_worst_so_far(store: Store) -> None:
    await told(store, USED)
    number = await alerted(store, opening=None, opened_at=None, phase=Phase.PENDING)

    assert (await explained(store, number)).then is not None


async def test_a_state_of_a_source_is_judged_by_no_rule(store: Store) -> None:
    async with store.transaction() as tx:
        number = await tx.alerts.keep(make_alert(rule=BLIND.rule))
    known = await explained(store, number)

    assert known.untold == "it is about the source itself, which no rule judges"
    assert known.rule is None


async def test_names_are_those_people_know(store: Store) -> None:
    await told(store, USED)
    number = await alerted(store)
    async with store.transaction() as tx:
        await tx.names.learn({"agatha": "Agatha the First", "nobody": "Nobody"})

    assert (await explained(store, number)).names == {"agatha": "Agatha the First"}


async def test_a_number_nobody_bears_is_answered_with_the_latest(store: Store) -> None:
    with pytest.raises(StoreError, match="there is no alert 7, and no other yet"):
        await explained(store, 7)
    numbers = []
    for hour in range(7):
        kept: Alert = make_alert(since=NOON + hour * HOUR)
        async with store.transaction() as tx:
            numbers.append(await tx.alerts.keep(kept))
    latest = ", ".join(str(number) for number in numbers[:-6:-1])

    with pytest.raises(StoreError, match=f"there is no alert 999; the latest are {latest}$"):
        await explained(store, 999)


async def test_a_decision_that_rests_on_another_metric_is_made_again_to_the_digit(
    store: Store,
) -> None:
    """Minutes over calls, and the calls are told by another source."""
    text = CONFIG.replace("by: []", "over: minutes, over_source: other, by: []").replace(
        "rules:", '  other: {type: supertone.usage, key: "${env:KEY}"}\nrules:'
    )
    other = replace(MINUTES, source="other")
    readings = [Reading((), NOON - hour * HOUR, 2.0) for hour in range(3)]
    await told(store, USED)
    async with store.transaction() as tx:
        await tx.usage.record(Answer(other, Window(NOON - 2 * HOUR, NOON + HOUR), readings), FRAME)
        (asked, _) = configured(text).rules
        [mine], theirs = await tx.usage.panels("voices"), await tx.usage.panels("other")
        panel = joined(asked, mine, theirs)
        [found] = evaluate(asked, panel, {}, News(since=NOON)).alerts
        number = await tx.alerts.keep(found)
    known = await explained(store, number, configured(text))

    assert known.same is True
    assert known.now is not None
    assert (known.now.observed, known.now.expected) == (341.25 / 2, 10)
