"""A rule that reads other metrics finds them beside its own, and nothing that it should not."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random

import numpy as np
import pytest

from daemon import app
from daemon.beside import held_beside, joined, meters
from daemon.config.settings import Config
from daemon.http import Http, open_http
from daemon.metrics import build_metrics
from daemon.notifier import Destination
from daemon.poll import Poller
from daemon.read import Reader
from daemon.replay import Span, replay
from daemon.source import Feed
from daemon.store import Store, open_store
from rules.alert import Change
from rules.kind import Meter
from rules.kinds.runway import Runway
from rules.kinds.threshold import Threshold
from rules.panel import Panel
from rules.rule import Rule
from rules.series import Labels, Measure, Metric, Series
from tests import fakes
from tests.fakes import HOUR

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
AT = NOON + timedelta(minutes=30)
DEAR = Rule("dear", "web", Threshold(above=2, over="minutes", over_source="tts"))
A, B = (("voice", "a"),), (("voice", "b"),)


def panel(source: str, *columns: list[float], name: str = "minutes", filling: int = 0) -> Panel:
    """Hours from noon on, of the voices a, b and so on."""
    series = tuple(
        Series(source, name, (("voice", "ab"[number]),)) for number in range(len(columns))
    )
    values = np.array(columns, dtype=np.float64).T
    metric = Metric(source, name, name, Measure.AMOUNT, HOUR)
    return Panel(metric, series, NOON, values, len(values) - filling)


def labelled(watched: Panel, *labels: Labels) -> Panel:
    return replace(watched, series=tuple(Series("tts", "minutes", each) for each in labels))


OWN, OTHER = panel("web", [1, 2], [3, 4]), panel("tts", [5, 6], [7, 8])


def values(found: Panel) -> list[list[float]]:
    (beside,) = found.beside
    told: list[list[float]] = beside.values.T.tolist()
    return told


def test_a_kind_that_reads_nothing_else_has_its_panel_as_it_is() -> None:
    rule = replace(DEAR, kind=Threshold(above=2))

    assert meters(rule) == []
    assert joined(rule, OWN, [OTHER]) is OWN


def test_the_source_of_a_meter_is_the_rule_s_own_unless_it_names_another() -> None:
    assert meters(DEAR) == [Meter("tts", "minutes", awaited=True)]
    assert meters(replace(DEAR, kind=Runway(usage_metric="m"))) == [Meter("web", "m")]


def test_the_other_panel_is_found_by_source_and_metric() -> None:
    calls = panel("tts", [9, 9], name="calls")

    assert values(joined(DEAR, OWN, [OWN, calls, OTHER])) == [[5, 6], [7, 8]]


def test_without_a_metric_it_is_the_only_one_of_its_source() -> None:
    rule = replace(DEAR, kind=Runway(usage_source="tts"))

    assert values(joined(rule, OWN, [OTHER])) == [[5, 6], [7, 8]]
    assert joined(rule, OWN, [OTHER, panel("tts", [9], name="calls")]).beside == ()


def test_what_was_never_told_or_at_another_time_has_no_panel() -> None:
    later = replace(OTHER, start=OWN.end)
    before = replace(OTHER, start=OWN.start - 2 * HOUR)

    assert joined(DEAR, OWN, [OWN, later, before]) is OWN


def test_of_several_grids_the_newest_is_read() -> None:
    newest = replace(OTHER, values=OTHER.values * 2)

    assert values(joined(DEAR, OWN, [OTHER, newest])) == [[10, 12], [14, 16]]


def test_a_rule_that_sums_its_series_sums_theirs_alike() -> None:
    assert values(joined(replace(DEAR, by=()), OWN, [OTHER])) == [[12, 14]]
    assert values(joined(replace(DEAR, by=("voice",)), OWN, [OTHER])) == [[5, 6], [7, 8]]
    bare = labelled(OTHER, (), (("model", "m"),))
    assert values(joined(replace(DEAR, by=("voice",)), OWN, [bare])) == [[12, 14]]


def test_where_holds_for_both_as_far_as_both_have_the_labels() -> None:
    chosen = replace(DEAR, where={"voice": ("b",), "key": ("x",)})

    assert values(joined(chosen, OWN, [OTHER])) == [[7, 8]]
    assert values(joined(chosen, OWN, [labelled(OTHER, A, ())])) == []
    assert values(joined(chosen, OWN, [labelled(OTHER, (("lang", "ko"),), ())])) == [[5, 6], [7, 8]]


def test_what_was_planned_is_real_use_beside() -> None:
    flagged = replace(OTHER, planned=np.ones(OTHER.values.shape, dtype=np.bool_))
    (beside,) = joined(DEAR, OWN, [flagged]).beside

    assert beside.planned is None


@pytest.mark.parametrize(("filling", "hours", "closed"), [(0, 0, 2), (1, 0, 1), (0, -1, 1)])
def test_a_bucket_is_not_closed_before_that_of_an_awaited_metric(
    filling: int, hours: int, closed: int
) -> None:
    other = replace(panel("tts", [5, 6], filling=filling), start=NOON + hours * HOUR)

    assert joined(DEAR, OWN, [other]).closed == closed
    assert joined(replace(DEAR, kind=Runway(usage_source="tts")), OWN, [other]).closed == 2


def test_a_replay_reads_what_is_beside_among_its_panels() -> None:
    used, paid = panel("tts", [10, 10, 10]), panel("web", [10, 30, 10], name="credits")
    events = replay([DEAR], [paid, used], Span())

    assert [(event.change, event.verdict.at) for event in events] == [
        (Change.OPENED, NOON + HOUR),
        (Change.RESOLVED, NOON + 2 * HOUR),
    ]
    assert replay([DEAR], [paid], Span()) == []


@dataclass
class Two:
    """Two sources, of which the rule divides the first by the second."""

    store: Store
    http: Http
    web: fakes.Meter
    tts: fakes.Meter

    @property
    def feeds(self) -> dict[str, Feed]:
        return {"web": Feed("web", self.web), "tts": Feed("tts", self.tts)}

    async def poll(self, name: str, at: datetime) -> list[tuple[Change, datetime]]:
        rules = [DEAR] if name == "web" else []
        reader = Reader(self.feeds[name], self.store, self.http)
        poller = Poller(reader, rules, build_metrics("t"), others=self.feeds)
        return [(event.change, event.verdict.at) for event in (await poller.poll(at)).events]

    async def use(self, hour: int, web: float, tts: float) -> None:
        self.web.used["a", NOON + hour * HOUR] = web
        self.tts.used["a", NOON + hour * HOUR] = tts

    async def held(self, at: datetime) -> list[str]:
        async with self.store.transaction() as tx:
            held = await held_beside(tx, [DEAR], self.feeds, at)
        return [one.metric.source for one in held]


@pytest.fixture
async def two(store_url: str) -> AsyncIterator[Two]:
    async with open_store(store_url) as store, open_http() as http:
        two = Two(store, http, fakes.Meter(), fakes.Meter())
        await two.use(-2, 10, 10)
        yield two


async def test_of_a_source_never_read_to_its_end_nothing_is_known(two: Two) -> None:
    await two.poll("web", AT)
    assert await two.held(AT) == ["web"]

    two.tts.used["a", NOON - timedelta(days=50)] = 1.0
    two.tts.fails_at = 1  # the second piece of its past
    await two.poll("tts", AT)
    assert await two.held(AT) == ["web"]
    await two.poll("tts", AT)
    assert await two.held(AT) == ["tts", "web"]


async def test_a_source_that_is_not_configured_is_not_asked_for(two: Two) -> None:
    await two.poll("tts", AT)
    async with two.store.transaction() as tx:
        assert await held_beside(tx, [DEAR], {}, AT) == []
        assert await held_beside(tx, [replace(DEAR, kind=Threshold(above=1))], two.feeds, AT) == []


@pytest.mark.parametrize("order", [("web", "tts"), ("tts", "web")])
async def test_whichever_is_polled_first_each_hour_is_judged_once(
    two: Two, order: tuple[str, str]
) -> None:
    """The hour that closes in one source is judged when it has closed in the other too."""
    ratios, told = [10.0, 30.0, 30.0, 10.0, 30.0], []
    for name in order:
        await two.poll(name, NOON + timedelta(minutes=1))
    for hour, web in enumerate(ratios):
        await two.use(hour, web, 10)
        for minutes in (61, 91):
            for name in order:
                told += await two.poll(name, NOON + hour * HOUR + timedelta(minutes=minutes))

    assert told == [
        (Change.OPENED, NOON + HOUR),
        (Change.RESOLVED, NOON + 3 * HOUR),
        (Change.OPENED, NOON + 4 * HOUR),
    ]


async def test_hours_missed_while_the_other_source_failed_are_judged_afterwards(two: Two) -> None:
    for name in ("web", "tts"):
        await two.poll(name, AT)
    for hour, web in enumerate([10.0, 30.0, 10.0]):
        await two.use(hour, web, 10)
        assert await two.poll("web", AT + (hour + 1) * HOUR) == []
    await two.poll("tts", AT + 3 * HOUR)

    assert await two.poll("web", AT + 3 * HOUR) == [
        (Change.OPENED, NOON + HOUR),
        (Change.RESOLVED, NOON + 2 * HOUR),
    ]


async def test_what_another_source_tells_of_the_past_is_no_news(two: Two) -> None:
    """It is first read when its own past is longer closed than what was judged without it."""
    for hour, web in enumerate([10.0, 30.0, 10.0, 10.0, 10.0, 30.0]):
        await two.use(hour, web, 10)
    assert await two.poll("web", AT + 3 * HOUR) == []
    two.tts.settles = 2 * HOUR
    told = []
    for hour in (3, 4, 5, 8):
        await two.poll("tts", AT + hour * HOUR)
        told += await two.poll("web", AT + hour * HOUR)

    assert told == [(Change.OPENED, NOON + 5 * HOUR)]


async def test_the_daemon_gives_every_rule_what_it_reads(store_url: str) -> None:
    web, tts, box, clock = fakes.Meter(), fakes.Meter(), fakes.Mailbox(), fakes.HandClock(NOON)
    for hour, minutes in enumerate([10.0, 30.0]):
        web.used["a", NOON + hour * HOUR], tts.used["a", NOON + hour * HOUR] = minutes, 10.0
    config = Config(
        (Feed("web", web), Feed("tts", tts)),
        (replace(DEAR, tell=("team",)),),
        destinations=(Destination("team", box),),
    )
    for hour in range(4):
        clock.at = AT + hour * HOUR
        await app.run_once(config, app.Ground(store_url, clock, Random(1)))  # noqa: S311

    (letter,) = [one for one in box.letters if one.event.change is Change.OPENED]
    assert letter.event.verdict.at == NOON + HOUR
    assert letter.event.verdict.unit == ""
