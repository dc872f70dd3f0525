"""One poll of one source: fetch, record, judge, keep. Here the world meets the rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from logging import DEBUG, ERROR, getLogger

import numpy as np

from daemon.blind import note_answer, note_failure
from daemon.http import Http
from daemon.metrics import Metrics
from daemon.route import notice_of, owe
from daemon.source import Answer, Ask, Feed, SourceError, SourceRefused, Standing, Window
from daemon.store import Store, Transaction
from daemon.store.frame import Frame
from daemon.store.polls import SourceState
from daemon.store.usage import Recorded
from rules.alert import Alert, Event
from rules.engine import Judgement, News, evaluate
from rules.rule import Rule
from rules.series import Measure, Metric, Series
from rules.words import amount

log = getLogger(__name__)

_PIECE = timedelta(days=14)
"""What is read of the past in one go: some twenty calls for hours, in pages of twenty."""


@dataclass(frozen=True, slots=True)
class Polled:
    """How a poll went."""

    failure: str | None = None
    """None: the source was read whole."""
    events: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class Poller:
    """A source as it is watched: its feed, and the rules that speak of it."""

    feed: Feed
    rules: Sequence[Rule]
    store: Store
    http: Http
    metrics: Metrics

    async def poll(self, at: datetime) -> Polled:
        """Ask the vendor, and commit all that follows from its answer in one transaction.

        A vendor that cannot be read is recorded as that: nothing is judged, so nothing opens
        and nothing resolves.
        """
        feed = self.feed
        try:
            window = await self._catch_up(await self._window(at))
            answers = await self._fetch(window)
        except SourceError as error:
            return await self._failed(error, at)
        async with self.store.transaction() as tx:
            events = [event for answer in answers for event in await self._take(tx, answer, at)]
            if seen := await note_answer(tx, feed, self._audience(), at):
                events.append(seen)
            before = await tx.polls.state(feed.name)
            notes = tuple(dict.fromkeys(note for answer in answers for note in answer.notes))
            await tx.polls.succeeded(feed.name, at, notes)
            open_at = await tx.usage.open_at(self._metrics())
        self._answered(events, open_at, at)
        if before is not None and before.failing_since is not None:
            log.info("%s: answers again, after failing since %s", feed.name, before.failing_since)
        return Polled(events=tuple(events))

    async def _window(self, at: datetime) -> Window:
        """From the first bucket that may still change to now; at first, all the history."""
        async with self.store.transaction() as tx:
            open_at = await tx.usage.open_at(self._metrics())
        oldest = at - self.feed.history
        start = oldest if open_at is None else max(oldest, open_at - self.feed.source.revises)
        return Window(min(start, at), at)

    async def _catch_up(self, window: Window) -> Window:
        """Read what is long past, and answer the window that is left.

        Piece by piece, each committed: a vendor that breaks off in the middle of two months, or
        allows so many calls a minute, is asked for the rest next time. Nothing is judged here.
        """
        while self.feed.source.tells_past and window.end - window.start > _PIECE:
            piece = Window(window.start, window.start + _PIECE)
            answers = await self._fetch(piece)
            async with self.store.transaction() as tx:
                for answer in answers:
                    await self._record(tx, answer, window.end)
            log.info("%s: read up to %s", self.feed.name, piece.end.strftime("%d %b %H:%M UTC"))
            window = Window(piece.end, window.end)
        return window

    async def _fetch(self, window: Window) -> Sequence[Answer | Standing]:
        name, source = self.feed.name, self.feed.source
        async with self.store.transaction() as tx:
            frame = self._frame(window.end)
            past = [await tx.usage.panel(metric, frame) for metric in self._metrics()]
        known = tuple(panel for panel in past if panel is not None)
        return await source.fetch(Ask(name, self.http, window, known))

    def _metrics(self) -> Sequence[Metric]:
        return self.feed.source.metrics(self.feed.name)

    async def _record(
        self, tx: Transaction, answer: Answer | Standing, at: datetime
    ) -> Recorded | None:
        await tx.names.learn(answer.names)
        if isinstance(answer, Standing):
            return await tx.usage.stand(answer, self._frame(at))
        return await tx.usage.record(answer, self._frame(at))

    def _frame(self, at: datetime) -> Frame:
        feed = self.feed
        return Frame(at, feed.source.settles, feed.history, feed.max_series)

    async def _failed(self, error: SourceError, at: datetime) -> Polled:
        async with self.store.transaction() as tx:
            state = await tx.polls.failed(self.feed.name, at, str(error))
            blind = await note_failure(tx, self.feed, self._audience(), error, at)
        result = "refused" if isinstance(error, SourceRefused) else "failed"
        self.metrics.polls.labels(self.feed.name, result).inc()
        _say_failed(state)
        events = (blind,) if blind else ()
        self._say(events)
        return Polled(failure=str(error), events=events)

    def _audience(self) -> tuple[str, ...]:
        """Everyone whom a rule of this source tells: they believe that it is watched."""
        return tuple(dict.fromkeys(name for rule in self.rules for name in rule.tell))

    async def _take(self, tx: Transaction, answer: Answer | Standing, at: datetime) -> list[Event]:
        """Record one answer and let every rule judge what it brought."""
        recorded = await self._record(tx, answer, at)
        if recorded is None:
            log.debug("%s: nothing was ever used", self.feed.name)
            return []
        _say_taken(recorded)
        events: list[Event] = []
        for rule in self.rules:
            if rule.metric in (None, answer.metric.name):
                events += await self._judge(tx, rule, recorded, at)
        return events

    async def _judge(
        self, tx: Transaction, rule: Rule, recorded: Recorded, at: datetime
    ) -> Sequence[Event]:
        panel = recorded.panel
        since = await tx.polls.judged_since(rule.name, recorded.panel_id)
        judged = [] if since is None else [r for r in recorded.revised if panel.at(r[0]) < since]
        # An alert that is over can change only with a bucket of its time.
        oldest = min((panel.at(row) for row, _ in judged), default=at)
        alerts = await tx.alerts.latest(rule.name, ended_since=oldest)
        here = {series: one for series, one in alerts.items() if series.metric == panel.metric.name}
        judgement = evaluate(rule, panel, here, News(since, judged, recorded.newcomers))
        await _keep(tx, rule, panel.metric, judgement, at)
        await tx.polls.judged(rule.name, recorded.panel_id, judgement.since)
        return judgement.events

    def _answered(self, events: Sequence[Event], open_at: datetime | None, at: datetime) -> None:
        name = self.feed.name
        self.metrics.polls.labels(name, "answered").inc()
        self.metrics.good_poll_at.labels(name).set(at.timestamp())
        if open_at is not None:
            self.metrics.open_bucket_at.labels(name).set(open_at.timestamp())
        self._say(events)

    def _say(self, events: Sequence[Event]) -> None:
        for event in events:
            alert = event.alert
            self.metrics.events.labels(alert.rule, event.change.value).inc()
            reason = event.verdict.why.reason
            log.info("%s: %s for %s: %s", alert.rule, event.change, alert.series.key, reason)


async def _keep(
    tx: Transaction, rule: Rule, metric: Metric, judgement: Judgement, at: datetime
) -> None:
    """Remember the alerts as they stand now, and owe people what they should hear of them."""
    await tx.alerts.forget_pending(rule.name, judgement.dropped)
    numbers = {_identity(alert): await tx.alerts.keep(alert) for alert in judgement.alerts}
    for event in judgement.events:
        await owe(tx, notice_of(rule, metric), event, numbers[_identity(event.alert)], at)


def _identity(alert: Alert) -> tuple[Series, datetime]:
    """What tells one alert of a rule from another: it never changes once people were told."""
    return alert.series, alert.since


def _say_taken(recorded: Recorded) -> None:
    """A line for every poll that closed a bucket; the others are for who looks closer."""
    panel = recorded.panel
    if panel.metric.measure is Measure.LEVEL or not recorded.closed:
        log.debug("%s: no bucket closed", panel.metric.source)
        return
    last = panel.values[panel.closed - 1]
    log.info(
        "%s: %d closed, the last at %s with %s over %d of %d series",
        panel.metric.source,
        recorded.closed,
        panel.at(panel.closed).strftime("%d %b %H:%M UTC"),
        amount(float(np.nansum(last)), panel.metric.unit),
        np.count_nonzero(np.nan_to_num(last)),
        len(panel.series),
    )


def _say_failed(state: SourceState) -> None:
    """Said once when it begins; until it ends the state and the metrics say so."""
    begins = state.failing_since == state.polled_at
    log.log(ERROR if begins else DEBUG, "cannot be read: %s", state.failure)
