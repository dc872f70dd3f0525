"""What every kind of rule can do."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from rules.panel import Panel
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


@runtime_checkable
class Reads(Protocol):
    """A kind that looks at other metrics beside the one it judges: they are in `Panel.beside`."""

    def reads(self) -> Sequence[Meter]: ...
