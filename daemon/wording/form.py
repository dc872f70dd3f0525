"""What a letter says, as the pieces that every place lays out in its own way."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import zip_longest
from textwrap import wrap

from daemon.letter import Letter
from daemon.message import Fact, Table, Wording
from daemon.notifier import Message
from daemon.text import clip, one_line
from rules.verdict import Verdict

REPEATED = "Possibly a repeat: nobody knows whether this arrived before."
LATELY = "Lately"
"""The line that draws the use of late in letters, for where no picture is shown."""
CELL = 48
"""A table on a terminal, or in a mail without markup, is no wider than its cells."""
LINES = 4
"""What is longer than so many of them nobody reads in a table."""


def said(message: Message) -> Wording:
    """Its words; of one that may have arrived before, that too."""
    words = message.wording
    return replace(words, lead=(REPEATED, *words.lead)) if message.repeats else words


def plain(words: Wording) -> str:
    """The whole of it as text, for a terminal, a mail and wherever markup was refused."""
    story = [f"It was: {words.story}"] if is_told_apart(words) else []
    next_step = [Fact("Next", words.advice)] if words.advice else []
    runbook = [Fact("Runbook", words.runbook)] if words.runbook else []
    below = [*next_step, *runbook]
    width = max((len(fact.label) for fact in (*words.facts, *below)), default=0)
    facts = [f"{fact.label:<{width}}  {fact.value}" for fact in words.facts]
    last = [f"{fact.label:<{width}}  {fact.value}" for fact in below]
    tables = ["\n".join(_lines(table)) for table in words.tables]
    rows = ["\n".join(some) for some in ([[*facts, *last]] if not tables else [facts]) if some]
    end = ["\n".join(last)] if tables and last else []
    return "\n\n".join(("\n".join((words.title, *story, *words.lead)), *rows, *tables, *end))


def is_told_apart(words: Wording) -> bool:
    """Whether the title leaves out what it is about, so that this is said beside it."""
    return words.story not in words.title


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


def _lines(table: Table) -> Iterator[str]:
    if table.title:
        yield table.title
    rows = [[_wrapped(cell) for cell in row] for row in (table.head, *table.rows)]
    cells = [[row[at] for row in rows if at < len(row)] for at in range(len(table.head))]
    widths = [max(len(line) for cell in column for line in cell) for column in cells]
    for row in rows:
        for line in zip_longest(*row, fillvalue=""):
            yield "  ".join(_cells(line, widths, table.numbers)).rstrip()
    if table.more:
        yield table.more


def _wrapped(cell: str) -> Sequence[str]:
    lines = wrap(cell, CELL, break_on_hyphens=False)
    rest = " ".join(lines[LINES - 1 :])
    return [*lines[: LINES - 1], clip(rest, CELL)] if rest else lines or [""]


def _cells(row: Sequence[str], widths: Sequence[int], numbers: Sequence[int]) -> Iterator[str]:
    for at, cell in enumerate(row):
        yield f"{cell:>{widths[at]}}" if at in numbers else f"{cell:<{widths[at]}}"
