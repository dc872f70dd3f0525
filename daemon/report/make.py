"""Makes reports when they are due: each week or month once, whatever the clock does."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from logging import getLogger

from daemon.letter import Circular
from daemon.message import Tone
from daemon.report.asked import Report
from daemon.report.files import PICTURES, charts, tables
from daemon.report.findings import Findings
from daemon.report.gather import Gatherer, wants
from daemon.report.term import Term
from daemon.report.worded import worded
from daemon.source import Feed
from daemon.store import Transaction

log = getLogger(__name__)

PATIENCE = timedelta(hours=6)
"""So long a report waits for sources that were not read since its time was over."""


@dataclass(frozen=True, slots=True)
class Reports:
    """All reports of a configuration."""

    reports: Sequence[Report]
    gatherer: Gatherer
    since: datetime
    """When the daemon began: what it has not read yet it waits for."""

    async def make(self, at: datetime) -> int:
        """Owe every report that is due; answers how many letters that is.

        One that cannot be made keeps no other from being made.
        """
        owed, failure = 0, None
        for report in self.reports:
            try:
                owed += await self._make(report, at)
            except Exception as error:  # whoever asked hears of it once the others are made
                log.exception("report %s could not be made; it is tried again", report.name)
                failure = error
        if failure is not None:
            raise failure
        return owed

    async def _make(self, report: Report, at: datetime) -> int:
        term = report.asked.due(at)
        if term is None or not await self._is_news(report, term, at):
            return 0
        due_at = max(report.asked.due_at(at), self.since)
        if at < due_at + PATIENCE and not await self._is_known(report, term):
            return 0
        found = await self.gatherer.gather(report, term, at)
        owed = circulars(report, found, at)
        async with self.gatherer.store.transaction() as tx:
            # Another replica may have been faster, and then this one's work is thrown away.
            if not await tx.reports.claim(report.name, term.label, at):
                return 0
            for circular in owed:
                await tx.outbox.circulate(circular)
        log.info("report %s of %s: owed to %d destinations", report.name, term.label, len(owed))
        return len(owed)

    async def _is_news(self, report: Report, term: Term, at: datetime) -> bool:
        """Whether it was not told of yet, nor of a later time.

        A report that is new to the store begins with the next time it is due: nobody is told of
        what was over before it was asked for.
        """
        async with self.gatherer.store.transaction() as tx:
            made = [each for each in await tx.reports.made(report.name) if same_kind(each, term)]
            if not made:
                await tx.reports.claim(report.name, term.label, at)
                return False
        return term.label > max(made)

    async def _is_known(self, report: Report, term: Term) -> bool:
        """Whether every source was read since the time was over and its last bucket settled."""
        feeds = [feed for feed in self.gatherer.feeds if wants(report, feed.name)]
        async with self.gatherer.store.transaction() as tx:
            return all([await _is_read(tx, feed, term.end) for feed in feeds])


async def _is_read(tx: Transaction, feed: Feed, end: datetime) -> bool:
    state = await tx.polls.state(feed.name)
    return (
        state is not None
        and state.good_at is not None
        and (state.good_at >= end + feed.source.settles)
    )


def same_kind(label: str, term: Term) -> bool:
    """A report that told of weeks, and tells of months now, begins anew."""
    return len(label) == len(term.label)


def circulars(report: Report, found: Findings, at: datetime) -> list[Circular]:
    """One for each destination."""
    words, files = worded(found), tuple(tables(found))
    pictures = tuple(islice(charts(found), PICTURES))
    return [
        Circular(
            key=f"report|{report.name}|{found.term.label}|{destination}",
            destination=destination,
            owed_at=at,
            wording=words,
            tone=Tone.REPORT,
            pictures=pictures,
            files=files,
        )
        for destination in report.tell
    ]
