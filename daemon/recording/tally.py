"""What a UTC day came to for a recorder, as far as it is remembered."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from daemon.recorder import Ledger, the_one
from daemon.source import Feed
from daemon.store import Transaction
from daemon.store.stretch import Shelf
from rules.panel import Panel
from rules.recorded import DAY, day_amount
from rules.series import EPOCH, Absent, Metric


async def shelf_of(tx: Transaction, ledger: Ledger, feed: Feed) -> Shelf:
    """Where the numbers lie that a recorder sums, or `Unfinished`.

    What the source told before its configuration was changed, by the day and not by the hour,
    say, does not count.
    """
    declared = feed.source.metrics(feed.name)
    grids = {metric.name: (metric.width, metric.offset) for metric in declared}
    shelves = [
        shelf
        for shelf in await tx.recordings.stretches.shelves(ledger.source)
        if _grid(shelf.metric) == grids.get(shelf.metric.name, _grid(shelf.metric))
    ]
    metric = the_one(ledger, [shelf.metric for shelf in shelves])
    mine = [shelf for shelf in shelves if shelf.metric.name == metric.name]
    return max(mine, key=lambda shelf: (shelf.open_at or EPOCH, shelf.panel_id))


async def tally(tx: Transaction, ledger: Ledger, feed: Feed, shelf: Shelf, day: date) -> Decimal:
    """What a day came to, or `Unfinished`."""
    told = await tx.recordings.stretches.day(shelf, day)
    if shelf.metric.absent is Absent.ZERO and await _watched(tx, ledger, feed, day):
        told = told.told_from_the_start()
    return day_amount(told, ledger.where)


async def _watched(tx: Transaction, ledger: Ledger, feed: Feed, day: date) -> bool:
    """Whether the source was asked of all of that day, so that what came before its first use was
    told, and was nothing. Of days before the recorder was first run nobody knows."""
    followed = await tx.recordings.followed(ledger.name)
    if followed is None:
        return False
    tells_first_day = feed.source.tells_past and feed.history >= DAY
    return day >= followed.first if tells_first_day else day > followed.first


def panel_of(panels: Sequence[Panel], ledger: Ledger) -> Panel:
    """The one that a recorder sums, of panels that somebody brings; or `Unfinished`."""
    mine = [panel for panel in panels if panel.metric.source == ledger.source]
    metric = the_one(ledger, [panel.metric for panel in mine])
    return next(panel for panel in mine if panel.metric == metric)


def _grid(metric: Metric) -> tuple[object, object]:
    return metric.width, metric.offset
