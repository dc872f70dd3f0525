"""Kill Bill's usage: amounts by day, unit and subscription."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import ClassVar
from urllib.parse import quote

from daemon.endpoint import Endpoint
from daemon.secret import Secret
from daemon.source import Answer, Ask, SourceError, SourceRefused, Window, whole
from daemon.sources.killbill.crew import share
from daemon.sources.killbill.discovery import Subscription, discover
from daemon.sources.killbill.memory import Memory
from daemon.sources.killbill.meter import DAY, Meter
from daemon.sources.killbill.search import Diary, Search
from daemon.sources.killbill.wire import UUID, Login, endpoint, is_anothers, is_gone
from rules.series import Absent, Measure, Metric, Reading


@dataclass(frozen=True, slots=True)
class KillBillUsage:
    """What was used of subscriptions, by day and unit (GET /1.0/kb/usages)."""

    url: str
    """Where your Kill Bill lives."""
    username: str
    """The user that asks; reading needs no special permission."""
    password: Secret
    """The user's password."""
    api_key: Secret
    """The tenant's API key."""
    api_secret: Secret
    """The tenant's API secret."""
    subscriptions: tuple[str, ...] = ()
    """Ids of the subscriptions to read; where there are none, all of the tenant's are found."""
    unit: str | None = None
    """The only unit type to read; all of them where it is not given."""
    revises: timedelta = timedelta(days=62)
    """How long a closed day may still change: two billing periods, as late use may be billed."""
    settles: timedelta = timedelta(days=1)
    """How long after its end a day may still be incomplete: use is often recorded once a day."""

    calls_a_minute: int = 600
    """At most so many calls a minute to the server, from all sources with this login together."""
    tells_past: ClassVar[bool] = True

    def __post_init__(self) -> None:
        for each in self.subscriptions:
            if not re.fullmatch(UUID, each):
                raise ValueError(f"subscriptions: expected ids (UUIDs), got {each!r}")
        if len({each.lower() for each in self.subscriptions}) < len(self.subscriptions):
            raise ValueError(
                f"subscriptions: expected each id once, got {list(self.subscriptions)}"
            )
        if self.unit is not None and not 0 < len(self.unit) <= 255:
            raise ValueError(f"unit: expected 1 to 255 characters, got {len(self.unit)}")

    def metrics(self, name: str) -> Sequence[Metric]:
        unit = "units" if self.unit is None else self.unit
        return [Metric(name, "usage", unit, Measure.AMOUNT, DAY, Absent.UNKNOWN)]

    async def fetch(self, ask: Ask) -> Sequence[Answer]:
        [metric] = self.metrics(ask.name)
        window = Window(ask.window.start.astimezone(UTC), ask.window.end.astimezone(UTC))
        memory = Memory(metric, ask.past, self.unit)
        round_ = _Round(self, ask, whole(metric, window), memory)
        found = await self._found(ask)
        await share(found.values(), round_.read)
        return [round_.answer(metric, found)]

    async def _found(self, ask: Ask) -> Mapping[str, Subscription]:
        if self.subscriptions:
            return {each.lower(): Subscription(each.lower()) for each in self.subscriptions}
        return await discover(self.asked(ask.name, "/1.0/kb/bundles/pagination"), ask)

    def asked(self, name: str, path: str) -> Endpoint:
        login = Login(self.username, self.password, self.api_key, self.api_secret)
        return endpoint(name, self.url, path, login)


@dataclass(frozen=True, slots=True)
class _Round:
    """One poll: every subscription is read, and only what is news is kept."""

    source: KillBillUsage
    ask: Ask
    told: Window
    memory: Memory
    news: dict[str, list[Reading]] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)

    async def read(self, subscription: Subscription) -> None:
        """Up to its last day: after that nothing can be recorded, and no use is not a silence."""
        end = self.told.end
        if subscription.end is not None:
            end = min(end, _midnight(subscription.end) + DAY)
        days = Window(self.told.start, end)
        if days.start >= days.end:
            return
        diary = Diary((end - days.start) // DAY, self.memory.of(subscription.id, days))
        try:
            await Search(self._meter(subscription), diary).run()
        except SourceError as error:
            self._miss(subscription, error)
        else:
            self._note(subscription, diary)

    def answer(self, metric: Metric, found: Mapping[str, Subscription]) -> Answer:
        """In the order in which the subscriptions were found, whoever was read first."""
        readings = [reading for each in found for reading in self.news.get(each, ())]
        names = {each: name for each in self.news if (name := found[each].name) is not None}
        notes = self._notes() if found else ("the tenant has no subscriptions",)
        return Answer(metric, self.told, readings, names, notes)

    def _meter(self, subscription: Subscription) -> Meter:
        path = f"/1.0/kb/usages/{subscription.id}"
        if self.source.unit is not None:
            path += f"/{quote(self.source.unit, safe='')}"
        asked = self.source.asked(self.ask.name, path)
        first, at = self.told.start.date(), self.ask.window.end
        return Meter(asked, self.ask.http, subscription.id, self.source.unit, first, at)

    def _miss(self, subscription: Subscription, error: SourceError) -> None:
        """One that was found and is gone again is no failure; one that was configured is."""
        listed = bool(self.source.subscriptions)
        if is_gone(error) and not listed:
            self.gone.add(subscription.id)
            return
        if is_anothers(error) and listed:
            place = f"sources.{self.ask.name}"
            settings = f"{place}.subscriptions, api_key and api_secret"
            advice = f"the subscription may be another tenant's, check {settings}"
            raise SourceRefused(f"{error}; {advice}") from error
        raise error

    def _note(self, subscription: Subscription, diary: Diary) -> None:
        start = self.told.start
        began = _midnight(subscription.start) if subscription.start else start
        still_open = self.memory.open_at(start)
        readings: list[Reading] = []
        for unit in diary.units():
            labels = (("subscription", subscription.id), ("unit", unit))
            news = diary.news(unit, (began - start) // DAY, (still_open - start) // DAY)
            readings += [Reading(labels, start + each.day * DAY, each.amount) for each in news]
        if readings:
            self.news[subscription.id] = readings

    def _notes(self) -> tuple[str, ...]:
        if not self.gone:
            return ()
        some, more = sorted(self.gone)[:3], len(self.gone) - 3
        rest = f" and {more} more" if more > 0 else ""
        return (f"gone since they were listed: subscriptions {', '.join(some)}{rest}",)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
