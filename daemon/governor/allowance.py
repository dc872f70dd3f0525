"""How many calls an account may still make within a minute, counted in slots of two seconds."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

SLOT = timedelta(seconds=2)
MINUTE = 30
"""In slots. A minute that begins inside of one touches one more than that."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Spent = Mapping[int, int]
"""Calls by the number of the slot in which they were allowed."""


def slot_of(at: datetime) -> int:
    return (at - _EPOCH) // SLOT


def recent(spent: Spent, at: datetime) -> dict[int, int]:
    """What counts at a moment: all slots that a minute around it may touch.

    Those ahead count too, since another replica's clock may be; but not by more than a minute,
    which only a clock that was wrong can have written.
    """
    now = slot_of(at)
    return {slot: calls for slot, calls in spent.items() if abs(now - slot) <= MINUTE}


def left(spent: Spent, limit: int, at: datetime) -> int:
    """Calls that may be made at this moment."""
    return max(limit - sum(recent(spent, at).values()), 0)


def lot(limit: int, before: int) -> int:
    """How many calls to allow in one go, after so many at the last time in the same slot.

    Twice as many each time, so that a hundred thousand calls are not as many transactions and a
    few leave the rest of their lot to others; but no more than a second brings, since what is
    allowed may be used although another replica was just sent away.
    """
    return max(min(2 * before, limit // 60), 1)


def opens(spent: Spent, at: datetime) -> datetime:
    """When the oldest of the calls that count does so no more."""
    oldest = min(slot for slot, calls in recent(spent, at).items() if calls)
    return _EPOCH + (oldest + MINUTE + 1) * SLOT
