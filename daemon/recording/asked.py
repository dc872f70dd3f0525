"""Records days that a person names: `meterwatch record`, by the same steps as the daemon."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal

from daemon.recording.post import DayResult, Outcome
from daemon.recording.record import Recording, days
from daemon.recording.tally import panel_of, shelf_of, tally
from daemon.store import Transaction
from daemon.store.recordings import Days, Entry, EntryState
from daemon.text import moment
from rules.panel import Panel
from rules.recorded import DAY, Unfinished, cut, day_amount, midnight, written
from rules.words import span


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asks for."""

    panels: Sequence[Panel] | None = None
    """What was used; None: what the store remembers."""
    first: date | None = None
    """None: the first day of the panels, or the first that the daemon records on its own."""
    last: date | None = None
    """This day too. None: the last there is, or the last that is finished."""
    dry_run: bool = False


async def record_days(recording: Recording, asked: Asked, at: datetime) -> list[DayResult]:
    """What became of each day, in order; `Unfinished` where nothing can be said of any.

    A day has one key and one row in the store, whoever sends it, so that it is never sent twice
    at once and never counted twice. One that is still owed when this ends, the daemon sends.
    """
    span = await _span(recording, asked, at)
    clerk = _Clerk(recording, asked.panels, at)
    if span is None:
        return []
    act = clerk.look if asked.dry_run else clerk.record
    return [await act(day) for day in days(span.first, span.last)]


def as_text(result: DayResult, unit: str) -> str:
    """One line for people.

    >>> as_text(DayResult(date(2025, 5, 20), Outcome.WOULD, Decimal("41.5")), "minutes")
    '2025-05-20  would be recorded  41.5 minutes'
    >>> as_text(DayResult(date(2025, 5, 21), Outcome.UNFINISHED, why="it is not over"), "minutes")
    '2025-05-21  not finished: it is not over'
    """
    much = "" if result.amount is None else f"  {written(result.amount)} {unit}"
    why = "" if result.why is None else f": {result.why}"
    return f"{result.day}  {result.outcome}{much}{why}"


async def _span(recording: Recording, asked: Asked, at: datetime) -> Days | None:
    """The days that were asked for; none is later than today."""
    ledger, today = recording.ledger, at.astimezone(UTC).date()
    if asked.panels is not None:
        panel = panel_of(asked.panels, ledger)
        own = Days(panel.start.date(), (panel.end - DAY.resolution).date())
        return Days(asked.first or own.first, min(asked.last or own.last, today))
    async with recording.store.transaction() as tx:
        await shelf_of(tx, ledger, recording.feed)
        followed = await tx.recordings.followed(ledger.name)
    first = asked.first or (followed.first if followed else None)
    last = min(asked.last or recording.finished(at), today)
    return None if first is None else Days(first, last)


@dataclass(frozen=True, slots=True)
class _Used:
    """What a day came to, or why that cannot be said."""

    amount: Decimal | None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class _Clerk:
    recording: Recording
    panels: Sequence[Panel] | None
    at: datetime

    async def look(self, day: date) -> DayResult:
        """What would become of a day, nothing written and nothing sent."""
        async with self.recording.store.transaction() as tx:
            used = await self._used(tx, day)
            entry = await tx.recordings.entry(self.recording.ledger.name, day)
        decided = self._decide(entry or self._fresh(day), used)
        if isinstance(decided, DayResult):
            return decided
        outcome = Outcome.WOULD if decided.amount else Outcome.NOTHING
        return DayResult(day, outcome, decided.amount)

    async def record(self, day: date) -> DayResult:
        name, poster = self.recording.ledger.name, self.recording.poster
        async with self.recording.store.transaction() as tx:
            used = await self._used(tx, day)
            if used.amount is not None:
                await tx.recordings.expect([self._fresh(day)])
            entry = await tx.recordings.entry(name, day)
            decided = self._decide(entry or self._fresh(day), used)
            if isinstance(decided, DayResult):
                return decided
            if not decided.amount:
                await tx.recordings.keep(decided)
                return DayResult(day, Outcome.NOTHING, decided.amount)
            claimed = await poster.claim(tx, decided)
        return await poster.post(claimed)

    def _fresh(self, day: date) -> Entry:
        return replace(self.recording.awaited(day, self.at), asked=True)

    async def _used(self, tx: Transaction, day: date) -> _Used:
        if midnight(day + DAY) > self.at:
            return _Used(None, "it is not over")
        ledger = self.recording.ledger
        if self.panels is None and day > self.recording.finished(self.at):
            return _Used(None, f"it is recorded {span(ledger.wait)} after its end")
        try:
            if self.panels is not None:
                return _Used(day_amount(cut(panel_of(self.panels, ledger), day), ledger.where))
            shelf = await shelf_of(tx, ledger, self.recording.feed)
            return _Used(await tally(tx, ledger, self.recording.feed, shelf, day))
        except Unfinished as error:
            return _Used(None, str(error))

    def _decide(self, entry: Entry, used: _Used) -> Entry | DayResult:
        """The day as it is to be sent, or why it is not.

        What may have arrived stays frozen. What surely did not may be said anew.
        """
        day, amount = entry.day, entry.amount
        if entry.state is EntryState.RECORDED:
            return DayResult(day, Outcome.ALREADY, amount, _differs(entry, used))
        if entry.claimed_until is not None and entry.claimed_until > self.at:
            why = f"it is on its way; ask again after {moment(entry.claimed_until)}"
            return DayResult(day, Outcome.LATER, amount, why)
        if entry.lost == 0 and used.amount is not None:
            return self.recording.frozen(entry, used.amount, self.at)
        if not amount:
            return DayResult(day, Outcome.UNFINISHED, None, used.why)
        if entry.key != self.recording.poster.key(day):
            return DayResult(day, Outcome.REFUSED, amount, _elsewhere(entry))
        anew = replace(entry, owed_at=self.at, due_at=self.at, settled_at=None, failure=None)
        return replace(anew, state=EntryState.OWED)


def _differs(entry: Entry, used: _Used) -> str | None:
    if used.amount in (None, entry.amount):
        return None
    return f"{used.amount} is said of it now; what is recorded cannot be taken back"


def _elsewhere(entry: Entry) -> str:
    return (
        f"it may have been recorded as {entry.key}, before the recorder was pointed elsewhere; "
        "if it is not there, record it by a recorder of another name"
    )
