"""A poll commits all that follows from an answer, and a failed one says so and judges nothing."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from daemon.http import Http, open_http
from daemon.letter import Letter
from daemon.metrics import build_metrics
from daemon.poll import Polled, Poller
from daemon.read import Reader
from daemon.source import Feed, SourceError, SourceRefused
from daemon.store import Store, open_store
from rules.alert import Change, Phase, Policy
from rules.kinds.threshold import Threshold
from rules.panel import Panel
from rules.rule import Rule
from rules.series import Measure
from tests.fakes import HOUR, Meter
from tests.stored import forget, live_alerts

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
AT = NOON + timedelta(minutes=30)
LATER = AT + timedelta(days=1)
RULE = Rule("busy", "tts", Threshold(above=10), tell=("team", "boss"), runbook="https://wiki/busy")


@dataclass
class Watch:
    """A meter, a rule and a store; `poll` asks the meter at some moment."""

    store: Store
    http: Http
    meter: Meter = field(default_factory=Meter)
    rule: Rule = RULE
    history: timedelta = timedelta(days=10)

    async def poll(self, at: datetime = AT) -> Polled:
        feed = Feed("tts", self.meter, history=self.history)
        reader = Reader(feed, self.store, self.http)
        return await Poller(reader, [self.rule], build_metrics("t")).poll(at)

    async def use(self, *minutes: float, voice: str = "a") -> None:
        """Minutes of the hours from noon on."""
        for hour, value in enumerate(minutes):
            self.meter.used[voice, NOON + hour * HOUR] = value

    async def owed(self) -> list[Letter]:
        """All that nobody was told yet, the first of each destination."""
        async with self.store.transaction() as tx:
            lines = [await tx.bag.due(name, LATER) for name in ("team", "boss")]
        return [some[0].content for some in lines if some]  # type: ignore[misc]

    async def deliver(self, destination: str) -> list[Letter]:
        """All that is owed to a destination, sent in its turn."""
        async with self.store.transaction() as tx:
            due = await tx.bag.due(destination, LATER)
            await tx.bag.sent([one.id for one in due], LATER, None)
        return [one.content for one in due if isinstance(one.content, Letter)]

    async def panels(self) -> list[Panel]:
        async with self.store.transaction() as tx:
            return await tx.usage.panels("tts")

    async def phases(self) -> list[Phase]:
        async with self.store.transaction() as tx:
            return [alert.phase for alert in (await live_alerts(tx)).values()]


@pytest.fixture
async def watch(store_url: str) -> AsyncIterator[Watch]:
    async with open_store(store_url) as store, open_http() as http:
        watch = Watch(store, http)
        watch.meter.used["a", NOON - 3 * HOUR] = 1.0
        yield watch


async def test_a_breach_owes_one_letter_to_each_destination(watch: Watch) -> None:
    await watch.use(11.0)
    polled = await watch.poll()

    assert [event.change for event in polled.events] == [Change.OPENED]
    letters = await watch.owed()
    assert [letter.destination for letter in letters] == ["team", "boss"]
    assert letters[0].runbook == "https://wiki/busy"
    assert letters[0].unit == "minutes"


async def test_polling_again_says_nothing_again(watch: Watch) -> None:
    await watch.use(11.0)
    await watch.poll()
    await watch.use(12.0)
    again = await watch.poll(AT + timedelta(minutes=5))

    assert again.events == ()
    assert len(await watch.owed()) == 2


async def test_the_end_goes_to_those_who_heard_of_the_beginning(watch: Watch) -> None:
    await watch.use(11.0, 1.0)
    await watch.poll()
    watch.rule = replace(RULE, tell=("team", "boss", "newly-added"))
    polled = await watch.poll(AT + 2 * HOUR)

    assert [event.change for event in polled.events] == [Change.RESOLVED]
    async with watch.store.transaction() as tx:
        assert await tx.outbox.told_of([1]) == {1: ["boss", "team"]}


async def test_a_letter_bears_the_names_the_vendor_told(watch: Watch) -> None:
    watch.meter.names = {"a": "Agatha"}
    await watch.use(11.0)
    await watch.poll()

    assert (await watch.owed())[0].names == {"a": "Agatha"}


async def test_the_first_poll_asks_for_all_the_history_and_later_ones_for_what_may_change(
    watch: Watch,
) -> None:
    await watch.poll()
    await watch.poll(AT + HOUR)
    first, second = watch.meter.asked

    assert (first.start, first.end) == (AT - timedelta(days=10), AT)
    assert (second.start, second.end) == (NOON - 24 * HOUR, AT + HOUR)


async def test_a_long_history_is_read_in_pieces(watch: Watch) -> None:
    watch.history = timedelta(days=40)
    watch.meter.used["a", NOON - timedelta(days=39)] = 7.0
    await watch.poll()
    days = [(window.end - window.start).days for window in watch.meter.asked]
    (panel,) = await watch.panels()

    assert days == [14, 14, 12]
    assert watch.meter.asked[0].start == AT - timedelta(days=40)
    assert all(a.end == b.start for a, b in pairwise(watch.meter.asked))
    assert panel.start == NOON - timedelta(days=39)


async def test_a_vendor_that_breaks_off_loses_only_the_last_piece(watch: Watch) -> None:
    """As one does that allows twenty calls a minute."""
    watch.history = timedelta(days=40)
    watch.meter.used["a", NOON - timedelta(days=39)] = 7.0
    watch.meter.fails_at = 1
    failed = await watch.poll()
    resumed = await watch.poll(AT + timedelta(minutes=5))

    assert failed.failure == "429"
    assert resumed.failure is None
    again = watch.meter.asked[2]
    assert again.start == AT - timedelta(days=26, minutes=30) + HOUR


async def test_an_account_that_never_used_anything_is_not_asked_for_all_its_past_each_time(
    watch: Watch,
) -> None:
    watch.meter.used = {}
    await watch.poll()
    await watch.poll(AT + HOUR)

    assert watch.meter.asked[1].start == NOON - 24 * HOUR


async def test_a_level_has_no_past_to_read(watch: Watch) -> None:
    watch.history = timedelta(days=40)
    watch.meter.measure = Measure.LEVEL
    watch.meter.tells_past = False
    await watch.poll()

    assert len(watch.meter.asked) == 1


async def test_history_is_recorded_and_not_judged_as_news(watch: Watch) -> None:
    watch.meter.used["a", NOON - 2 * HOUR] = 99.0
    polled = await watch.poll()

    assert polled.events == ()


async def test_the_past_of_a_voice_first_heard_of_now_is_no_news(watch: Watch) -> None:
    await watch.use(1.0)
    await watch.poll()
    await watch.use(99.0, 1.0, 1.0, voice="new")
    polled = await watch.poll(AT + 3 * HOUR)

    assert polled.events == ()


async def test_a_source_that_fails_is_remembered_so_and_nothing_is_judged(watch: Watch) -> None:
    await watch.use(11.0)
    await watch.poll()
    watch.meter.failures.append(SourceRefused("tts: 401: the key was refused"))
    polled = await watch.poll(AT + 5 * HOUR)

    assert polled.failure == "tts: 401: the key was refused"
    assert [event.alert.rule for event in polled.events] == ["blind source"]
    assert await watch.phases() == [Phase.FIRING, Phase.FIRING]
    async with watch.store.transaction() as tx:
        state = await tx.polls.state("tts")
    assert state is not None
    assert (state.good_at, state.failing_since) == (AT, AT + 5 * HOUR)


async def test_buckets_missed_while_it_failed_are_judged_afterwards_oldest_first(
    watch: Watch,
) -> None:
    watch.rule = replace(watch.rule, policy=Policy(patience=timedelta(0)))
    await watch.use(0.0, 50.0, 0.0, 60.0)
    await watch.poll()
    watch.meter.failures.append(SourceError("503"))
    await watch.poll(AT + HOUR)
    polled = await watch.poll(AT + 5 * HOUR)

    changes = [(event.change, event.verdict.at) for event in polled.events]
    assert changes == [
        (Change.OPENED, NOON + HOUR),
        (Change.RESOLVED, NOON + 2 * HOUR),
        (Change.OPENED, NOON + 3 * HOUR),
        (Change.RESOLVED, NOON + 4 * HOUR),
    ]


async def test_what_a_vendor_wrote_stays_on_one_line_and_can_be_kept(watch: Watch) -> None:
    watch.meter.failures.append(SourceError("tts: it said \0 and\nmore"))
    polled = await watch.poll()

    assert polled.failure == "tts: it said and more"


async def test_a_failure_is_logged_when_it_begins_and_when_it_ends(
    watch: Watch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "daemon.poll")
    watch.meter.failures.extend(SourceError("503") for _ in range(3))
    for minutes in (0, 5, 10, 15, 20):
        await watch.poll(AT + timedelta(minutes=minutes))

    said = [record.message for record in caplog.records if record.name == "daemon.poll"]
    assert sum("cannot be read" in line for line in said) == 1
    assert sum("answers again" in line for line in said) == 1


async def test_a_pending_breach_that_calms_down_was_never_there(watch: Watch) -> None:
    watch.rule = replace(RULE, policy=Policy(for_=2 * HOUR))
    await watch.use(11.0, 0.0)
    await watch.poll()
    assert await watch.phases() == [Phase.PENDING]
    await watch.poll(AT + 2 * HOUR)

    assert await watch.phases() == []
    assert await watch.owed() == []


async def test_a_number_the_vendor_takes_back_withdraws_the_alert_once(watch: Watch) -> None:
    await watch.use(41.0, 0.0)
    await watch.poll()
    await watch.use(8.0, 0.0)
    polled = await watch.poll(AT + 2 * HOUR)
    again = await watch.poll(AT + 3 * HOUR)

    assert [event.change for event in polled.events] == [Change.WITHDRAWN]
    assert again.events == ()


async def test_a_revision_of_an_hour_long_judged_withdraws_what_it_opened(watch: Watch) -> None:
    await watch.use(41.0, 30.0, 30.0)
    for hour in range(3):
        await watch.poll(AT + hour * HOUR)
    await watch.use(8.0, 8.0, 8.0)
    polled = await watch.poll(AT + 3 * HOUR)

    assert [event.change for event in polled.events] == [Change.WITHDRAWN]
    assert await watch.phases() == []


async def test_a_number_taken_back_and_given_again_is_told_each_time(watch: Watch) -> None:
    told, owed = [], []
    for hour, minutes in enumerate((41.0, 8.0, 41.0), start=1):
        await watch.use(minutes, minutes, minutes, minutes, minutes)
        told += [event.change for event in (await watch.poll(AT + hour * HOUR)).events]
        owed += await watch.deliver("team")

    assert told == [Change.OPENED, Change.WITHDRAWN, Change.OPENED]
    assert [one.event.change for one in owed] == told
    assert len({one.key for one in owed}) == 3


async def test_what_was_taken_back_and_then_waits_in_vain_is_still_taken_back(
    watch: Watch,
) -> None:
    watch.rule = replace(RULE, policy=Policy(for_=2 * HOUR))
    told = []
    for minute, used in enumerate([(11.0, 11.0), (1.0, 11.0), (11.0, 1.0), (1.0, 1.0)], start=50):
        await watch.use(*used)
        polled = await watch.poll(NOON + HOUR + timedelta(minutes=minute))
        told += [event.change for event in polled.events]

    assert told == [Change.OPENED, Change.WITHDRAWN]
    assert await watch.phases() == []
    async with watch.store.transaction() as tx:
        (known,) = await tx.alerts.listed(10)
    assert known.alert.phase is Phase.WITHDRAWN


async def test_memory_thrown_away_between_polls_changes_nothing(watch: Watch) -> None:
    await watch.use(11.0, 12.0, 1.0)
    told = []
    for hour in range(4):
        forget(watch.store)
        polled = await watch.poll(AT + hour * HOUR)
        told += [(event.change, event.verdict.at) for event in polled.events]

    assert told == [(Change.OPENED, NOON), (Change.RESOLVED, NOON + 2 * HOUR)]


async def test_an_error_of_our_own_makes_a_source_blind_past_its_grace(watch: Watch) -> None:
    reader = Reader(Feed("tts", watch.meter), watch.store, watch.http)
    poller = Poller(reader, [watch.rule], build_metrics("t"))
    for minutes in (0, 20, 40):
        await poller.broke(AT + timedelta(minutes=minutes), ZeroDivisionError("secret"))

    owed = await watch.owed()
    assert [one.event.alert.rule for one in owed] == ["blind source"] * 2
    said = owed[0].event.verdict.why.reason
    assert "an error of our own, ZeroDivisionError" in said
    assert "secret" not in said
