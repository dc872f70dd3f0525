"""The shelf of ways to say when something is planned: the key that says it, and what reads it."""

from collections.abc import Mapping

from daemon.planned.occasion import When
from daemon.planned.once import Once
from daemon.planned.public import PublicHolidays
from daemon.planned.weekly import Weekly

WHENS: Mapping[str, type[When]] = {
    "from": Once,
    "every": Weekly,
    "country": PublicHolidays,
}
