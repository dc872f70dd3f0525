"""A source that cannot be read: a state of its own, and an alert with the life of any other."""

from datetime import datetime

from rules.series import Series
from rules.verdict import Outcome, Verdict, Why

BLIND = "blind source"
"""The rule such an alert belongs to. No rule of a configuration can bear a name with a space."""


def polls_of(source: str) -> Series:
    """The series that is watched: whether a source's polls are answered."""
    return Series(source, "polls", ())


def failed(at: datetime, failure: str) -> Verdict:
    """A poll that was not answered. It speaks for its moment only."""
    return _verdict(at, Outcome.BREACH, failure)


def answered(at: datetime) -> Verdict:
    """A poll that was answered whole."""
    return _verdict(at, Outcome.NORMAL, "Its rules go on where they stopped.")


def _verdict(at: datetime, outcome: Outcome, reason: str) -> Verdict:
    breach = outcome is Outcome.BREACH
    return Verdict(
        at=at,
        until=at,
        outcome=outcome,
        observed=0.0 if breach else 1.0,
        expected=1.0,
        low=1.0,
        high=None,
        score=1.0 if breach else 0.0,
        why=Why(reason),
    )
