"""What a letter says of a source itself: what is wrong with it, and what a person must do."""

from collections.abc import Iterator

from daemon.letter import Letter
from daemon.message import Fact, Wording
from daemon.text import moment, one_line
from daemon.wording import changes
from daemon.wording.changes import is_over, is_unheard, lasted
from daemon.wording.form import rule_of
from daemon.wording.names import capital, label
from rules.alert import Change
from rules.health import Condition, parted
from rules.verdict import Verdict
from rules.words import apart

_HINTS = (
    (
        "certificate not accepted",
        "have the certificate of that host mended, or this machine trust who issued it",
    ),
    ("host name not found", "check sources.{who}.url, and whether this machine can look up names"),
    (
        "no TLS: the handshake failed",
        "check sources.{who}.url: the host does not speak TLS there, or only an old version",
    ),
    ("got HTML", "open sources.{who}.url from this machine: a login or a maintenance page answers"),
    (
        " answered 429",
        "lower sources.{who}.calls_a_minute, or ask less often (sources.{who}.every)",
    ),
)
"""What a failure that gives no advice itself has in it, and what to do then."""


def of_a_source(letter: Letter, condition: Condition) -> Wording:
    event = letter.event
    story = _filled(condition.begins, letter)
    what, advice = parted(one_line(event.verdict.why.reason))
    return Wording(
        title=_title(letter, condition, story),
        story=story,
        lead=tuple(_lead(letter, condition, what)),
        facts=tuple(_facts(letter, condition)),
        advice=_advice(letter, condition, advice or _hint(what) or condition.advice),
        runbook=None,
        news=_news(letter, condition),
    )


def row_of_a_source(letter: Letter, condition: Condition) -> tuple[str, str]:
    """Who, and what is wrong with them, in a table with others."""
    who = one_line(letter.event.alert.series.source)
    return who, _filled(condition.begins, letter).removeprefix(f"{who} ")


def _title(letter: Letter, condition: Condition, story: str) -> str:
    if not is_over(letter) or is_unheard(letter):
        return changes.titled(letter, story)
    if letter.event.change is Change.WITHDRAWN:
        return f"Overtaken: {story}"
    after = lasted(letter)
    return _filled(condition.ends, letter) + (f",{after}" if after else "")


def _news(letter: Letter, condition: Condition) -> str:
    match letter.event.change:
        case Change.RESOLVED:
            return capital(_filled(condition.ends, letter)) + lasted(letter)
        case Change.WITHDRAWN:
            return "Overtaken by a newer message"
        case _:
            return changes.news(letter)


def _lead(letter: Letter, condition: Condition, what: str) -> Iterator[str]:
    if letter.event.change is Change.REMINDED:
        yield "Nobody has acknowledged it."
    if is_unheard(letter):
        yield f"{_news(letter, condition)}."
    yield what


def _advice(letter: Letter, condition: Condition, advice: str) -> str:
    match letter.event.change:
        case Change.RESOLVED:
            return f"Nothing. Alert {letter.alert} is closed."
        case Change.WITHDRAWN:
            return f"See the newer message. Alert {letter.alert} is closed."
        case Change.ACKNOWLEDGED:
            return changes.advice(letter)
        case _:
            return f"{capital(_filled(advice, letter))}. {_filled(condition.meanwhile, letter)}"


def _hint(failure: str) -> str | None:
    return next((advice for sign, advice in _HINTS if sign in failure), None)


def _facts(letter: Letter, condition: Condition) -> Iterator[Fact]:
    alert, verdict = letter.event.alert, letter.event.verdict
    yield Fact(condition.whose, one_line(alert.series.source))
    for name, value in alert.series.labels:
        yield Fact(label(name), one_line(value))
    if condition.numbers is not None:
        yield from map(Fact, condition.numbers, _numbers(verdict, letter.unit))
    yield Fact("Since", moment(alert.since))
    yield from changes.history(letter)
    yield rule_of(letter)


def _numbers(verdict: Verdict, unit: str) -> tuple[str, str]:
    """What was expected, what was found."""
    expected = verdict.observed if verdict.expected is None else verdict.expected
    return apart(expected, verdict.observed, unit)


def _filled(sentence: str, letter: Letter) -> str:
    """Not by `format`: advice that came with a failure may hold braces, which stay as they are."""
    event, series = letter.event, letter.event.alert.series
    begun = event.alert.worst if is_over(letter) else event.verdict
    expected, found = _numbers(begun, letter.unit)
    day = dict(series.labels).get("day", "")
    known = {"who": one_line(series.source), "day": day, "expected": expected, "found": found}
    for name, value in known.items():
        sentence = sentence.replace(f"{{{name}}}", value)
    return sentence
