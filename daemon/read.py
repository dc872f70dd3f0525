"""What is asked of a source: its window, and at first its past, piece by piece."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from logging import getLogger

from daemon.contract import check_units
from daemon.http import Web
from daemon.progress import Progress, Silent
from daemon.source import Answer, Ask, Feed, SourceChanged, SourceError, Standing, Window
from daemon.store import Store, Transaction
from daemon.store.frame import Frame
from daemon.store.usage import Recorded
from daemon.text import one_line
from rules.panel import Panel
from rules.series import Labels, Metric

log = getLogger(__name__)

_PIECE = timedelta(days=14)
"""What is read of the past in one go: some twenty calls for hours, in pages of twenty."""

_LONGEST = 1000
"""Bytes of all labels of a series: they are looked up by an index, and PostgreSQL's has an end."""

Told = Answer | Standing


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a poll asks for."""

    window: Window
    """What is judged."""
    pieces: Sequence[Window]
    """The past to read before it."""
    first: bool
    """Whether the source was never read to its end: there is nothing yet to hold units against."""


@dataclass(frozen=True, slots=True)
class Reader:
    """A source, and what the store knows of it."""

    feed: Feed
    store: Store
    web: Web
    progress: Progress = field(default_factory=Silent)

    @property
    def metrics(self) -> Sequence[Metric]:
        return self.feed.source.metrics(self.feed.name)

    async def read(self, at: datetime) -> Sequence[Told]:
        """What the vendor tells of all that may have changed, or `SourceError`.

        Of a long past only the last piece is answered; what came before it is recorded on the
        way, and judged by nobody.
        """
        plan = await self._plan(at)
        try:
            for piece in plan.pieces:
                self._advance(piece.start, at)
                answers = await self._fetch(piece, at)
                if not plan.first:
                    await self._check(answers, at)
                await self._record_all(answers, at)
                log.info("%s: read up to %s", self.feed.name, piece.end.strftime("%d %b %H:%M UTC"))
            answers = await self._fetch(plan.window, at)
        except SourceError:
            self.progress.leave(self.feed.name)
            raise
        self._advance(at, at)
        await self._check(answers, at)
        return answers

    async def record(self, tx: Transaction, told: Told, at: datetime) -> Recorded | None:
        """Lay down what was told; None where nothing was ever used."""
        if isinstance(told, Standing):
            recorded = await tx.usage.stand(told, self._frame(at))
        else:
            recorded = await tx.usage.record(told, self._frame(at))
        await tx.names.learn(_known_names(_names(told), recorded))
        return recorded

    async def _record_all(self, answers: Sequence[Told], at: datetime) -> None:
        async with self.store.transaction() as tx:
            for told in answers:
                await self.record(tx, told, at)

    async def _plan(self, at: datetime) -> _Plan:
        async with self.store.transaction() as tx:
            open_at = await tx.usage.open_at(self.metrics)
            state = await tx.polls.state(self.feed.name)
        first = state is None or state.good_at is None
        start = at - self.feed.history
        if open_at is not None:
            # What was read a moment ago, and not yet to its end, has had no time to be revised.
            again = open_at if first else open_at - self.feed.source.revises
            # History bounds what is read again, and never what was not read yet.
            start = min(max(start, again), open_at)
        pieces: list[Window] = []
        caught_up = open_at is not None and at - open_at <= _PIECE
        while self.feed.source.tells_past and not caught_up and at - start > _PIECE:
            pieces.append(Window(start, start + _PIECE))
            start += _PIECE
        return _Plan(Window(min(start, at), at), pieces, first)

    async def _fetch(self, window: Window, at: datetime) -> Sequence[Told]:
        feed = self.feed
        past = await self._past(window.end)
        answers = await feed.ask(Ask(feed.name, self.web, window, past, at))
        for told in answers:
            _check_labels(told)
        return answers

    async def _check(self, answers: Sequence[Told], at: datetime) -> None:
        """Refuse numbers in another unit than those remembered."""
        if not self.feed.check_units:
            return
        known = {panel.metric: panel for panel in await self._past(at)}
        for told in answers:
            if isinstance(told, Answer):
                check_units(known.get(told.metric), told, at - self.feed.source.settles)

    async def _past(self, at: datetime) -> tuple[Panel, ...]:
        async with self.store.transaction() as tx:
            past = [await tx.usage.panel(metric, self._frame(at)) for metric in self.metrics]
        return tuple(panel for panel in past if panel is not None)

    def _frame(self, at: datetime) -> Frame:
        feed = self.feed
        return Frame(at, feed.source.settles, feed.history, feed.max_series)

    def _advance(self, reached: datetime, at: datetime) -> None:
        """Shown as a share of all the history, so that what is taken up again goes on."""
        history = self.feed.history
        self.progress.advance(self.feed.name, history - (at - reached), history)


def _check_labels(told: Told) -> None:
    """Refuse labels that a store cannot keep, before they fail every transaction they are in."""
    labels = {one.labels for one in told.readings} if isinstance(told, Answer) else told.totals
    unfit = next((one for one in labels if not _fit(one)), None)
    if unfit is not None:
        # Not what they hold: nobody here knows what of it is a key.
        whose = one_line(", ".join(name for name, _ in unfit), 80)
        what = f"labels of {_LONGEST:,} bytes at most and no zero byte, got others in {whose}"
        raise SourceChanged(f"{told.metric.source}: expected {what}")


def _fit(labels: Labels) -> bool:
    words = [word for pair in labels for word in pair]
    return sum(len(word.encode()) for word in words) <= _LONGEST and "\0" not in "".join(words)


def _names(told: Told) -> dict[str, str]:
    """What people call label values, as far as a store can keep it."""
    fit = ((label, name) for label, name in told.names.items() if _fit(((label, ""),)))
    return {label: name.replace("\0", "") for label, name in fit}


def _known_names(names: dict[str, str], recorded: Recorded | None) -> dict[str, str]:
    """Only what is told apart is ever named: of a crowd there may be no end."""
    if recorded is None:
        return {}
    known = {value for series in recorded.panel.series for _, value in series.labels}
    return {label: name for label, name in names.items() if label in known}
