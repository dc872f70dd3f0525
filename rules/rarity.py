"""How rare something is, as a share and in words."""

from dataclasses import dataclass
from datetime import timedelta

from rules.season import DAY, WEEK
from rules.words import count, span


@dataclass(frozen=True, slots=True)
class Rarity:
    """On so many of so many days there was as much."""

    alike: int
    told: int
    """Days on which it would have been noticed."""
    day: timedelta
    """How long such a day is: one bucket, where buckets are longer than a day."""

    @property
    def share(self) -> float | None:
        """None where nothing was told."""
        return self.alike / self.told if self.told else None

    def words(self) -> str | None:
        """
        >>> Rarity(3, 56, DAY).words()
        'as much on 3 of the 56 days before, about once in 19 days'
        >>> Rarity(0, 56, DAY).words(), Rarity(0, 1, DAY).words(), Rarity(0, 0, DAY).words()
        ('nothing like it in the 56 days before', 'nothing like it in the day before', None)
        """
        if not self.told:
            return None
        before = f"{self._days(self.told)} before"
        if not self.alike:
            return f"nothing like it in the {before.removeprefix('1 ')}"
        once = span(self.told / self.alike * self.day)
        return f"as much on {self.alike} of the {before}, about once in {once}"

    def _days(self, many: int) -> str:
        return count(many, {DAY: "day", WEEK: "week"}.get(self.day, "bucket"))
