"""How Segment counts the calls of a minute, and what it says of them in its headers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime

from rules.series import EPOCH

MINUTE = timedelta(minutes=1)


@dataclass(slots=True)
class Points:
    """Those of the minute that runs."""

    spent: int = 0
    minute: datetime = EPOCH

    def spend(self, now: datetime) -> int:
        """One more; how many there are in this minute now."""
        minute = now.replace(second=0, microsecond=0)
        self.spent = self.spent + 1 if self.minute == minute else 1
        self.minute = minute
        return self.spent

    def headers(self, limit: int) -> Mapping[str, str]:
        """The vendor writes when the minute ends as mail does, not as a number."""
        return {
            "X-RateLimit-Consumed": str(self.spent),
            "X-RateLimit-Remaining": str(max(limit - self.spent, 0)),
            "X-RateLimit-Reset": format_datetime(self.minute + MINUTE, usegmt=True),
        }

    def left(self, now: datetime) -> timedelta:
        """How long this minute still runs."""
        return self.minute + MINUTE - now
