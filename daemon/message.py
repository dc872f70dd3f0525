"""What is said, in words and pictures, before any place lays it out."""

from dataclasses import dataclass
from enum import StrEnum


class Tone(StrEnum):
    """What a message is, before a word of it was read: its colour and its mark."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
    WITHDRAWN = "withdrawn"
    REPORT = "report"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Fact:
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells, each on one line. Where a row is short, what lacks is empty."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...] = ()
    """Columns of figures, which stand flush right."""
    more: str | None = None
    """What was left out, if anything: "and 4,980 more"."""


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
    """What to do next; empty: nothing."""
    runbook: str | None = None
    """Where the operator wrote down what to do; a link, if they chose to make it one."""
    news: str = ""
    """What is new since the message before about the same, in one line: the story of an alert, told
    in its thread. Empty for a first message."""
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True, slots=True)
class File:
    """A file that goes with a message."""

    name: str
    """With its ending, which says what it is: chart.svg, allocation.csv."""
    title: str
    """What it shows, for those who do not see it."""
    content: bytes
