"""The search for days whose use changed, against a vendor that only adds up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from math import nan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.sources.killbill.search import STEP, Amounts, Diary, Entry, Search

Days = dict[str, list[Decimal]]

AMOUNTS = st.decimals(0, 999_999_999, places=9) | st.integers(0, 9) | st.just(0)


@dataclass
class Adder:
    """Tells sums; between two questions, more may be recorded."""

    used: Days
    later: Mapping[int, tuple[str, int, Decimal]] = field(default_factory=dict)
    """After which question what is recorded: a unit, a day, an amount."""
    questions: list[tuple[int, int]] = field(default_factory=list)

    async def ask(self, first: int, until: int) -> Amounts:
        self.questions.append((first, until))
        told = {unit: sum(days[first:until], Decimal(0)) for unit, days in self.used.items()}
        if more := self.later.get(len(self.questions)):
            unit, day, amount = more
            self.used[unit][day] += amount
        return {unit: amount for unit, amount in told.items() if amount}


async def search(adder: Adder, known: Mapping[str, Sequence[float]]) -> dict[str, list[float]]:
    """What is known after a search: what was remembered, with the news laid over it."""
    days = len(next(iter(adder.used.values())))
    diary = Diary(days, known)
    await Search(adder.ask, diary).run()
    after = {unit: list(known.get(unit, [nan] * days)) for unit in diary.units()}
    for unit, told in after.items():
        for entry in diary.news(unit, began=0, still_open=days):
            told[entry.day] = entry.amount
    return after


@st.composite
def remembered(draw: st.DrawFn, used: Sequence[Decimal], sign: int) -> list[float]:
    """A unit's days as they were told before: all changes since went one way, as they do where
    use is only ever added. A day that was never told holds nothing, so far."""
    changes = st.sampled_from([Decimal(0), Decimal(1), Decimal("0.000000001"), Decimal(250)])
    told = []
    for amount in used:
        forgotten = draw(st.booleans()) and (sign < 0 or not amount)
        told.append(nan if forgotten else float(amount + sign * draw(changes)))
    return told


@st.composite
def tenants(draw: st.DrawFn) -> tuple[Days, dict[str, list[float]]]:
    """What is used, and what is remembered of it."""
    days, sign = draw(st.integers(1, 16)), draw(st.sampled_from([-1, 1]))
    units = draw(st.sampled_from([("calls",), ("calls", "disk")]))
    amounts = st.lists(AMOUNTS, min_size=days, max_size=days)
    used = {unit: [Decimal(amount) for amount in draw(amounts)] for unit in units}
    known = draw(st.sets(st.sampled_from(units)))
    return used, {unit: draw(remembered(used[unit], sign)) for unit in sorted(known)}


@given(tenants())
@settings(max_examples=60, deadline=None)
async def test_what_is_told_and_what_is_remembered_are_the_truth_together(
    tenant: tuple[Days, dict[str, list[float]]],
) -> None:
    used, known = tenant
    after = await search(Adder(used), known)

    for unit, days in used.items():
        slack = STEP / 2 + float(sum(days)) * 2.0**-50  # what floats cannot hold of the sum
        truth = [float(day) for day in days]
        assert after.get(unit, [0.0] * len(days)) == pytest.approx(truth, rel=1e-15, abs=slack)


@given(
    st.lists(st.integers(0, 3), min_size=2, max_size=12),
    st.dictionaries(st.integers(1, 12), st.tuples(st.integers(0, 11), st.integers(1, 5))),
)
@settings(max_examples=60, deadline=None)
async def test_what_is_recorded_meanwhile_is_told_now_or_the_next_time(
    amounts: list[int], later: dict[int, tuple[int, int]]
) -> None:
    before = [Decimal(amount) for amount in amounts]
    adder = Adder({"calls": before[:]})
    adder.later = {
        question: ("calls", day % len(amounts), Decimal(amount))
        for question, (day, amount) in later.items()
    }
    first = (await search(adder, {})).get("calls", [0.0] * len(amounts))
    adder.later = {}
    second = (await search(adder, {"calls": first}))["calls"]

    truth = adder.used["calls"]
    assert second == [float(amount) for amount in truth]
    assert all(low <= day <= high for low, day, high in zip(before, first, truth, strict=True))


async def test_what_is_as_remembered_costs_one_question() -> None:
    adder = Adder({"calls": [Decimal(day) for day in range(62)]})
    await search(adder, {"calls": [float(day) for day in range(62)]})

    assert adder.questions == [(0, 62)]


async def test_a_subscription_that_never_used_anything_costs_one_question_and_is_no_series() -> (
    None
):
    adder = Adder({"calls": [Decimal(0)] * 62})

    assert await search(adder, {}) == {}
    assert adder.questions == [(0, 62)]


async def test_use_of_today_costs_two_questions() -> None:
    adder = Adder({"calls": [Decimal(3)] * 62})
    after = await search(adder, {"calls": [3.0] * 61 + [1.0]})

    assert after == {"calls": [3.0] * 62}
    assert adder.questions == [(0, 62), (0, 61)]


async def test_a_late_record_is_found_by_halves_and_looked_at_once_more() -> None:
    adder = Adder({"calls": [Decimal(3)] * 20 + [Decimal(8)] + [Decimal(3)] * 41})
    after = await search(adder, {"calls": [3.0] * 62})

    assert after["calls"][20] == 8.0
    assert len(adder.questions) == 2 + 6 + 1 + 1


async def test_days_that_are_all_new_cost_a_question_each_and_four_more() -> None:
    adder = Adder({"calls": [Decimal(day + 1) for day in range(62)]})
    await search(adder, {})

    assert len(adder.questions) == 62 + 2


async def test_an_unknown_unit_beside_a_known_one_is_found() -> None:
    adder = Adder(
        {"calls": [Decimal(1)] * 4, "disk": [Decimal(0), Decimal("0.25"), *[Decimal(0)] * 2]}
    )
    after = await search(adder, {"calls": [1.0] * 4})

    assert after == {"calls": [1.0] * 4, "disk": [0.0, 0.25, 0.0, 0.0]}


async def test_amounts_that_are_not_whole_are_told_apart_exactly() -> None:
    days = [Decimal("0.1"), Decimal("0.2"), Decimal("0.3"), Decimal("0.7")]

    assert await search(Adder({"disk": days}), {}) == {"disk": [0.1, 0.2, 0.3, 0.7]}


async def test_a_correction_below_zero_is_told_as_it_is() -> None:
    days = [Decimal(5), Decimal(-7), Decimal(1)]

    assert await search(Adder({"calls": days}), {"calls": [5.0, 0.0, 1.0]}) == {
        "calls": [5.0, -7.0, 1.0]
    }


async def test_use_that_moved_between_two_days_by_the_same_amount_is_not_seen() -> None:
    """The price of few questions: it is written down in docs/vendors.md."""
    adder = Adder({"calls": [Decimal(4), Decimal(6), Decimal(0)]})

    assert (await search(adder, {"calls": [5.0, 5.0, 0.0]}))["calls"] == [5.0, 5.0, 0.0]


@pytest.mark.parametrize(("by", "alike"), [("0.0000000004", True), ("0.000000001", False)])
def test_sums_agree_to_half_of_the_last_place(by: str, alike: bool) -> None:
    diary = Diary(2, {"disk": [0.5, nan]})

    assert diary.agrees(0, 2, {"disk": Decimal("0.5") + Decimal(by)}) is alike


def test_news_are_what_changed_what_nobody_told_and_what_is_still_open() -> None:
    diary = Diary(4, {"calls": [1.0, nan, 2.0, 3.0]})
    diary.write(2, {"calls": Decimal(7)})

    assert [entry.day for entry in diary.news("calls", began=0, still_open=4)] == [1, 2]
    assert [entry.day for entry in diary.news("calls", began=2, still_open=3)] == [2, 3]
    assert next(diary.news("calls", began=0, still_open=4)) == Entry(1, 0.0)
