"""What is told of some months, gathered until it is whole."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from daemon.source import Standing
from daemon.sources.fastly.months import Month
from rules.series import Labels, Metric


@dataclass(frozen=True, slots=True)
class Ledger:
    totals: defaultdict[Month, defaultdict[Labels, float]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(float))
    )
    names: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def add(self, month: Month, labels: Labels, amount: float) -> None:
        """Rows with equal labels are parts of one total."""
        self.totals[month][labels] += amount

    def call(self, label: str, name: str | None) -> None:
        """What people call the value of a label, where that is another word."""
        if name and name != label:
            self.names[label] = name

    def note(self, sentence: str) -> None:
        if sentence not in self.notes:
            self.notes.append(sentence)

    def standings(self, metric: Metric, moments: Mapping[Month, datetime]) -> Sequence[Standing]:
        """One for each month, oldest first; a month that nothing was told of was not used."""
        latest = max(moments, default=None)
        return [
            Standing(
                metric,
                month.window,
                at,
                dict(self.totals[month]),
                self.names,
                tuple(self.notes) if month == latest else (),
            )
            for month, at in sorted(moments.items())
        ]
