"""Gathers what a report tells, from what is remembered."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from daemon.letter import Letter
from daemon.planned.occasion import Occasion
from daemon.report.allocate import allocations
from daemon.report.asked import Report
from daemon.report.figures import meter
from daemon.report.findings import Findings, Outlook, Told, Used
from daemon.report.outlook import Ahead
from daemon.report.term import Term
from daemon.source import Feed
from daemon.store import Store, Transaction
from daemon.store.acts import Act
from daemon.store.reports import Happened
from daemon.text import one_line
from daemon.wording import wording
from rules.alert import Change, Event
from rules.kinds.budget import Budget
from rules.kinds.runway import Runway
from rules.rule import Rule, Severity
from rules.series import Measure, Metric, Series
from rules.sheet import Sheet
from rules.words import span


@dataclass(frozen=True, slots=True)
class Gatherer:
    """What a report may know: sources, the rules that speak of them, and the store."""

    feeds: Sequence[Feed]
    rules: Sequence[Rule]
    store: Store
    planned: Sequence[Occasion] = field(default_factory=tuple)

    async def gather(self, report: Report, term: Term, at: datetime) -> Findings:
        """What a time came to, as it is known at a moment.

        Each metric is read in a transaction of its own: a report keeps no poll waiting for long.
        """
        feeds = [feed for feed in self.feeds if wants(report, feed.name)]
        rules = [rule for rule in self.rules if wants(report, rule.source)]
        of = [(feed, await self._used(feed, report, term)) for feed in feeds]
        used = [one for _, some in of for one in some]
        async with self.store.transaction() as tx:
            happened = await tx.reports.alerts(term.start, term.end, at)
            happened = [one for one in happened if wants(report, one.alert.series.source)]
            names = await _names(tx, _values(used, happened))
        budgets = [rule for rule in rules if isinstance(rule.kind, Budget)]
        runways = [rule for rule in rules if isinstance(rule.kind, Runway)]
        return Findings(
            report=report.name,
            term=term,
            used=tuple(used),
            allocations=tuple(allocations(used, report.asked.cost_centres)),
            budgets=tuple(await self._outlooks(budgets, min(term.end, at), at)),
            runways=tuple(await self._outlooks(runways, at, at)),
            alerts=tuple(self._told(one, names) for one in happened),
            notes=tuple(note for feed, some in of for note in _notes(feed, some)),
            names=names,
        )

    async def _used(self, feed: Feed, report: Report, term: Term) -> list[Used]:
        found = []
        for metric in _amounts(feed):
            async with self.store.transaction() as tx:
                one = await _used(tx, metric, report, term)
            found += [one] if one is not None else []
        return found

    async def _outlooks(
        self, rules: Sequence[Rule], until: datetime, at: datetime
    ) -> list[Outlook]:
        found: list[Outlook] = []
        ahead = Ahead({feed.name: feed for feed in self.feeds}, self.planned)
        for rule in rules:
            async with self.store.transaction() as tx:
                found += await ahead.outlooks(tx, rule, until, at)
        return found

    def _told(self, one: Happened, names: Mapping[str, str]) -> Told:
        alert = one.alert
        rule = next((rule for rule in self.rules if rule.name == alert.rule), None)
        return Told(
            number=one.number,
            rule=alert.rule,
            since=alert.since,
            ended_at=None if alert.ended_at is None else alert.calm_since or alert.ended_at,
            phase=alert.phase.value,
            story=wording(self._letter(one, rule, names)).story,
            done=tuple(_done(one)),
        )

    def _letter(self, one: Happened, rule: Rule | None, names: Mapping[str, str]) -> Letter:
        """As whoever was told of it read it."""
        told = one.alert.worst
        return Letter(
            key="",
            destination="",
            alert=one.number,
            event=Event(Change.OPENED, one.alert, told),
            owed_at=told.until,
            unit=self._unit(one.alert.series),
            severity=rule.severity if rule else Severity.WARNING,
            names=names,
        )

    def _unit(self, series: Series) -> str:
        metrics = (m for feed in self.feeds for m in feed.source.metrics(feed.name))
        mine = (m for m in metrics if (m.source, m.name) == (series.source, series.metric))
        return next((metric.unit for metric in mine), "")


def wants(report: Report, source: str) -> bool:
    return not report.asked.sources or source in report.asked.sources


def _notes(feed: Feed, used: Sequence[Used]) -> Iterator[str]:
    """What is not known of a source; a source that never said a word is not passed over either."""
    if not used and _amounts(feed):
        yield f"{one_line(feed.name)}: nothing was ever told."
    for one in used:
        yield from one.notes


def _amounts(feed: Feed) -> list[Metric]:
    return [one for one in feed.source.metrics(feed.name) if one.measure is Measure.AMOUNT]


def _values(used: Sequence[Used], happened: Sequence[Happened]) -> list[str]:
    """All that people may have given a name."""
    labels = [one.labels for each in used for one in each.sheet.series]
    labels += [one.alert.series.labels for one in happened]
    return list(dict.fromkeys(value for some in labels for _, value in some))


async def _names(tx: Transaction, values: Sequence[str]) -> Mapping[str, str]:
    """A statement takes only so many parameters."""
    found: dict[str, str] = {}
    for first in range(0, len(values), 5000):
        found |= await tx.names.of(values[first : first + 5000])
    return found


async def _used(tx: Transaction, metric: Metric, report: Report, term: Term) -> Used | None:
    before = term.before()
    days = await tx.reports.days(metric, [*before.edges()[:-1], *term.edges()])
    if days is None:
        return None
    sheet = Sheet(metric, days.series, days.values, len(before.days()))
    labels = report.asked.by or tuple(sheet.labels())
    return Used(
        sheet,
        report.asked.price(metric),
        tuple(label for label in labels if label in sheet.labels()),
        _untold(metric, term, sum(days.told[sheet.split :])),
        _untold_before(metric, before, sum(days.told[: sheet.split])),
    )


def _untold(metric: Metric, term: Term, told: int) -> str | None:
    """What was not told is not zero: whoever reads a sum must know what it lacks."""
    if told >= _buckets(metric, term):
        return None
    if not told:
        return f"{meter(metric)}: nothing was told of this time."
    return f"{meter(metric)}: {_of_all(metric, term, told)} were told; the rest is not known."


def _untold_before(metric: Metric, term: Term, told: int) -> str | None:
    """Held against half a week, any week is twice as much."""
    if not 0 < told < _buckets(metric, term):
        return None
    lacks = f"only {_of_all(metric, term, told)} of the {term.per} before were told"
    return f"{meter(metric)}: {lacks}; a change may be no more than that."


def _of_all(metric: Metric, term: Term, told: int) -> str:
    one, _, unit = span(metric.width).partition(" ")
    buckets = f"{unit}s" if one == "1" else f"buckets of {span(metric.width)}"
    return f"{told:,} of {_buckets(metric, term):,} {buckets}"


def _buckets(metric: Metric, term: Term) -> int:
    """How many begin in it: not its length by theirs, since a zone may be half an hour off."""
    first, end = (_next(metric, at) for at in (term.start, term.end))
    return (end - first) // metric.width


def _next(metric: Metric, at: datetime) -> datetime:
    """Where the first bucket begins that does not begin before."""
    begun = metric.bucket(at)
    return begun if begun == at else begun + metric.width


def _done(one: Happened) -> Iterator[str]:
    if not one.deeds and one.acknowledged_by:
        yield f"acknowledged by {one_line(one.acknowledged_by)}"
    yield from map(_deed, one.deeds)


def _deed(act: Act) -> str:
    """Why they did it, if they said so: that is what the next one wants to know."""
    who, what = one_line(act.by), act.what.value
    return f"{who}: {one_line(act.words)} ({what})" if act.words else f"{what} by {who}"
