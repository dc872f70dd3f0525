"""What a letter says of usage: who, how much, and how unusual that is."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from daemon.notifier import Letter
from daemon.text import moment, one_line
from daemon.wording.form import Fact, Wording, over_at, rule_of, unit_of
from daemon.wording.names import label, labels_in, meter, named, subject
from daemon.wording.parts import who_moved_it
from rules.alert import Change
from rules.planned import PLANNED
from rules.verdict import Verdict
from rules.words import amount, apart, span

BEGINS = (Change.OPENED, Change.WORSENED)
"""Somebody should look; of the others, that it is over."""

SHORT = timedelta(days=2)
"""What was counted for longer than this is said by the day on which that began."""


def of_usage(letter: Letter) -> Wording:
    begins = letter.event.change in BEGINS
    told = letter.event.verdict if begins else letter.event.alert.worst
    worse = "Worse: " if letter.event.change is Change.WORSENED else ""
    story = f"{worse}{subject(letter)}: {_comparison(letter, told)}"
    return Wording(
        title=_title(letter, story),
        story=story,
        lead=tuple(_lead(letter, story)),
        facts=tuple(_facts(letter)),
        advice=_advice(letter),
        runbook=one_line(letter.runbook) if begins and letter.runbook else None,
    )


def _title(letter: Letter, story: str) -> str:
    event = letter.event
    if event.change in BEGINS:
        return story
    if event.change is Change.WITHDRAWN:
        reason = one_line(event.verdict.why.reason)
        why = reason if reason.startswith(PLANNED) else "the vendor revised the numbers"
        return f"Withdrawn: {subject(letter)}, {why}"
    if (headline := event.verdict.why.headline) is not None:
        return f"Over: {subject(letter)}, {one_line(headline)}"
    back = "Within the limit again" if _is_limit(letter) else "Back to usual"
    lasted = over_at(letter) - event.alert.since
    return f"{back}: {subject(letter)}" + (f", after {span(lasted)}" if lasted else "")


def _lead(letter: Letter, story: str) -> Iterator[str]:
    event = letter.event
    if event.change is Change.OPENED and letter.summary:
        yield one_line(letter.summary)
    reason = one_line(event.verdict.why.reason)
    if reason not in story and not reason.startswith(PLANNED):
        yield reason


def _facts(letter: Letter) -> Iterator[Fact]:
    event, series = letter.event, letter.event.alert.series
    yield Fact("What", meter(series))
    for name, value in labels_in(letter):
        yield Fact(label(name), named(letter, value))
    if event.change in BEGINS:
        yield from _before(letter)
        yield Fact("How much", _dated(event.verdict, letter))
    else:
        was = "At worst" if event.change is Change.RESOLVED else "Was"
        yield Fact(was, _dated(event.alert.worst, letter))
        yield Fact("Now", _dated(event.verdict, letter))
    yield from _measure(letter, event.verdict)
    if event.change in BEGINS:
        yield from who_moved_it(letter)
    yield Fact("Since", moment(event.alert.since))
    if event.change is Change.RESOLVED and over_at(letter) > event.alert.since:
        lasted = span(over_at(letter) - event.alert.since)
        yield Fact("Lasted", f"{lasted}, until {moment(over_at(letter))}")
    if event.change in BEGINS and event.verdict.why.rarity:
        yield Fact("How rare", one_line(event.verdict.why.rarity))
    yield rule_of(letter)


def _before(letter: Letter) -> Iterator[Fact]:
    """What people were told of when it opened, where it is worse now."""
    opening = letter.event.alert.opening
    if letter.event.change is Change.WORSENED and opening is not None:
        yield Fact("At first", _dated(opening, letter))


def _advice(letter: Letter) -> str:
    """A sentence of the house, which holds whatever was measured."""
    rule, alert = one_line(letter.event.alert.rule), letter.alert
    match letter.event.change:
        case Change.OPENED | Change.WORSENED if letter.runbook:
            return f"Follow the runbook; to talk about it, say alert {alert}."
        case Change.OPENED | Change.WORSENED:
            since = moment(letter.event.alert.since)
            return (
                f"Find out what changed around {since}. "
                f"If it is meant, loosen the rule {rule}; to talk about it, say alert {alert}."
            )
        case Change.RESOLVED:
            return f"Nothing. Alert {alert} is closed."
        case Change.WITHDRAWN:
            return f"Nothing new. If somebody acted on alert {alert}, look at that again."


def _measure(letter: Letter, verdict: Verdict) -> Iterator[Fact]:
    unit = unit_of(letter, verdict)
    if verdict.expected is None:
        return
    if _is_limit(letter):
        # A kind with words of its own for it has no limit that somebody wrote down.
        name = "Limit" if letter.event.alert.worst.why.headline is None else "Needed"
        yield Fact(name, amount(verdict.expected, unit))
        return
    band = ""
    if verdict.low is not None and verdict.high is not None:
        band = f" ({amount(verdict.low, '')} to {amount(verdict.high, unit)} is ordinary)"
    yield Fact("Usual", amount(verdict.expected, unit) + band)


def _is_limit(letter: Letter) -> bool:
    """Whether `expected` is a written limit: the very edge that was passed. The usual never is."""
    worst = letter.event.alert.worst
    if worst.expected is None:
        return False
    return worst.expected == (worst.high if worst.observed >= worst.expected else worst.low)


def _comparison(letter: Letter, verdict: Verdict) -> str:
    if verdict.why.headline is not None:
        return one_line(verdict.why.headline)
    usual, unit = verdict.expected, unit_of(letter, verdict)
    much = amount(verdict.observed, unit) + _within(verdict)
    if usual is None:
        return much
    if _is_limit(letter):
        side = "above" if verdict.observed > usual else "below"
        much, limit = apart(verdict.observed, usual, unit)
        return f"{much}{_within(verdict)}, {side} the limit of {limit}"
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


def _within(verdict: Verdict) -> str:
    """In which time, for amounts; a level stands at an instant and needs none."""
    begun = verdict.counted_from or verdict.at
    if verdict.counted_from is not None and verdict.until - begun > SHORT:
        return f" since {_day(begun)}"
    return f" in {_article(span(verdict.until - begun))}" if verdict.until > begun else ""


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


def _dated(verdict: Verdict, letter: Letter) -> str:
    much = amount(verdict.observed, unit_of(letter, verdict))
    begun = verdict.counted_from or verdict.at
    width = verdict.until - begun
    if not width:
        return f"{much} at {moment(verdict.at)}"
    so_far = ", so far" if letter.owed_at < verdict.until else ""
    if verdict.counted_from is not None and width > SHORT:
        return f"{much} from {moment(begun)} to {moment(verdict.until)}{so_far}"
    return f"{much} in the {span(width).removeprefix('1 ')} from {moment(begun)}{so_far}"
