"""What a letter says, in words: once, and the same for every place it goes to."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from daemon.notifier import Letter
from daemon.text import moment, one_line
from rules.alert import Change
from rules.blind import BLIND
from rules.series import Labels, Series
from rules.verdict import Verdict
from rules.words import amount, apart, span

LONGEST_NAME = 80
"""A vendor may call a voice anything, a whole novel included."""

INITIALISMS = {"api": "API", "id": "ID", "url": "URL"}


@dataclass(frozen=True, slots=True)
class Fact:
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Wording:
    """Plain text, every piece of it on one line; markup and escaping are the notifier's."""

    title: str
    """The one line somebody reads at three in the morning."""
    story: str
    """What it is about, at its worst; for an opened alert this is the title."""
    lead: tuple[str, ...]
    """Sentences to read next; none where the title says it all."""
    facts: tuple[Fact, ...]
    """In the order a tired person needs them."""
    advice: str
    """What to do next."""
    runbook: str | None
    """Where the operator wrote down what to do; a link, if they chose to make it one."""


def wording(letter: Letter) -> Wording:
    """What a letter says."""
    return _of_a_blind_source(letter) if letter.event.alert.rule == BLIND else _of_usage(letter)


def _of_usage(letter: Letter) -> Wording:
    opened = letter.event.change is Change.OPENED
    told = letter.event.verdict if opened else letter.event.alert.worst
    story = f"{_subject(letter)}: {_comparison(letter, told)}"
    return Wording(
        title=_title(letter, story),
        story=story,
        lead=tuple(_lead(letter, story)),
        facts=tuple(_facts(letter)),
        advice=_advice(letter),
        runbook=one_line(letter.runbook) if opened and letter.runbook else None,
    )


def plain(words: Wording) -> str:
    """The whole of it as text, for a terminal, a mail and wherever markup was refused."""
    width = max(len(fact.label) for fact in words.facts)
    story = [] if words.story == words.title else [f"It was: {words.story}"]
    next_step = Fact("Next", words.advice)
    runbook = [Fact("Runbook", words.runbook)] if words.runbook else []
    rows = [f"{fact.label:<{width}}  {fact.value}" for fact in (*words.facts, next_step, *runbook)]
    return "\n".join((words.title, *story, *words.lead, "", *rows))


def _of_a_blind_source(letter: Letter) -> Wording:
    event = letter.event
    source = one_line(event.alert.series.source)
    story, title = f"{source} cannot be read", f"{source} cannot be read"
    advice = f"Mend what it names. Until then the rules of {source} neither open nor resolve."
    if event.change is not Change.OPENED:
        title = f"{source} can be read again, after {span(_over(letter) - event.alert.since)}"
        advice = f"Nothing. Alert {letter.alert} is closed."
    since = Fact("Since", moment(event.alert.since))
    return Wording(
        title=title,
        story=story,
        lead=(one_line(event.verdict.why.reason),),
        facts=(Fact("Source", source), since, _rule(letter)),
        advice=advice,
        runbook=None,
    )


def _rule(letter: Letter) -> Fact:
    rule = one_line(letter.event.alert.rule)
    return Fact("Rule", f"{rule} ({letter.severity.value}), alert {letter.alert}")


def _title(letter: Letter, story: str) -> str:
    event = letter.event
    if event.change is Change.OPENED:
        return story
    if event.change is Change.WITHDRAWN:
        return f"Withdrawn: {_subject(letter)}, the vendor revised the numbers"
    back = "Within the limit again" if _is_limit(letter) else "Back to usual"
    lasted = _over(letter) - event.alert.since
    return f"{back}: {_subject(letter)}" + (f", after {span(lasted)}" if lasted else "")


def _lead(letter: Letter, story: str) -> Iterator[str]:
    event = letter.event
    if event.change is Change.OPENED and letter.summary:
        yield one_line(letter.summary)
    reason = one_line(event.verdict.why.reason)
    if reason not in story:
        yield reason


