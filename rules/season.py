"""Which earlier buckets a bucket is compared with."""

from dataclasses import dataclass
from datetime import timedelta

WEEK = timedelta(days=7)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Season:
    """Which earlier buckets a bucket is compared with."""

    words: str
    """As it ends the sentence "... are usual"."""
    lags: tuple[int, ...]
    least: int
    """With fewer of them told, nothing is usual yet."""


def seasons(width: timedelta, weeks: int) -> tuple[Season, ...]:
    """The time of the week, then the time of day, for buckets that fit into them several times.

    >>> [(season.words, season.lags[:3], season.least) for season in seasons(DAY, 8)]
    [('on this day of the week', (7, 14, 21), 4)]
    """
    found = []
    if width < WEEK and not WEEK % width:
        found.append(Season(_of_the_week(width), _every(WEEK // width, weeks), 4))
    if width < DAY and not DAY % width:
        found.append(Season(_of_the_day(width), _every(DAY // width, 14), 7))
    return tuple(found)


def rolling(width: timedelta, weeks: int) -> Season:
    """The buckets just before, whatever their width.

    Below a day a bucket resembles the last few; from a day on, four weeks of days; and of anything
    longer as many as the weeks hold, but at least twelve.

    >>> [(len(rolling(each, 8).lags), rolling(each, 8).least) for each in (DAY / 24, DAY, 4 * WEEK)]
    [(24, 12), (28, 7), (12, 7)]
    """
    if width < DAY:
        many, least = 24, 12
    else:
        many, least = max(12, min(28, weeks * WEEK // width)), 7
    noun = {timedelta(minutes=1): "minutes", DAY / 24: "hours", DAY: "days", WEEK: "weeks"}
    return Season(f"over the last {many} {noun.get(width, 'buckets')}", _every(1, many), least)


def _every(step: int, many: int) -> tuple[int, ...]:
    return tuple(step * number for number in range(1, many + 1))


def _of_the_week(width: timedelta) -> str:
    if width == DAY:
        return "on this day of the week"
    return f"at this {'hour' if width == DAY / 24 else 'time'} of the week"


def _of_the_day(width: timedelta) -> str:
    return f"at this {'hour' if width == DAY / 24 else 'time'} of the day"
