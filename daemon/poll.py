"""One poll of one source: read, record, judge, keep. Here the world meets the rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from logging import DEBUG, ERROR, getLogger

import numpy as np

from daemon.beside import held_beside, joined
from daemon.health import note_answer, note_failure, note_series
from daemon.metrics import Metrics
from daemon.planned.occasion import Occasion, expected
from daemon.read import Reader, Told
from daemon.route import Hearers, Notable, Notice, Routing, audience_of, notice_of, owe_all
from daemon.source import Feed, SourceError, SourceRefused
from daemon.store import Transaction
from daemon.store.polls import SourceState
from daemon.store.usage import Recorded
from daemon.text import one_line
from rules.alert import Alert, Change, Event
from rules.engine import Judgement, News, evaluate
from rules.panel import Panel
from rules.planned import named, over
from rules.rule import Rule
from rules.series import Measure, Series
from rules.tracing import Tracing
from rules.words import amount

log = getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Polled:
    """How a poll went."""

    failure: str | None = None
    """None: the source was read whole."""
    events: tuple[Event, ...] = ()
    again_after: timedelta | None = None
    """When it is worth another try, where that is known."""


@dataclass(frozen=True, slots=True)
class Poller:
    """A source as it is watched: its reader, and the rules that speak of it."""

    reader: Reader
    rules: Sequence[Rule]
    metrics: Metrics
    routing: Routing = field(default_factory=Routing)
    planned: Sequence[Occasion] = ()
    others: Mapping[str, Feed] = field(default_factory=dict)
    """All sources by name: a rule may read what others tell beside its own."""

    @property
    def feed(self) -> Feed:
        return self.reader.feed

    async def poll(self, at: datetime) -> Polled:
        """Ask the vendor, and commit all that follows from its answer in one transaction.

        A vendor that cannot be read is recorded as that: nothing is judged, so nothing opens
        and nothing resolves.
        """
        try:
            answers = await self.reader.read(at)
        except SourceError as error:
            return await self._failed(error, at)
        async with self.reader.store.transaction() as tx:
            await self._beside(tx, at)  # locked in the order of all, before its own are written
            taken = [await self._take(tx, told, at) for told in answers]
            events = await self._judge_all(tx, taken, at)
            events += await note_answer(tx, self.feed, self._hearers(), at)
            folded = sum(one.folded for one in taken if one)
            events += await note_series(tx, self.feed, self._hearers(), folded, at)
            before = await tx.polls.state(self.feed.name)
            notes = tuple(dict.fromkeys(one_line(note) for told in answers for note in told.notes))
            await tx.polls.succeeded(self.feed.name, at, notes)
            open_at = await tx.usage.open_at(self.reader.metrics)
        self._answered(events, open_at, at)
        _say_answered(before, self.feed.name, notes)
        return Polled(events=tuple(events))

    async def broke(self, at: datetime, error: Exception) -> None:
        """A poll failed by an error of our own: whoever believes that the source is watched hears
        of it, as of any other that cannot be read."""
        words = f"{self.feed.name}: an error of our own, {type(error).__name__}"
        await self._failed(SourceError(f"{words}; the log of the daemon has it, report it"), at)

    async def _failed(self, error: SourceError, at: datetime) -> Polled:
        failure = one_line(str(error))  # a vendor's words may stand in it
        async with self.reader.store.transaction() as tx:
            state = await tx.polls.failed(self.feed.name, at, failure)
            events = await note_failure(tx, self.feed, self._hearers(), error, at)
        result = "refused" if isinstance(error, SourceRefused) else "failed"
        self.metrics.polls.labels(self.feed.name, result).inc()
        _say_failed(state)
        self._say(events)
        return Polled(failure, tuple(events), error.retry_after)

    def _hearers(self) -> Hearers:
        """Everyone whom a rule of this source tells: they believe that it is watched."""
        return Hearers(self.routing, audience_of(rule.tell for rule in self.rules))

    async def _take(self, tx: Transaction, told: Told, at: datetime) -> Recorded | None:
        """Record one answer."""
        recorded = await self.reader.record(tx, told, at)
        if recorded is None:
            log.debug("%s: nothing was ever used", self.feed.name)
        else:
            _say_taken(recorded)
        return recorded

    async def _beside(self, tx: Transaction, at: datetime) -> Sequence[Panel]:
        feeds = {**self.others, self.feed.name: self.feed}
        return await held_beside(tx, self.rules, feeds, at)

    async def _judge_all(
        self, tx: Transaction, taken: Sequence[Recorded | None], at: datetime
    ) -> list[Event]:
        """Let every rule judge what the answers brought, once all of them are recorded."""
        held = await self._beside(tx, at)
        events: list[Event] = []
        for recorded in filter(None, taken):
            for rule in self.rules:
                if rule.metric in (None, recorded.panel.metric.name):
                    seen = replace(recorded, panel=joined(rule, recorded.panel, held))
                    events += await self._judge(tx, rule, seen, at)
        return events

    async def _judge(
        self, tx: Transaction, rule: Rule, recorded: Recorded, at: datetime
    ) -> Sequence[Event]:
        span = recorded.panel.start, recorded.panel.end
        planned = [*expected(self.planned, *span), *await tx.planned.between(*span)]
        panel = over(recorded.panel, planned)
        since = await tx.polls.judged_since(rule.name, recorded.panel_id)
        judged = [] if since is None else [r for r in recorded.revised if panel.at(r[0]) < since]
        # An alert that is over can change only with a bucket of its time, or come back soon after.
        oldest = min((panel.at(row) for row, _ in judged), default=since or at)
        oldest -= rule.policy.patience
        alerts = await tx.alerts.latest(rule.name, ended_since=oldest)
        here = {series: one for series, one in alerts.items() if series.metric == panel.metric.name}
        judgement = evaluate(rule, panel, here, News(since, judged, recorded.newcomers))
        events = tuple(named(event, panel, planned) for event in judgement.events)
        judgement = replace(judgement, events=events)
        await self._keep(tx, rule, panel, judgement, at)
        # What another metric kept back once may be judged already.
        since = judgement.since if since is None else max(since, judgement.since)
        await tx.polls.judged(rule.name, recorded.panel_id, since)
        return judgement.events

    async def _keep(
        self, tx: Transaction, rule: Rule, panel: Panel, judgement: Judgement, at: datetime
    ) -> None:
        """Remember the alerts as they stand now, and owe people what they should hear of them."""
        await tx.alerts.forget_pending(rule.name, judgement.dropped)
        kept = await tx.alerts.keep_all(judgement.alerts)
        numbers = dict(zip(map(_identity, judgement.alerts), kept, strict=True))
        notice, tracing = notice_of(rule, panel.metric), Tracing(rule, panel)
        notable = [
            Notable(each, numbers[_identity(each.alert)], _drawn(notice, tracing, each))
            for each in judgement.events
        ]
        await owe_all(tx, self.routing, notable, at)

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


def _drawn(notice: Notice, tracing: Tracing, event: Event) -> Notice:
    """What is too much is drawn; what is over was drawn when it began."""
    if event.change not in (Change.OPENED, Change.WORSENED):
        return notice
    return replace(notice, trace=tracing.of(event.alert.series, event.verdict.at))


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


def _say_answered(before: SourceState | None, name: str, notes: tuple[str, ...]) -> None:
    """What is odd is said when it is new; after that the state says so."""
    if before is not None and before.failing_since is not None:
        log.info("%s: answers again, after failing since %s", name, before.failing_since)
    known = before.notes if before else ()
    for note in notes:
        if note not in known:
            log.warning("%s: %s", name, note)


def _say_failed(state: SourceState) -> None:
    """Said once when it begins; until it ends the state and the metrics say so."""
    begins = state.failing_since == state.polled_at
    log.log(ERROR if begins else DEBUG, "cannot be read: %s", state.failure)
