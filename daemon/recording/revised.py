"""Whether what was recorded is still what the source says."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from daemon import health
from daemon.recording.post import Poster
from daemon.recording.tally import shelf_of, tally
from daemon.source import Feed
from daemon.store import Transaction
from daemon.store.recordings import Entry, EntryState
from daemon.store.stretch import Shelf
from rules.alert import Event
from rules.recorded import DAY, Unfinished

_SETTLED = (EntryState.RECORDED, EntryState.NOTHING)


async def look_back(tx: Transaction, poster: Poster, feed: Feed, at: datetime) -> Sequence[Event]:
    """Compare what was recorded with what the source says now, for days that changed since.

    A difference is told once a change, and never sent: what is recorded cannot be taken back, and
    more under another key would be billed on top of it.
    """
    oldest = (at - feed.history).astimezone(UTC).date() + DAY
    entries = await tx.recordings.since(poster.ledger.name, oldest)
    settled = [entry for entry in entries if entry.state in _SETTLED]
    if not settled:
        return ()
    try:
        shelf = await shelf_of(tx, poster.ledger, feed)
    except Unfinished:
        return ()
    end = settled[-1].day + DAY
    changed = await tx.recordings.stretches.changed(shelf, settled[0].day, end)
    news = [entry.day for entry in settled if changed.get(entry.day, 0) > _seen(entry, shelf)]
    back = _Back(tx, poster, feed, shelf, at)
    return [event for day in news for event in await back.compare(day)]


def _seen(entry: Entry, shelf: Shelf) -> int:
    """The version it was last compared with; of numbers kept elsewhere, none."""
    return entry.version or 0 if entry.panel_id == shelf.panel_id else -1


@dataclass(frozen=True, slots=True)
class _Back:
    tx: Transaction
    poster: Poster
    feed: Feed
    shelf: Shelf
    at: datetime

    async def compare(self, day: date) -> Sequence[Event]:
        ledger, recordings = self.poster.ledger, self.tx.recordings
        entry = await recordings.entry(ledger.name, day)
        if entry is None or entry.amount is None:
            return ()
        seen = replace(entry, panel_id=self.shelf.panel_id, version=self.shelf.version)
        try:
            now = await tally(self.tx, ledger, self.feed, self.shelf, day)
        except Unfinished:
            # It will be compared when it is told whole again, which is a change too.
            await recordings.keep(seen)
            return ()
        revised = None if now == entry.amount else now
        await recordings.keep(replace(seen, revised=revised))
        if revised == entry.revised:
            return ()
        posting, told = self.poster.posting(day), (float(entry.amount), float(now))
        return await health.note_recorded(self.tx, self.poster.hearers, posting, *told, self.at)
