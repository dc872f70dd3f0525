"""What a letter says, as the pieces that every place lays out in its own way."""

from dataclasses import dataclass
from datetime import datetime

from daemon.notifier import Letter
from daemon.text import one_line
from rules.verdict import Verdict


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


def plain(words: Wording) -> str:
    """The whole of it as text, for a terminal, a mail and wherever markup was refused."""
    width = max(len(fact.label) for fact in words.facts)
    story = [] if words.story == words.title else [f"It was: {words.story}"]
    next_step = Fact("Next", words.advice)
    runbook = [Fact("Runbook", words.runbook)] if words.runbook else []
    rows = [f"{fact.label:<{width}}  {fact.value}" for fact in (*words.facts, next_step, *runbook)]
    return "\n".join((words.title, *story, *words.lead, "", *rows))


def rule_of(letter: Letter) -> Fact:
    """The line that every letter has: whose it is, how grave, and the number to call it by."""
    rule = one_line(letter.event.alert.rule)
    return Fact("Rule", f"{rule} ({letter.severity.value}), alert {letter.alert}")


def unit_of(letter: Letter, verdict: Verdict) -> str:
    """Of a verdict's numbers: the metric's, unless the rule counts in another, such as money."""
    return letter.unit if verdict.unit is None else verdict.unit


def over_at(letter: Letter) -> datetime:
    """When it was over: the first calm moment, not the one when calm had lasted for long enough."""
    alert = letter.event.alert
    return alert.calm_since or alert.ended_at or letter.event.verdict.at
