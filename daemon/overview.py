"""How every source fares, as far as the store knows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from daemon.governor import Outlook, outlook
from daemon.governor.account import Account
from daemon.source import Feed, Source
from daemon.sources import SOURCES
from daemon.store import Store, Transaction
from daemon.store.polls import Remembered, SourceState
from rules.alert import Phase
from rules.health import BLIND, CHANGED, LEFT_OUT, Condition, polls_of
from rules.series import Series


class State(StrEnum):
    """Of all that is true of a source, what matters most."""

    CHANGED = "changed"
    """It answers something else than its contract, and people were told."""
    BLIND = "blind"
    """It cannot be read for longer than its grace, or was refused, and people were told."""
    LEFT_OUT = "left out"
    """It is optional, and a secret of it is not there."""
    RESTING = "resting"
    """Its vendor is left alone for now."""
    FAILING = "failing"
    OK = "ok"
    HISTORY = "reading history"
    """Its first poll has not come to its end yet."""
    NEVER = "never polled"


@dataclass(frozen=True, slots=True)
class Seen:
    """One source at one moment."""

    name: str
    type: str
    at: datetime
    poll: SourceState | None
    """None before the end of its first poll."""
    told: Sequence[Remembered]
    alert: State | None
    """What people were told of it, where that is so still."""
    outlook: Outlook | None
    """What its account may expect; None where it is not known which that is."""

    @property
    def state(self) -> State:
        if self.poll is None:
            return State.HISTORY if self.told else State.NEVER
        if self.alert is not None:
            return self.alert
        if self.rests_until is not None:
            return State.RESTING
        return State.OK if self.poll.failing_since is None else State.FAILING

    @property
    def rests_until(self) -> datetime | None:
        return self.outlook.rests_until if self.outlook else None

    @property
    def calls_left(self) -> int | None:
        """To its account, in this minute; none while that rests."""
        if self.outlook is None:
            return None
        return 0 if self.rests_until else self.outlook.calls_left

    @property
    def newest_at(self) -> datetime | None:
        """The start of the newest bucket that was told."""
        return max((one.newest_at for one in self.told if one.newest_at), default=None)

    @property
    def lag(self) -> timedelta | None:
        """How long ago the newest closed bucket ended."""
        ends = [one.open_at for one in self.told if one.open_at]
        return max(self.at - max(ends), timedelta(0)) if ends else None

    @property
    def series(self) -> int:
        return sum(one.series for one in self.told)


async def overview(
    feeds: Sequence[Feed], accounts: Mapping[str, Account], store: Store, at: datetime
) -> list[Seen]:
    """Every source, in the order of the configuration; `accounts` are by its name."""
    outlooks = await outlook(store, accounts.values(), at)
    mine = {name: outlooks[account.name] for name, account in accounts.items()}
    words: Mapping[type[Source], str] = {kind: word for word, kind in SOURCES.items()}
    async with store.transaction() as tx:
        alerts = {
            **await _alerts(tx, BLIND, State.BLIND, at),
            **await _alerts(tx, CHANGED, State.CHANGED, at),
            **await _alerts(tx, LEFT_OUT, State.LEFT_OUT, at),
        }
        return [
            Seen(
                name=feed.name,
                type=words.get(type(feed.source), ""),
                at=at,
                poll=await tx.polls.state(feed.name),
                told=await tx.polls.remembered(feed.name),
                alert=alerts.get(polls_of(feed.name)),
                outlook=mine.get(feed.name),
            )
            for feed in feeds
        ]


async def _alerts(
    tx: Transaction, condition: Condition, state: State, at: datetime
) -> Mapping[Series, State]:
    alerts = await tx.alerts.latest(condition.rule, ended_since=at)
    return {series: state for series, alert in alerts.items() if alert.phase is Phase.FIRING}
