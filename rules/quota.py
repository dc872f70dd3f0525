"""A quota of use or of money, and how one speaks of what was used of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import floor

from rules.landing import Landing
from rules.period import moment
from rules.words import amount, apart, number, span


@dataclass(frozen=True, slots=True)
class Quota:
    amount: float
    price: float
    """What one unit of use takes of it; 1 where it is a quota of use itself."""
    unit: str
    """Of the amount."""
    offset: timedelta
    """The zone that days are named by."""

    @property
    def limit(self) -> float:
        """In units of use."""
        return self.amount / self.price

    def used(self, used: float, left: timedelta) -> str:
        """
        >>> Quota(1000, 1, "minutes", timedelta(0)).used(812, timedelta(10))
        '812 of 1,000 minutes used (81 %) with 10 days to go'
        """
        money = used * self.price
        bare, quota = apart(money, self.amount, "")[0], apart(money, self.amount, self.unit)[1]
        to_go = f"with {span(left)} to go" if left else "at the end of the period"
        return f"{bare} of {quota} used ({percent(money / self.amount)}) {to_go}"

    def lands(self, found: Landing, used: float) -> str:
        """It cannot land below what is used by now, whatever was foreseen before that.

        >>> Quota(100, 1, "hours", timedelta(0)).lands(Landing(112, 121, 130), 60)
        'expected to end at 121 hours (121 %), between 112 and 130'
        """
        ends = (max(each, used) for each in (found.middle, found.low, found.high))
        middle, low, high = (each * self.price for each in ends)
        much = f"{amount(middle, self.unit)} ({percent(middle / self.amount)})"
        return f"expected to end at {much}, between {number(low)} and {number(high)}"

    def passes(self, found: Landing, used: float) -> str | None:
        """When it will be passed; None where that is not sure, or it was.

        >>> passes = tuple(datetime(2026, 11, day) for day in (25, 27, 29))
        >>> Quota(100, 1, "hours", timedelta(0)).passes(Landing(112, 121, 130, passes), 60)
        'will be passed on 27 Nov, between 25 Nov and 29 Nov'
        """
        if found.passes is None or used >= self.limit:
            return None
        return f"will be passed {_when(*found.passes, self.offset)}"


def percent(share: float) -> str:
    """Rounded down: a quota is not used before it is.

    >>> percent(0.9996)
    '99 %'
    """
    return f"{floor(100 * share):,} %" if share < 1e6 else "far beyond it"


def _when(first: datetime, likely: datetime, last: datetime, offset: timedelta) -> str:
    """Days, or hours where days do not tell the ends apart."""
    there = [at + offset for at in (first, likely, last)]
    midnights = [at.replace(hour=0, minute=0, second=0, microsecond=0) for at in there]
    if midnights[0] != midnights[2]:
        early, middle, late = (moment(at, timedelta(0)) for at in midnights)
        return f"on {middle}, between {early} and {late}"
    day = moment(midnights[0], timedelta(0))
    return f"on {day} at {there[1]:%H:%M}, between {there[0]:%H:%M} and {there[2]:%H:%M}"
