"""A dead man's handle: somebody outside is told that all is well, and only while it is."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from logging import getLogger
from typing import Any

from daemon.config.settings import HeartbeatConfig
from daemon.http import Call, Http, HttpError
from daemon.notifier import Destination
from daemon.secret import Secret
from daemon.source import Feed
from daemon.store import Store, Transaction
from daemon.store.outbox import LetterState

log = getLogger(__name__)

_ROUND = timedelta(minutes=2)
"""Letters are looked for every few seconds; so long without a look, and none goes out."""
_PATIENCE = timedelta(hours=1)
"""So long a destination may fail before it counts as one that nobody is told at."""
_COUNTED = (LetterState.OWED, LetterState.UNKNOWN, LetterState.FAILED)


class Beat(StrEnum):
    """What came of one."""

    TOLD = "told"
    """All is well, and whoever is outside knows."""
    WITHHELD = "withheld"
    """All is not well."""
    LOST = "lost"
    """All is well, but outside nobody answered."""


@dataclass(frozen=True, slots=True)
class Watched:
    """What must be well."""

    feeds: Sequence[Feed]
    destinations: Mapping[str, Destination]
    delivered_at: Callable[[], datetime | None]
    """When the last round to the destinations came to its end; None before the first."""


class Heartbeat:
    def __init__(
        self, settings: HeartbeatConfig, watched: Watched, store: Store, http: Http, version: str
    ) -> None:
        self._settings = settings
        self._watched = watched
        self._store = store
        self._http = http
        self._version = version
        self.well = False
        """Whether all was at the last beat. Before the first full cycle nothing is amiss yet."""
        self.lost = False
        """Whether nobody outside answered the last time."""
        self._settling = False

    def follow(self, before: "Heartbeat") -> None:
        """Go on where that of the configuration before this stopped. Whatever is new in this one
        has until the second beat to become well."""
        self.well, self.lost = before.well, before.lost
        self._settling = True

    async def beat(self, at: datetime) -> Beat:
        """Say that all is well; or, once after it was, that it is not."""
        async with self._store.transaction() as tx:
            wrong = (*await self._sources(tx, at), *await self._letters(tx, at))
            told = await self._told(tx, at, wrong)
        settling, self._settling = self._settling, False
        was_well, self.well = self.well, not wrong or (self.well and settling)
        if not wrong:
            if not was_well:
                log.info("heartbeat: all is well")
            return await self._said(self._settings.url, told)
        if was_well and not settling:
            log.warning("heartbeat withheld: %s", "; ".join(wrong))
            if self._settings.fail_url is not None:
                await self._said(self._settings.fail_url, told)
        return Beat.WITHHELD

    async def _sources(self, tx: Transaction, at: datetime) -> list[str]:
        """Those not read for one poll that may fail and one that must not, or beyond their grace:
        by then they are blind. A good poll is also how it is known that the store was written.

        One that is left out was said to be one that can be done without."""
        wrong = []
        for feed in (one for one in self._watched.feeds if one.lacks is None):
            state = await tx.polls.state(feed.name)
            good_at = state.good_at if state else None
            if good_at is None:
                wrong.append(f"{feed.name} was never read to its end")
            elif at - good_at > feed.every + max(feed.every, feed.grace):
                wrong.append(f"{feed.name} was last read at {good_at:%Y-%m-%d %H:%M} UTC")
        return wrong

    async def _letters(self, tx: Transaction, at: datetime) -> list[str]:
        """Whether letters go out. A destination that fails is no reason while another one works
        that hears of it; where nobody is left who does, only this can say so."""
        last = self._watched.delivered_at()
        wrong = [] if last is not None and at - last <= _ROUND else ["no letters were looked for"]
        everyone = self._watched.destinations
        states = [await tx.destinations.state(name) for name in everyone]
        failing = {
            state.name
            for state in states
            if state.failing_since is not None and at - state.failing_since > _PATIENCE
        }
        working = everyone.keys() - failing
        unheard = (name for name in sorted(failing) if not _heard(everyone, name) & working)
        return wrong + [f"{name} takes no messages, and nobody hears of it" for name in unheard]

    async def _told(self, tx: Transaction, at: datetime, wrong: Sequence[str]) -> bytes:
        counts = await tx.outbox.counts()
        told: dict[str, Any] = {
            "version": self._version,
            "at": _written(at),
            "well": not wrong,
            "wrong": list(wrong),
            "sources": {feed.name: await self._source(tx, feed) for feed in self._watched.feeds},
            "letters": {state.value: counts.get(state, 0) for state in _COUNTED},
        }
        return json.dumps(told).encode()

    async def _source(self, tx: Transaction, feed: Feed) -> dict[str, str | None]:
        """Rules judge a bucket in the transaction that closes it: what is closed was judged."""
        state = await tx.polls.state(feed.name)
        judged = await tx.usage.open_at(feed.source.metrics(feed.name))
        good_at = state.good_at if state else None
        return {"read_at": _written(good_at), "judged_until": _written(judged)}

    async def _said(self, url: Secret, told: bytes) -> Beat:
        headers = {"Content-Type": "application/json"}
        call = Call(url.reveal().strip(), (), headers, told, self._settings.timeout)
        try:
            reply = await self._http.send(call)
            failure = None if 200 <= reply.status < 300 else f"it answered {reply.status}"
        except HttpError as error:
            failure = str(error)
        if failure is not None and not self.lost:
            log.warning("heartbeat: nobody outside was told: %s", failure)
        self.lost = failure is not None
        return Beat.LOST if self.lost else Beat.TOLD


def _heard(everyone: Mapping[str, Destination], name: str) -> set[str]:
    return set(everyone[name].told_instead(everyone))


def _written(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat().replace("+00:00", "Z")
