"""A week is told of exactly once, whatever the clock does."""

import itertools
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from daemon.message import Tone
from daemon.report.asked import Asked, Report
from daemon.report.findings import Findings
from daemon.report.gather import Gatherer
from daemon.report.make import PATIENCE, Reports
from daemon.report.term import Term
from daemon.store import Store, open_store
from daemon.store.outbox import Delivery
from tests.daemon.report.past import NOW, config, url

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
EIGHT = datetime(2026, 11, 16, 7, tzinfo=UTC)
"""In Berlin."""


def reports(store: Store, since: datetime = NOW) -> Reports:
    made = config()
    return Reports(made.reports, Gatherer(made.feeds, made.rules, store, made.planned), since)


async def owed(store: Store) -> list[Delivery]:
    async with store.transaction() as tx:
        return list(await tx.outbox.ledger(100))[::-1]


async def keys(store: Store) -> list[str]:
    return [each.content.key for each in await owed(store)]


async def test_a_week_that_is_over_is_owed_to_each_destination(store: Store) -> None:
    made = reports(store)
    assert await made.make(EIGHT - MINUTE) == 0  # the first look begins with what is due next
    assert await made.make(NOW) == 2
    assert await made.make(NOW + MINUTE) == 0

    assert await keys(store) == [f"report|weekly|2026-W46|{name}" for name in ("team", "boss")]
    content = (await owed(store))[0].content
    assert content.tone is Tone.REPORT  # type: ignore[union-attr]  a circular
    assert content.wording.title.startswith("Week 46 (9 to 15 Nov 2026): 35.21 USD")  # type: ignore[union-attr]
    names = [file.name for file in (*content.pictures, *content.files)]  # type: ignore[union-attr]
    assert names == ["voices-minutes.svg", "allocation-2026-W46.csv", "use-2026-W46.csv"]


async def test_what_was_over_before_it_was_asked_for_is_not_told(store: Store) -> None:
    made = reports(store)

    assert await made.make(NOW) == 0
    assert await made.make(NOW + 6 * DAY) == 0
    assert await made.make(NOW + 7 * DAY + PATIENCE) == 2


async def test_it_waits_for_a_source_that_was_not_read_yet_but_not_for_ever(store: Store) -> None:
    made = reports(store, since=EIGHT)
    await made.make(EIGHT - MINUTE)
    later = EIGHT + 7 * DAY  # nothing was read since a week ago

    assert await made.make(later) == 0
    assert await made.make(later + PATIENCE - MINUTE) == 0
    assert await made.make(later + PATIENCE) == 2
    content = (await owed(store))[0].content
    facts = {fact.label: fact.value for fact in content.wording.facts}  # type: ignore[union-attr]
    assert facts["Not known"].startswith("voices, minutes: 10 of 168 hours were told")


async def test_after_a_start_it_waits_for_the_past_to_be_read(store: Store) -> None:
    await reports(store).make(EIGHT - MINUTE)
    begun = EIGHT + 10 * DAY
    made = reports(store, since=begun)

    assert await made.make(begun) == 0
    assert await made.make(begun + PATIENCE) == 2


async def test_two_replicas_tell_of_it_once(state: Path) -> None:
    async with open_store(url(state)) as store:
        one, other = reports(store), reports(store)
        await one.make(EIGHT - MINUTE)

        assert [await one.make(NOW), await other.make(NOW)] == [2, 0]
        assert len(await keys(store)) == 2


@dataclass(frozen=True, slots=True)
class Overtaken(Gatherer):
    """While it gathers, another replica makes the same report."""

    async def gather(self, report: Report, term: Term, at: datetime) -> Findings:
        assert await reports(self.store).make(at) == 2
        return await Gatherer.gather(self, report, term, at)


async def test_a_replica_that_is_overtaken_while_it_gathers_tells_nobody(store: Store) -> None:
    made = config()
    slow = Reports(made.reports[:1], Overtaken(made.feeds, made.rules, store), NOW)
    await reports(store).make(EIGHT - MINUTE)

    assert await slow.make(NOW) == 0
    assert len(await keys(store)) == 2


@dataclass(frozen=True, slots=True)
class Clumsy(Gatherer):
    """Of one report it can make nothing."""

    async def gather(self, report: Report, term: Term, at: datetime) -> Findings:
        if report.name == "bad":
            raise ValueError("odd")
        return await Gatherer.gather(self, report, term, at)


async def test_a_report_that_cannot_be_made_keeps_no_other_from_being_made(store: Store) -> None:
    made = config()
    bad, good = (Report(name, Asked("week"), ("team",)) for name in ("bad", "good"))
    both = Reports((bad, good), Clumsy(made.feeds, made.rules, store), NOW)
    await both.make(EIGHT - MINUTE)
    with pytest.raises(ValueError, match="odd"):
        await both.make(NOW)

    assert await keys(store) == ["report|good|2026-W46|team"]


async def test_a_report_that_tells_of_months_now_begins_anew(store: Store) -> None:
    made = config()
    gatherer = Gatherer(made.feeds, made.rules, store)
    weekly = Reports((Report("r", Asked("week"), ("team",)),), gatherer, NOW)
    monthly = Reports((Report("r", Asked("month"), ("team",)),), gatherer, NOW)

    assert [await weekly.make(NOW), await monthly.make(NOW)] == [0, 0]
    assert await monthly.make(datetime(2026, 12, 1, 20, tzinfo=UTC)) == 1


STEPS = st.lists(
    st.one_of(
        st.sampled_from([MINUTE, HOUR, 6 * HOUR, DAY, 3 * DAY]),
        st.sampled_from([-HOUR, -DAY, -8 * DAY, 21 * DAY]),
    ),
    max_size=25,
)
BEGINS = st.sampled_from(
    [datetime(2026, 3, 27, 20, tzinfo=UTC), datetime(2026, 10, 24, 20, tzinfo=UTC)]
)
"""The night before the clocks are moved."""


NUMBERS = itertools.count()


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(BEGINS, STEPS, st.sampled_from([None, "30 2 * * *", "sun 02:30"]), st.booleans())
async def test_each_week_is_told_of_exactly_once_however_the_clock_steps(
    store: Store, begin: datetime, steps: list[timedelta], when: str | None, restarts: bool
) -> None:
    """One store for all of them, and a report of its own for each."""
    name, at, newest = f"r{next(NUMBERS)}", begin, ""
    report = Report(name, Asked("week", when=when, zone="Europe/Berlin"), ("team",))
    expected: list[str] = []
    made = Reports((report,), Gatherer((), (), store), begin)
    for step in [timedelta(0), *steps]:
        at += step
        term = report.asked.due(at)
        assert term is not None
        await made.make(at)
        if newest and term.label > newest:
            expected.append(f"report|{name}|{term.label}|team")
        newest = max(newest, term.label)
        if restarts:
            made = Reports((report,), made.gatherer, at)
    async with store.transaction() as tx:
        ledger = await tx.outbox.ledger(100)
    assert [one.content.key for one in ledger if f"|{name}|" in one.content.key][::-1] == expected
