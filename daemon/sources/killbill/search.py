"""Finds the days on which use changed, in few questions to a vendor that tells one sum a question.

A sum that is as remembered settles all its days at once; one that is not is split in two. This
holds as long as changes do not cancel out: use moved from one day to another between two polls, by
a record of minus five here and one of plus five there, changes no sum and is not seen.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from math import fsum, isnan, nan
from typing import Protocol

Amounts = Mapping[str, Decimal]
"""What was used of each unit; a unit that is absent was not used."""

NOTHING = Decimal(0)
STEP = 1e-9
"""The least by which two of the vendor's amounts differ: it keeps nine places."""
_EXACT = Context(prec=80)
"""More digits than the difference of any two amounts that are let in can have."""


class Sums(Protocol):
    async def __call__(self, first: int, until: int) -> Amounts:
        """What was used on the days from `first` up to, not including, `until`."""
        ...


@dataclass(frozen=True, slots=True)
class Entry:
    """This much on a day, counted from the first."""

    day: int
    amount: float


class Diary:
    """What one subscription used of each unit on each day; NaN is a day that nobody told yet."""

    def __init__(self, days: int, remembered: Mapping[str, Sequence[float]]) -> None:
        self.days = days
        self._before = remembered
        self._now = {unit: list(amounts) for unit, amounts in remembered.items()}

    def agrees(self, first: int, until: int, told: Amounts) -> bool:
        """Whether these sums are what the diary says of these days."""
        return all(
            _alike(self._now.get(unit, ())[first:until], told.get(unit, NOTHING))
            for unit in {*self._now, *told}
        )

    def write(self, day: int, told: Amounts) -> None:
        """All that was used on a day. A number that agrees stays as it is, to its last digit."""
        for unit in sorted({*self._now, *(unit for unit, amount in told.items() if amount)}):
            amounts = self._now.setdefault(unit, [nan] * self.days)
            amount = told.get(unit, NOTHING)
            if isnan(amounts[day]) or not _alike(amounts[day : day + 1], amount):
                amounts[day] = float(amount)

    def units(self) -> Sequence[str]:
        """Those that were ever used."""
        return list(self._now)

    def news(self, unit: str, began: int, still_open: int) -> Iterator[Entry]:
        """What was not known before, and all of the days from `still_open` on, so that they can
        close. What no sum held was not used; before it `began`, nobody could."""
        before = self._before.get(unit, [nan] * self.days)
        for day, amount in enumerate(self._now[unit]):
            known = 0.0 if isnan(amount) and day >= began else amount
            if not isnan(known) and (day >= still_open or known != before[day]):
                yield Entry(day, known)


@dataclass(frozen=True, slots=True)
class Search:
    """Brings a diary up to what the vendor says. Its last day is the one still being used."""

    ask: Sums
    diary: Diary

    async def run(self) -> None:
        last = self.diary.days - 1
        whole = await self.ask(0, last + 1)
        if not self.diary.agrees(0, last + 1, whole):
            self.diary.write(last, await self._last_day(last, whole))

    async def _last_day(self, last: int, whole: Amounts) -> Amounts:
        """Its use, once all the days before it are right."""
        if last == 0:
            return whole
        past = await self.ask(0, last)
        if self.diary.agrees(0, last, past):
            return _less(whole, past)
        await self._put_right(last, past)
        return await self.ask(last, last + 1)

    async def _put_right(self, until: int, told: Amounts) -> None:
        """A difference is wrong where use was recorded between its two questions. So the sum is
        asked once more, and if it moved, every day that is not as written is asked for itself."""
        await self._split(0, until, told, self._difference)
        if until > 1:
            again = await self.ask(0, until)
            await self._split(0, until, again, self._question)

    async def _split(self, first: int, until: int, told: Amounts, other: "_OtherHalf") -> None:
        if self.diary.agrees(first, until, told):
            return
        if until - first == 1:
            self.diary.write(first, told)
            return
        middle = (first + until) // 2
        earlier = await self.ask(first, middle)
        await self._split(first, middle, earlier, other)
        later = await other(middle, until, told, earlier)
        await self._split(middle, until, later, other)

    async def _difference(
        self, _first: int, _until: int, both: Amounts, earlier: Amounts
    ) -> Amounts:
        return _less(both, earlier)

    async def _question(self, first: int, until: int, _both: Amounts, _earlier: Amounts) -> Amounts:
        return await self.ask(first, until)


class _OtherHalf(Protocol):
    async def __call__(
        self, first: int, until: int, both: Amounts, earlier: Amounts, /
    ) -> Amounts: ...


def _less(both: Amounts, one: Amounts) -> Amounts:
    return {
        unit: _EXACT.subtract(both.get(unit, NOTHING), one.get(unit, NOTHING))
        for unit in {*both, *one}
    }


def _alike(known: Sequence[float], amount: Decimal) -> bool:
    """Equal but for what floats cannot hold. Not told counts as nothing."""
    numbers = [number for number in known if not isnan(number)]
    size = fsum(map(abs, numbers)) + abs(float(amount))
    return abs(fsum(numbers) - float(amount)) <= STEP / 2 + size * 2.0**-52
