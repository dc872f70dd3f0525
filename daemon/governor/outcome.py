"""What came of a call, and how long to wait for the next."""

from datetime import timedelta
from enum import StrEnum
from random import Random

from daemon.http import HttpBroken, HttpError, HttpRefused, HttpUnreached, Reply


class Outcome(StrEnum):
    """How a call ended, as it is counted."""

    ANSWERED = "answered"
    LIMITED = "limited"
    """429: the account asks too often."""
    BUSY = "busy"
    """503: the vendor is, or is closed."""
    FAILED = "failed"
    """Any other 5xx, 408 or 425: of this question, for all that is known."""
    REFUSED = "refused"
    """401, 403, or no certificate to trust: a person must act."""
    UNREACHED = "unreached"
    BROKEN = "broken"
    UNANSWERED = "unanswered"
    """Not in time, or nothing that can be read."""
    RESTING = "resting"
    """Not even asked."""


AGAIN = frozenset(
    {Outcome.LIMITED, Outcome.BUSY, Outcome.FAILED, Outcome.UNREACHED, Outcome.BROKEN}
)
"""What may be well a moment later."""

_ERRORS: tuple[tuple[type[HttpError], Outcome], ...] = (
    (HttpRefused, Outcome.REFUSED),
    (HttpUnreached, Outcome.UNREACHED),
    (HttpBroken, Outcome.BROKEN),
)


def outcome_of(heard: Reply | HttpError) -> Outcome:
    if isinstance(heard, HttpError):
        told = (outcome for kind, outcome in _ERRORS if isinstance(heard, kind))
        return next(told, Outcome.UNANSWERED)
    match heard.status:
        case 429:
            return Outcome.LIMITED
        case 503:
            return Outcome.BUSY
        case 401 | 403:
            return Outcome.REFUSED
        case status if status in (408, 425) or status >= 500:
            return Outcome.FAILED
    return Outcome.ANSWERED


def moment(outcome: Outcome, tries: int, chance: Random) -> timedelta:
    """How long to wait on the spot after so many tries: half a second and up, twice that and up.

    What broke off is asked for again at once: old connections do that, and the next is new.
    """
    if outcome is Outcome.BROKEN and tries == 1:
        return timedelta(0)
    return timedelta(seconds=0.5) * 2.0 ** (tries - 1) * chance.uniform(1, 2)


SHORT_REST = timedelta(seconds=30)
LONG_REST = timedelta(minutes=15)


def rest(outcome: Outcome, failures: int, chance: Random) -> timedelta:
    """How long an account rests that was sent away so often in a row, without a word for how long.

    A 503 may be of one path only: the first that is not followed by a good answer rests nobody.
    """
    steps = failures if outcome is Outcome.LIMITED else failures - 1
    if steps < 1:
        return timedelta(0)
    longest = min(SHORT_REST * 2.0 ** min(steps - 1, 10), LONG_REST)
    return longest * chance.uniform(0.8, 1)
