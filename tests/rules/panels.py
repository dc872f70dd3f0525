"""Small panels, alerts and rules for the tests of the rules."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np

from rules.alert import Policy
from rules.kind import Kind
from rules.kinds.threshold import Threshold
from rules.panel import Panel
from rules.rule import Rule
from rules.series import Measure, Metric, Series
from rules.verdict import Outcome, Verdict, Verdicts, Why

START = datetime(2025, 3, 3, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
NAN = float("nan")

VOICE = Series("tts", "usage", (("voice_id", "v0"),))


def at(row: int) -> datetime:
    return START + row * HOUR


def panel(
    *columns: Sequence[float],
    measure: Measure = Measure.AMOUNT,
    width: timedelta = HOUR,
    filling: int = 0,
) -> Panel:
    """A column of values for each series, oldest first; the last `filling` rows still fill."""
    values = np.ascontiguousarray(np.array(columns, dtype=np.float64).T)
    return Panel(
        metric=Metric("tts", "usage", "minutes", measure, width),
        series=tuple(
            Series("tts", "usage", (("voice_id", f"v{number}"),)) for number in range(len(columns))
        ),
        start=START,
        values=values,
        closed=len(values) - filling,
    )


def rule(kind: Kind, policy: Policy | None = None, **where: tuple[str, ...]) -> Rule:
    return Rule("loud", "tts", kind, where=where, policy=policy or Policy())


def verdict(
    outcome: Outcome, row: int = 0, *, value: float = 1.0, score: float = 0.6, level: bool = False
) -> Verdict:
    """The verdict on one hour, an amount unless said otherwise."""
    return Verdict(
        at=at(row),
        until=at(row if level else row + 1),
        outcome=outcome,
        observed=value,
        expected=0.0,
        low=None,
        high=None,
        score=score,
        why=Why("because"),
    )


@dataclass(frozen=True)
class Steps:
    """Above 10 is a breach, above 20 a graver one, above 30 the gravest."""

    def judge(self, watched: Panel, rows: slice) -> Verdicts:
        judged = Threshold(above=10).judge(watched, rows)
        return replace(judged, step=np.digitize(watched.values[rows], [0, 20, 30]).astype(np.int8))
