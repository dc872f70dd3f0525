"""What a letter says of usage: who, how much, and how unusual that is."""

import re
from collections.abc import Iterator
from math import isnan

from daemon.chart import spark
from daemon.letter import Letter
from daemon.message import Fact, Wording
from daemon.text import moment, one_line
from daemon.wording import changes
from daemon.wording.changes import NEWS_TO_ACT_ON, is_over, is_unheard, lasted
from daemon.wording.form import LATELY, over_at, rule_of
from daemon.wording.measure import comparison, dated, is_limit, measure, revised, shortly, spoken_of
from daemon.wording.names import capital, label, labels_in, meter, named, subject
from daemon.wording.parts import who_moved_it
from rules.alert import Change
from rules.planned import PLANNED
from rules.verdict import Outcome, Why
from rules.words import span

_NUMBER = re.compile(r"[0-9](?:[0-9,.]*[0-9])?")


def of_usage(letter: Letter) -> Wording:
    worse = "Worse: " if letter.event.change is Change.WORSENED else ""
    story = f"{worse}{subject(letter)}: {comparison(letter, spoken_of(letter))}"
    facts = tuple(_facts(letter))
    return Wording(
        title=_title(letter, story),
        story=story,
        lead=tuple(_lead(letter, " ".join((story, *(fact.value for fact in facts))))),
        facts=facts,
        advice=_advice(letter),
        runbook=None if is_over(letter) or not letter.runbook else one_line(letter.runbook),
        news=_news(letter),
    )


def row_of_usage(letter: Letter) -> tuple[str, str]:
    """Who and how much, in a table with others."""
    return subject(letter), shortly(letter, spoken_of(letter))


def _title(letter: Letter, story: str) -> str:
    if not is_over(letter) or is_unheard(letter):
        return changes.titled(letter, story)
    headline = letter.event.verdict.why.headline
    if letter.event.change is Change.WITHDRAWN:
        return f"Withdrawn: {subject(letter)}, {_why_withdrawn(letter)}"
    if headline is not None:
        return f"Over: {subject(letter)}, {one_line(headline)}"
    after = lasted(letter)
    return f"{_back(letter)}: {subject(letter)}" + (f",{after}" if after else "")


def _news(letter: Letter) -> str:
    """What is new since the message before, in one line."""
    event = letter.event
    if event.change is Change.WORSENED:
        return f"Worse: {comparison(letter, event.verdict)}"
    if event.change is Change.WITHDRAWN:
        return f"{capital(_why_withdrawn(letter, by=' '))}: withdrawn"
    if event.change is not Change.RESOLVED:
        return changes.news(letter)
    if event.verdict.why.headline is not None:
        return f"Over{lasted(letter)}: {one_line(event.verdict.why.headline)}"
    return f"{_back(letter)}{lasted(letter)}"


def _why_withdrawn(letter: Letter, by: str = " from ") -> str:
    reason = one_line(letter.event.verdict.why.reason)
    if reason.startswith(PLANNED):
        return reason
    numbers = revised(letter)
    return f"revised{by}{' to '.join(numbers)}" if numbers else "the vendor revised the numbers"


def _back(letter: Letter) -> str:
    return "Within the limit again" if is_limit(letter) else "Back to usual"


def _lead(letter: Letter, elsewhere: str) -> Iterator[str]:
    event = letter.event
    if event.change in (Change.OPENED, Change.ESCALATED) and letter.summary:
        yield one_line(letter.summary)
    if event.change is Change.REMINDED:
        yield "Nobody has acknowledged it."
    if is_unheard(letter):
        yield f"{_news(letter)}."
    reason = one_line(event.verdict.why.reason)
    if not reason.startswith(PLANNED) and not _is_said(event.verdict.why, elsewhere):
        yield reason


def _is_said(why: Why, elsewhere: str) -> bool:
    """Whether a reason would only give numbers once more that stand in the title or the facts.

    A kind that titles itself reasons in words of its own, which nothing else has.
    """
    reason = one_line(why.reason)
    # "in 1 hour" is "in the hour" elsewhere.
    numbers = set(_NUMBER.findall(reason)) - {"1"}
    known = why.headline is None and bool(numbers) and numbers <= set(_NUMBER.findall(elsewhere))
    return known or reason in elsewhere


def _facts(letter: Letter) -> Iterator[Fact]:
    event, series = letter.event, letter.event.alert.series
    yield Fact("What", meter(series))
    for name, value in labels_in(letter):
        yield Fact(label(name), named(letter, value))
    yield from _how_much(letter)
    yield from measure(letter, event.verdict)
    if letter.trace is not None:
        yield Fact(LATELY, spark(letter.trace))
    if event.change in NEWS_TO_ACT_ON:
        yield from who_moved_it(letter)
    yield Fact("Since", moment(event.alert.since))
    if event.change is Change.RESOLVED and over_at(letter) > event.alert.since:
        length = span(over_at(letter) - event.alert.since)
        yield Fact("Lasted", f"{length}, until {moment(over_at(letter))}")
    if event.change in NEWS_TO_ACT_ON and event.verdict.why.rarity:
        yield Fact("How rare", one_line(event.verdict.why.rarity))
    yield from changes.history(letter)
    yield rule_of(letter)


def _how_much(letter: Letter) -> Iterator[Fact]:
    """What people were told of, where it is another bucket, and how it stands."""
    event = letter.event
    if event.change in NEWS_TO_ACT_ON:
        opening = event.alert.opening
        if event.change is Change.WORSENED and opening is not None:
            yield Fact("At first", dated(opening, letter))
        yield Fact("How much", dated(event.verdict, letter))
        return
    now = event.verdict
    if now == event.alert.worst and not is_over(letter):
        yield Fact("How much", dated(now, letter))
        return
    was = "Was" if event.change is Change.WITHDRAWN else "At worst"
    yield Fact(was, dated(event.alert.worst, letter))
    # Where nobody judged it calm, such as when its rule is gone, that number is not how it stands.
    ended = is_over(letter) and now.outcome in (Outcome.BREACH, Outcome.UNKNOWN)
    if not ended and not isnan(now.observed):
        yield Fact("Now", dated(now, letter))


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
        case _:
            return changes.advice(letter)
