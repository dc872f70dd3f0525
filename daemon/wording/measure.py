"""How much was used, and how that stands to the usual or to a limit, in words."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from math import isfinite

from daemon.letter import Letter
from daemon.message import Fact
from daemon.text import moment, one_line
from daemon.wording.changes import NEWS_TO_ACT_ON
from daemon.wording.form import unit_of
from rules.alert import Change
from rules.verdict import Outcome, Verdict
from rules.words import amount, apart, span

SHORT = timedelta(days=2)
"""What was counted for longer than this is said by the day on which that began."""


def spoken_of(letter: Letter) -> Verdict:
    """The verdict a letter is about: what is news, or else the worst of it."""
    event = letter.event
    still = event.change is Change.REMINDED and event.verdict.outcome is Outcome.BREACH
    return event.verdict if still or event.change in NEWS_TO_ACT_ON else event.alert.worst


def comparison(letter: Letter, verdict: Verdict) -> str:
    """
    "41.2 minutes in an hour, 13 times as much as usual".
    """
    return _compared(letter, verdict, within(verdict))


def shortly(letter: Letter, verdict: Verdict) -> str:
    """The same for a table, and no longer than it must be: "41.2 minutes, 13 times the usual"."""
    return _compared(letter, verdict, "").replace("times as much as usual", "times the usual")


def dated(verdict: Verdict, letter: Letter) -> str:
    much = amount(verdict.observed, unit_of(letter, verdict))
    begun = verdict.counted_from or verdict.at
    width = verdict.until - begun
    if not width:
        return f"{much} at {moment(verdict.at)}"
    so_far = ", so far" if letter.owed_at < verdict.until else ""
    if verdict.counted_from is not None and width > SHORT:
        return f"{much} from {moment(begun)} to {moment(verdict.until)}{so_far}"
    return f"{much} in the {span(width).removeprefix('1 ')} from {moment(begun)}{so_far}"


def measure(letter: Letter, verdict: Verdict) -> Iterator[Fact]:
    """What it is held against."""
    unit = unit_of(letter, verdict)
    if verdict.expected is None:
        return
    if is_limit(letter):
        # A kind with words of its own for it has no limit that somebody wrote down.
        name = "Limit" if letter.event.alert.worst.why.headline is None else "Needed"
        yield Fact(name, amount(verdict.expected, unit))
        return
    band = ""
    if verdict.low is not None and verdict.high is not None:
        band = f" ({amount(verdict.low, '')} to {amount(verdict.high, unit)} is ordinary)"
    yield Fact("Usual", amount(verdict.expected, unit) + band)


def is_limit(letter: Letter) -> bool:
    """Whether `expected` is a written limit: the very edge that was passed. The usual never is."""
    worst = letter.event.alert.worst
    if worst.expected is None:
        return False
    return worst.expected == (worst.high if worst.observed >= worst.expected else worst.low)


def revised(letter: Letter) -> tuple[str, str] | None:
    """The number that people were told and what the vendor says of the same bucket now; None where
    they cannot be set side by side."""
    alert, now = letter.event.alert, letter.event.verdict
    told = (each for each in (alert.worst, alert.opening) if each is not None)
    before = next((each for each in told if each.at == now.at), None)
    if before is None or not isfinite(now.observed) or before.observed == now.observed:
        return None
    was, _ = apart(before.observed, now.observed, "")
    return was, apart(now.observed, before.observed, unit_of(letter, now))[0]


def within(verdict: Verdict) -> str:
    """In which time, for amounts; a level stands at an instant and needs none."""
    begun = verdict.counted_from or verdict.at
    if verdict.counted_from is not None and verdict.until - begun > SHORT:
        return f" since {_day(begun)}"
    return f" in {_article(span(verdict.until - begun))}" if verdict.until > begun else ""


def _compared(letter: Letter, verdict: Verdict, time: str) -> str:
    if verdict.why.headline is not None:
        return one_line(verdict.why.headline)
    usual, unit = verdict.expected, unit_of(letter, verdict)
    much = amount(verdict.observed, unit) + time
    if usual is None:
        return much
    if is_limit(letter):
        side = "above" if verdict.observed > usual else "below"
        much, limit = apart(verdict.observed, usual, unit)
        return f"{much}{time}, {side} the limit of {limit}"
    return f"{much}, {_ratio(verdict.observed, usual, unit)}"


def _ratio(observed: float, usual: float, unit: str) -> str:
    """How a number stands to the usual one, in the words that are easiest to picture."""
    times = observed / usual if usual > 0 else 0
    if times >= 9.5:
        return f"{times:,.0f} times as much as usual"
    if times >= 1.95:
        return f"{times:.1f}".removesuffix(".0") + " times as much as usual"
    if times >= 1:
        return f"{times - 1:.0%} more than usual"
    if times >= 0.005:
        return f"{1 - times:.0%} less than usual"
    return f"usually {amount(usual, unit)}"


def _day(at: datetime) -> str:
    """
    >>> from datetime import UTC
    >>> _day(datetime(2026, 11, 1, tzinfo=UTC)), _day(datetime(2026, 10, 31, 15, tzinfo=UTC))
    ('1 Nov', 'Sat 31 Oct 15:00 UTC')
    """
    return f"{at.day} {at:%b}" if at.hour == at.minute == 0 else moment(at)


def _article(length: str) -> str:
    """
    >>> _article("1 hour"), _article("1 day"), _article("15 minutes")
    ('an hour', 'a day', '15 minutes')
    """
    number, _, unit = length.partition(" ")
    return length if number != "1" else f"{'an' if unit == 'hour' else 'a'} {unit}"
