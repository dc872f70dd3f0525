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

    Below a day a week of them, so that a Monday is not held against its weekend alone; but no more
    than 288, which is a day of five minutes. From a day on, four weeks of days; and of anything
    longer as many as the weeks hold, but at least twelve.

    >>> [(len(rolling(each, 8).lags), rolling(each, 8).least) for each in (DAY / 24, DAY, 4 * WEEK)]
    [(168, 24), (28, 7), (12, 7)]
    """
    if width < DAY:
        many = max(24, min(288, WEEK // width))
        least = max(12, many // 7)
    else:
        many, least = max(12, min(28, weeks * WEEK // width)), 7
    return Season(f"over the last {_so_many(many, width)}", _every(1, many), least)


def _so_many(many: int, width: timedelta) -> str:
    if width < DAY and many * width == WEEK:
        return "7 days"
    noun = {timedelta(minutes=1): "minutes", DAY / 24: "hours", DAY: "days", WEEK: "weeks"}
    return f"{many} {noun.get(width, 'buckets')}"


def _every(step: int, many: int) -> tuple[int, ...]:
    return tuple(step * number for number in range(1, many + 1))


def _of_the_week(width: timedelta) -> str:
    if width == DAY:
        return "on this day of the week"
    return f"at this {'hour' if width == DAY / 24 else 'time'} of the week"


def _of_the_day(width: timedelta) -> str:
    return f"at this {'hour' if width == DAY / 24 else 'time'} of the day"
