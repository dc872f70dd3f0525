"""What every kind of rule can do."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from rules.panel import Panel
from rules.period import Period
from rules.verdict import Verdicts


class Kind(Protocol):
    """A frozen dataclass whose fields are its YAML and whose one method is its work.

    Judging is pure (the panel is left as it was), causal (nothing after a bucket counts) and
    keeps nothing: the same panel and rows give the same verdicts, bit for bit, whether the rows
    are asked for one by one as they arrive or all at once.
    """

    def judge(self, panel: Panel, rows: slice) -> Verdicts:
        """Judge these rows of the panel, for every series in it."""
        ...


@dataclass(frozen=True, slots=True)
class Meter:
    """A metric of a source, by name."""

    source: str | None
    """None: the rule's own source."""
    metric: str | None
    """None: the source has but one."""
    awaited: bool = field(default=False, kw_only=True)
    """Whether a bucket cannot be judged before this metric's own is closed too."""


@runtime_checkable
class Reads(Protocol):
    """A kind that looks at other metrics beside the one it judges: they are in `Panel.beside`."""

    def reads(self) -> Sequence[Meter]: ...


@runtime_checkable
class Counts(Protocol):
    """A kind that may judge what was used since a period began."""

    @property
    def period(self) -> Period | None: ...
