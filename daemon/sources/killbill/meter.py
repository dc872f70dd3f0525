"""Asks what one subscription used between two days."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from daemon.endpoint import Endpoint
from daemon.http import Web
from daemon.sources.killbill.search import Amounts
from daemon.sources.killbill.wire import RolledUpUsage, UnitAmount

DAY = timedelta(days=1)
_NUMBER = re.compile(rb"-?[0-9]{1,40}(\.[0-9]{1,40})?([eE][-+]?[0-9]{1,3})?")
_LARGEST = Decimal(10) ** 18
"""The vendor keeps nine digits before the point of a record: this is a billion of the largest."""
_FINEST = -40
"""Places after the point, many more than the vendor keeps: a plugin may tell more than it does."""


@dataclass(frozen=True, slots=True)
class Meter:
    """One subscription, or one unit of it."""

    endpoint: Endpoint
    http: Web
    subscription: str
    unit: str | None
    first_day: date
    at: datetime

    async def __call__(self, first: int, until: int) -> Amounts:
        """Days are counted from the first. The vendor wants both dates; the end is not in."""
        start, end = (str(self.first_day + day * DAY) for day in (first, until))
        query = [("startDate", start), ("endDate", end)]
        told = await self.endpoint.ask(self.http, query, RolledUpUsage, self.at)
        echo = told.subscription_id.lower(), told.start_date[:10], told.end_date[:10]
        if echo != (self.subscription, start, end):
            asked = f"{self.subscription} from {start} to {end}"
            found = f"{told.subscription_id} from {told.start_date} to {told.end_date}"
            found = self.endpoint.shown(found)
            raise self.endpoint.changed(f"expected the usage of {asked}, got {found}")
        return self._amounts(told.rolled_up_units)

    def _amounts(self, units: list[UnitAmount]) -> Amounts:
        amounts: dict[str, Decimal] = {}
        for each in units:
            unit = each.unit_type
            if unit in amounts or self.unit not in (None, unit):
                shown = self.endpoint.shown(repr(unit))
                raise self.endpoint.changed(f"expected one sum a unit, got another of {shown}")
            amounts[unit] = self._amount(bytes(each.amount))
        return amounts

    def _amount(self, text: bytes) -> Decimal:
        """`0E-9`, `10.000000000` and, of old servers, `10`. It may be below zero: the vendor looks
        at no sign, so corrections are recorded as negative use."""
        number = Decimal(text.decode()) if _NUMBER.fullmatch(text) else None
        if number is None or not _is_sound(number):
            found = self.endpoint.shown(text.decode(errors="replace"))
            told = f"`rolledUpUnits[].amount` is {found}"
            raise self.endpoint.changed(f"its contract has changed: {told}, expected a decimal")
        return number


def _is_sound(number: Decimal) -> bool:
    """Whether its differences to others are exact, and floats can hold it."""
    if not number:
        return True
    places = number.as_tuple().exponent
    return abs(number) < _LARGEST and isinstance(places, int) and places >= _FINEST
