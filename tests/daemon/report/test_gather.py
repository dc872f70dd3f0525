"""What a report tells is what is remembered, and what is not known is said."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest

from daemon.planned.zone import zone_of
from daemon.report.asked import Asked, Report
from daemon.report.findings import Findings
from daemon.report.gather import Gatherer, wants
from daemon.report.term import term_at, term_of
from daemon.source import Answer, Window
from daemon.store import Store
from daemon.store.acts import Act, Via, What
from daemon.store.frame import Frame
from rules.alert import Phase
from rules.series import Metric, Reading
from tests.daemon.report.past import HOUR, MINUTES, NOW, START, alert, config, use

CONFIG = config()
WEEKLY, MONTHLY = CONFIG.reports


def gatherer(store: Store) -> Gatherer:
    return Gatherer(CONFIG.feeds, CONFIG.rules, store, CONFIG.planned)


async def gathered(
    store: Store, label: str = "2026-W46", report: Report = WEEKLY, at: datetime = NOW
) -> Findings:
    return await gatherer(store).gather(report, term_of(label, report.asked.place), at)


async def test_a_week_is_added_up_by_the_days_of_its_zone(store: Store) -> None:
    found = await gathered(store)
    term = found.term
    [used] = found.used
    mine = [each for each in use() if term.start <= each.start < term.end]
    whole = sum((Fraction(str(each.value)) for each in mine), Fraction(0))

    assert used.sheet.total is not None
    assert abs(used.sheet.total - float(whole)) < 1e-6
    assert used.cost is not None
    assert abs(used.cost - whole * Fraction(2, 100)) < Fraction(1, 10**6)
    assert (len(used.sheet.days), len(used.sheet.days_before)) == (7, 7)
    [money] = found.money()
    assert (money.currency, str(money.cost), str(money.before)) == ("USD", "35.21", "30.46")
    assert found.notes == ()
    assert found.names["v-05"] == "Élodie"


async def test_budgets_and_balances_are_told_as_their_rules_say_it(store: Store) -> None:
    found = await gathered(store)

    [budget], [runway] = found.budgets, found.runways
    assert budget.words.startswith("67.8 of 1,200 USD used (5 %) with 15 days to go")
    assert (runway.rule, runway.breached) == ("credits-gone", True)
    assert runway.words.startswith("17,200 credits, burnt at about 2,080 a day")


async def test_what_alerted_is_told_with_what_was_done(store: Store) -> None:
    [told] = (await gathered(store)).alerts

    assert told.story == (
        "Ciara, sona_speech_2: 41.2 minutes in an hour, 13 times as much as usual"
    )
    assert told.done == ("Anna: a job was stuck in a loop (acknowledged)",)
    assert told.ended_at is not None
    assert (await gathered(store, "2026-W45")).alerts == ()


async def test_what_still_goes_on_is_told_again_and_what_nobody_heard_of_never(
    store: Store,
) -> None:
    going_on = replace(
        alert(), rule="gone", phase=Phase.FIRING, ended_at=None, calm_since=None, since=START
    )
    async with store.transaction() as tx:
        number = await tx.alerts.keep(going_on)
        await tx.alerts.keep(replace(going_on, rule="pending", phase=Phase.PENDING))
        await tx.acts.note(Act(NOW, "Bo", Via.API, What.EXPECTED, number, ""))
    told = (await gathered(store, at=NOW + timedelta(hours=1))).alerts

    assert [one.rule for one in told] == ["gone", "voice-spike"]
    assert (told[0].ended_at, told[0].done) == (None, ("expected by Bo",))


async def test_a_report_of_one_source_tells_of_no_other(store: Store) -> None:
    found = await gathered(store, "2026-10", MONTHLY)

    assert (wants(MONTHLY, "voices"), wants(MONTHLY, "credits")) == (True, False)
    assert wants(WEEKLY, "credits")
    assert found.runways == ()
    assert len(found.budgets) == 1
    assert found.notes == ("voices, minutes: 480 of 744 hours were told; the rest is not known.",)
    [used] = found.used
    assert (used.price, used.cost, used.sheet.total_before) == (None, None, None)


async def test_of_a_time_that_nobody_remembers_that_is_said(store: Store) -> None:
    found = await gathered(store, "2025-W01")

    assert found.notes == ("voices, minutes: nothing was told of this time.",)
    assert found.used[0].sheet.total is None
    assert (found.budgets, found.alerts) == ((), ())


async def test_of_a_source_that_was_never_read_there_is_nothing(store: Store) -> None:
    made = config("""\
page: null
sources:
  other: {type: supertone.usage, key: "${env:KEY}", bucket: day}
rules:
  most: {kind: budget, source: other, amount: 9, per: month}
destinations: {team: {type: console}}
reports: {weekly: {per: week}}
""")
    fresh = Gatherer(made.feeds, made.rules, store)
    found = await fresh.gather(made.reports[0], term_of("2026-W46", UTC), NOW)

    assert (found.used, found.budgets, found.money()) == ((), (), [])
    assert found.notes == ("other: nothing was ever told.",)


@dataclass(frozen=True)
class Island:
    """A source that lacks one hour, or none."""

    metric: Metric

    def metrics(self, _name: str) -> list[Metric]:
        return [self.metric]


@pytest.mark.parametrize("first", ["2026-03-30", "2026-09-28"])
@pytest.mark.parametrize("lacking", [0, 1])
async def test_where_the_clocks_are_moved_by_half_an_hour_every_bucket_is_counted(
    store: Store, first: str, lacking: int
) -> None:
    """On Lord Howe Island, where a week has half an hour more, or less."""
    term = term_at("week", date.fromisoformat(first), zone_of("Australia/Lord_Howe"))
    assert (term.end - term.start) % HOUR == HOUR / 2
    metric = replace(MINUTES, name="island")
    begun = metric.bucket(term.start - HOUR / 2) + HOUR
    told = Window(begun, metric.bucket(term.end + HOUR / 2) - lacking * HOUR)
    async with store.transaction() as tx:
        answer = Answer(metric, told, [Reading((("v", "1"),), begun, 1.0)])
        await tx.usage.record(answer, Frame(told.end + HOUR, timedelta(0), timedelta(days=60)))
    feed = replace(CONFIG.feeds[0], source=Island(metric))
    found = await Gatherer([feed], (), store).gather(Report("r", Asked("week")), term, NOW)

    assert len(found.notes) == lacking


async def test_a_time_before_that_was_told_in_part_is_not_held_against(store: Store) -> None:
    found = await gathered(store, "2026-11", MONTHLY)
    assert (
        "voices, minutes: only 480 of 744 hours of the month before were told; " in found.notes[1]
    )


async def test_a_sum_rounds_as_if_it_was_added_up_by_hand(store: Store) -> None:
    [used] = (await gathered(store)).used

    assert used.cost is not None
    term = term_of("2026-W46", WEEKLY.asked.place)
    mine = [each for each in use() if term.start <= each.start < term.end]
    whole = sum((Fraction(str(each.value)) for each in mine), Fraction(0))
    assert used.cost == whole * Fraction(2, 100)
