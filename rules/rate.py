"""How often something may happen: once a month, twice a week."""

from dataclasses import dataclass
from datetime import timedelta
from math import isfinite

from rules.words import number, span

MONTH = timedelta(days=365.25 / 12)
YEAR = timedelta(days=365.25)

_NAMED = {
    timedelta(days=1): "day",
    timedelta(days=7): "week",
    MONTH: "month",
    YEAR: "year",
}


@dataclass(frozen=True, slots=True)
class Rate:
    """So many times in such a span."""

    times: float
    per: timedelta

    def __post_init__(self) -> None:
        if not (self.times > 0 and isfinite(self.times)):
            raise ValueError(f"expected more than zero times, got {self.times}")
        if self.per <= timedelta(0):
            raise ValueError(f"expected a span above zero, got {self.per}")

    def within(self, length: timedelta) -> float:
        """How many times that is in another span.

        >>> Rate(1, timedelta(days=7)).within(timedelta(days=28))
        4.0
        """
        return self.times * (length / self.per)

    def words(self) -> str:
        """
        >>> Rate(1, MONTH).words(), Rate(0.5, timedelta(days=7)).words()
        ('1 per month', '0.5 per week')
        """
        return f"{number(self.times)} per {_NAMED.get(self.per) or span(self.per)}"


MONTHLY = Rate(1, MONTH)
