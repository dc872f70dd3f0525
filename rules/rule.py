"""A rule: which series, judged by which kind, under which policy, told to whom."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase

from rules.alert import Policy
from rules.kind import Kind
from rules.series import Series


class Severity(StrEnum):
    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True)
class Rule:
    name: str
    """Its identity: an alert belongs to a rule by this name."""
    source: str
    kind: Kind
    metric: str | None = None
    """None: every metric of the source."""
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Label name to shell patterns, any of which may match; a series lacking a label never does."""
    by: tuple[str, ...] | None = None
    """Names of labels: series that agree in them are summed and judged as one; none of them: all
    series together. None: each series is judged by itself."""
    policy: Policy = field(default_factory=Policy)
    tell: tuple[str, ...] | None = None
    """Names of destinations, which hear of it wherever the routes lead. None: whom they lead to."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """Words of your own to route its alerts by, such as team: speech."""
    severity: Severity = Severity.WARNING
    summary: str | None = None
    """A sentence of the operator's own, shown first in the message."""
    runbook: str | None = None
    id: str | None = None
    """What stays when the name changes: the alerts of a rule that had this id go with it."""

    def wants(self, series: Series) -> bool:
        """Whether this rule speaks of a series."""
        labels = dict(series.labels)
        return (
            series.source == self.source
            and self.metric in (None, series.metric)
            and all(
                any(fnmatchcase(labels[name], pattern) for pattern in patterns)
                if name in labels
                else False
                for name, patterns in self.where.items()
            )
        )