def _facts(letter: Letter) -> Iterator[Fact]:
    event, series = letter.event, letter.event.alert.series
    yield Fact("What", _meter(series))
    for name, value in _labels(letter):
        yield Fact(_label(name), _named(letter, value))
    if event.change is Change.OPENED:
        yield Fact("How much", _dated(event.verdict, letter))
    else:
        was = "At worst" if event.change is Change.RESOLVED else "Was"
        yield Fact(was, _dated(event.alert.worst, letter))
        yield Fact("Now", _dated(event.verdict, letter))
    yield from _measure(letter, event.verdict)
    yield Fact("Since", moment(event.alert.since))
    if event.change is Change.RESOLVED and _over(letter) > event.alert.since:
        lasted = span(_over(letter) - event.alert.since)
        yield Fact("Lasted", f"{lasted}, until {moment(_over(letter))}")
    if event.change is Change.OPENED and event.verdict.why.rarity:
        yield Fact("How rare", one_line(event.verdict.why.rarity))
    yield _rule(letter)


def _advice(letter: Letter) -> str:
    """A sentence of the house, which holds whatever was measured."""
    rule, alert = one_line(letter.event.alert.rule), letter.alert
    match letter.event.change:
        case Change.OPENED if letter.runbook:
            return f"Follow the runbook; to talk about it, say alert {alert}."
        case Change.OPENED:
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
    unit = letter.unit
    if verdict.expected is None:
        return
    if _is_limit(letter):
        yield Fact("Limit", amount(verdict.expected, unit))
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
    usual, unit = verdict.expected, letter.unit
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
    """The width of the bucket, for amounts; a level stands at an instant and has none."""
    width = verdict.until - verdict.at
    return f" in {_article(span(width))}" if width else ""


def _article(length: str) -> str:
    """
    >>> _article("1 hour"), _article("1 day"), _article("15 minutes")
    ('an hour', 'a day', '15 minutes')
    """
    number, _, unit = length.partition(" ")
    return length if number != "1" else f"{'an' if unit == 'hour' else 'a'} {unit}"


def _dated(verdict: Verdict, letter: Letter) -> str:
    much, width = amount(verdict.observed, letter.unit), verdict.until - verdict.at
    if not width:
        return f"{much} at {moment(verdict.at)}"
    so_far = ", so far" if letter.owed_at < verdict.until else ""
    return f"{much} in the {span(width).removeprefix('1 ')} from {moment(verdict.at)}{so_far}"


def _over(letter: Letter) -> datetime:
    """When it was over: the first calm moment, not the one when calm had lasted for long enough."""
    alert = letter.event.alert
    return alert.calm_since or alert.ended_at or letter.event.verdict.at


def _labels(letter: Letter) -> Labels:
    """Those whose value people gave a name come first: they are what people talk about."""
    return tuple(
        sorted(letter.event.alert.series.labels, key=lambda one: one[1] not in letter.names)
    )


def _subject(letter: Letter) -> str:
    """Who or what it is about, for a title."""
    values = [value for _, value in _labels(letter)]
    spoken = [one_line(letter.names.get(v, _shortened(v)), LONGEST_NAME) for v in values]
    series = letter.event.alert.series
    # Labels are the vendor's and stay as they are; ours begins a sentence.
    return ", ".join(spoken) or _capital(_meter(series))


def _meter(series: Series) -> str:
    """What is counted, and by which source, unless both have one name."""
    if series.metric == series.source:
        return _spoken(series.metric)
    return f"{_spoken(series.metric)} of {one_line(series.source)}"


def _named(letter: Letter, value: str) -> str:
    name = letter.names.get(value)
    if name is None or name == value:
        return one_line(value, LONGEST_NAME)
    return f"{one_line(name, LONGEST_NAME)} ({_shortened(value)})"


def _shortened(value: str) -> str:
    """An identifier nobody reads to its end."""
    line = one_line(value)
    return line if len(line) <= 16 else f"{line[:8]}…"


def _spoken(name: str) -> str:
    return one_line(name).replace("_", " ")


def _label(name: str) -> str:
    """
    >>> _label("voice_id"), _label("api_key"), _label("model")
    ('Voice', 'API key', 'Model')
    """
    words = _spoken(name).removesuffix(" id").split()
    return _capital(" ".join(INITIALISMS.get(word, word) for word in words))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
