"""A source is asked for what may have changed, and at first for its past, piece by piece."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from daemon.http import Http
from daemon.read import Reader, Told
from daemon.source import Feed, SourceChanged, SourceError, Standing, Window
from daemon.store import Store, open_store
from rules.series import OTHER, Measure
from tests.fakes import HOUR, Meter

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
AT = NOON + timedelta(minutes=30)
DAY = timedelta(days=1)


@dataclass
class Watched:
    """What a terminal would have shown."""

    steps: list[tuple[str, int, int]] = field(default_factory=list)

    def advance(self, source: str, done: timedelta, of: timedelta) -> None:
        self.steps.append((source, done.days, of.days))

    def leave(self, source: str) -> None:
        self.steps.append((source, -1, -1))


@dataclass
class Watch:
    store: Store
    http: Http
    meter: Meter = field(default_factory=Meter)
    history: timedelta = timedelta(days=40)
    max_series: int = 10
    watched: Watched = field(default_factory=Watched)

    def reader(self) -> Reader:
        feed = Feed("tts", self.meter, history=self.history, max_series=self.max_series)
        return Reader(feed, self.store, self.http, self.watched)

    async def read(self, at: datetime = AT) -> None:
        """As a poll does: read, and record the last piece."""
        answers = await self.reader().read(at)
        async with self.store.transaction() as tx:
            for told in answers:
                await self.reader().record(tx, told, at)
            await tx.polls.succeeded("tts", at)


@pytest.fixture
async def watch(store_url: str, http: Http) -> AsyncIterator[Watch]:
    async with open_store(store_url) as store:
        yield Watch(store, http)


async def test_the_first_time_all_the_past_is_read_and_it_is_shown_how_far(watch: Watch) -> None:
    await watch.read()

    spans = [(window.end - window.start).days for window in watch.meter.asked]
    assert spans == [14, 14, 12]
    assert all(one.end == other.start for one, other in pairwise(watch.meter.asked))
    assert watch.watched.steps == [("tts", done, 40) for done in (0, 14, 40)]


async def test_later_only_what_may_have_changed_is_read_and_nothing_is_shown(watch: Watch) -> None:
    watch.meter.used["a", NOON] = 1.0
    await watch.read()
    watch.watched.steps.clear()
    await watch.read(AT + HOUR)

    assert watch.meter.asked[-1] == Window(NOON - 24 * HOUR, AT + HOUR)
    assert watch.watched.steps == [("tts", 40, 40)]  # which says nothing of who was not shown


async def test_a_past_that_breaks_off_is_taken_up_where_it_broke_off(watch: Watch) -> None:
    watch.meter.used["a", NOON - 39 * DAY] = 7.0
    watch.meter.fails_at = 1
    with pytest.raises(SourceError):
        await watch.read()
    assert watch.watched.steps[-1] == ("tts", -1, -1)
    await watch.read(AT + HOUR)

    assert watch.meter.asked[2].start > watch.meter.asked[0].start + 12 * DAY
    assert watch.watched.steps[-1][1] == watch.watched.steps[-1][2]


async def test_a_source_without_a_past_is_asked_once(watch: Watch) -> None:
    watch.meter.measure, watch.meter.tells_past = Measure.LEVEL, False
    await watch.read()

    assert len(watch.meter.asked) == 1


async def test_a_source_is_told_what_is_remembered_of_it(watch: Watch) -> None:
    watch.meter.used["a", NOON] = 1.5
    await watch.read()
    past = await watch.reader()._past(AT + HOUR)

    assert [panel.values[-1].tolist() for panel in past] == [[1.5]]


async def test_running_totals_are_recorded_as_what_they_grew_by(watch: Watch) -> None:
    (metric,) = watch.meter.metrics("tts")
    month = Window(datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))
    told: list[Told] = [
        Standing(metric, month, NOON + hour * HOUR, {(): total})
        for hour, total in ((0, 100.0), (2, 140.0))
    ]
    async with watch.store.transaction() as tx:
        for hour, standing in enumerate(told):
            recorded = await watch.reader().record(tx, standing, NOON + 2 * hour * HOUR)

    assert recorded is not None
    assert recorded.panel.values.tolist() == [[20.0], [20.0]]


async def test_series_beyond_the_number_are_counted_together(watch: Watch) -> None:
    watch.max_series = 2
    for voice in "abcd":
        watch.meter.used[voice, NOON] = 1.0
    await watch.read()
    (panel,) = await watch.reader()._past(AT)

    assert [series.labels for series in panel.series][2:] == [OTHER]
    assert panel.values[-1].tolist() == [1.0, 1.0, 2.0]


async def test_numbers_that_are_all_in_another_unit_are_refused_and_not_recorded(
    watch: Watch,
) -> None:
    for hour in range(1, 24):
        for voice in "abc":
            watch.meter.used[voice, NOON - hour * HOUR] = 1.0 + hour
    await watch.read()
    watch.meter.used = {key: 60 * value for key, value in watch.meter.used.items()}
    with pytest.raises(SourceChanged, match="60"):
        await watch.read(AT + HOUR)

    (panel,) = await watch.reader()._past(AT)
    assert panel.values.max() == 24.0


@pytest.mark.parametrize("voice", ["a\0b", "é" * 498])
async def test_labels_that_no_store_can_keep_are_a_change_of_contract(
    watch: Watch, voice: str
) -> None:
    watch.meter.used[voice, NOON] = 1.0
    with pytest.raises(SourceChanged, match=r"expected labels of 1,000 bytes at most .* in voice"):
        await watch.read()

    watch.meter.used = {("é" * 497, NOON): 1.0}
    await watch.read()


async def test_names_that_no_store_can_keep_are_kept_as_far_as_it_can(watch: Watch) -> None:
    watch.meter.names = {"a": "Aga\0tha", "b\0": "Bruno", "c" * 9000: "Carla"}
    watch.meter.used["a", NOON] = 1.0
    await watch.read()

    async with watch.store.transaction() as tx:
        assert await tx.names.of(["a", "b", "c" * 9000]) == {"a": "Agatha"}


async def test_after_a_long_silence_what_may_have_been_revised_before_it_is_read_too(
    watch: Watch,
) -> None:
    watch.meter.used["a", NOON - HOUR] = 1.0
    await watch.read()
    watch.meter.asked.clear()
    await watch.read(AT + 20 * DAY)

    assert watch.meter.asked[0].start == NOON - 24 * HOUR
    assert len(watch.meter.asked) == 2


async def test_a_span_that_is_revised_for_long_is_read_in_one_go_and_judged(watch: Watch) -> None:
    watch.meter.revises = 30 * DAY
    watch.meter.used["a", NOON] = 1.0
    await watch.read()
    watch.meter.asked.clear()
    await watch.read(AT + HOUR)

    assert [(window.end - window.start).days for window in watch.meter.asked] == [30]


async def test_of_a_crowd_only_those_names_are_learnt_that_are_told_apart(watch: Watch) -> None:
    watch.max_series = 1
    for voice in "ab":
        watch.meter.used[voice, NOON] = 1.0
        watch.meter.names[voice] = voice.upper()
    await watch.read()
    async with watch.store.transaction() as tx:
        names = await tx.names.of(["a", "b"])

    assert names == {"a": "A"}


async def test_after_an_outage_the_pieces_of_the_past_are_held_against_what_is_remembered(
    watch: Watch,
) -> None:
    for hour in range(1, 24):
        for voice in "abc":
            watch.meter.used[voice, NOON - hour * HOUR] = 1.0 + hour
    await watch.read()
    watch.meter.used = {key: 60 * value for key, value in watch.meter.used.items()}
    with pytest.raises(SourceChanged, match="60"):
        await watch.read(AT + 20 * DAY)

    (panel,) = await watch.reader()._past(AT)
    assert panel.values.max() == 24.0


async def test_an_outage_longer_than_the_history_leaves_no_bucket_half_told(watch: Watch) -> None:
    watch.history = 5 * DAY
    watch.meter.used["a", NOON] = 1.0
    await watch.read()
    watch.meter.used["a", NOON] = 7.0  # the half hour that nobody saw
    watch.meter.asked.clear()
    await watch.read(AT + 20 * DAY)
    async with watch.store.transaction() as tx:
        [panel] = await tx.usage.panels("tts")

    assert watch.meter.asked[0].start == NOON
    assert panel.values[panel.row(NOON), 0] == 7.0
