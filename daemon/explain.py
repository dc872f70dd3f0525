"""Why an alert opened: what was decided then, and the same decided again from what is stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from daemon.beside import joined, meters
from daemon.config import Config
from daemon.planned.occasion import expected
from daemon.store import Store, Transaction
from daemon.store.alerts import Numbered
from daemon.store.database import StoreError
from daemon.store.revisions import Revision
from rules.alert import Alert
from rules.engine import decision
from rules.health import CONDITIONS
from rules.panel import Panel
from rules.planned import over
from rules.rule import Rule
from rules.series import Series
from rules.sight import sight
from rules.verdict import Verdict

LATEST = 5
"""So many alerts are named where one is asked for that is not there."""


@dataclass(frozen=True, slots=True)
class Explained:
    """One alert, accounted for."""

    number: int
    alert: Alert
    then: Verdict | None
    """What opened it; what is pending so far. None: it is too old to have been kept."""
    rule: Rule | None = None
    """As it stands in the configuration now; None where there is none of this name."""
    unit: str = ""
    now: Verdict | None = None
    """The same bucket, judged again."""
    untold: str | None = None
    """Why it cannot be judged again."""
    begins: datetime | None = None
    """Where the history that is stored now begins."""
    revised: Sequence[Revision] = ()
    """What the vendor changed since in the buckets that were judged."""
    revised_before: int = 0
    """How many numbers of its past were changed since."""
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def same(self) -> bool | None:
        """Whether both agree to the last digit; None where they cannot be compared."""
        return None if self.then is None or self.now is None else self.then == self.now


async def explain(config: Config, store: Store, number: int) -> Explained:
    """What is known of an alert; `StoreError` where there is none of this number."""
    async with store.transaction() as tx:
        alert = await tx.alerts.numbered(number)
        if alert is None:
            raise StoreError(_missing(number, await tx.alerts.recent(LATEST)))
        found = await _judged_again(config, tx, Explained(number, alert, _then(alert)))
        return replace(found, names=await tx.names.of(_values(found)))


async def panel_of(config: Config, tx: Transaction, alert: Alert, at: datetime) -> Panel | None:
    """The panel a rule judges an alert's series in; of several grids the newest that has this
    bucket."""
    found = None
    for panel in await tx.usage.panels(alert.series.source):
        row = panel.row(at)
        if panel.metric.name != alert.series.metric or not 0 <= row < len(panel):
            continue
        if panel.at(row) == at:
            found = panel
    if found is None:
        return None
    found = over(found, await tx.planned.between(found.start, found.end))
    return over(found, expected(config.planned, found.start, found.end))


async def _held(tx: Transaction, rule: Rule) -> list[Panel]:
    """All that is stored of the sources that a rule reads beside its own metric."""
    names = {meter.source for meter in meters(rule) if meter.source}
    return [panel for name in sorted(names) for panel in await tx.usage.panels(name)]


def _then(alert: Alert) -> Verdict | None:
    if alert.opening is not None or alert.opened_at is None:
        return alert.opening or alert.worst
    return alert.worst if alert.worst.at == alert.opened_at else None


async def _judged_again(config: Config, tx: Transaction, known: Explained) -> Explained:
    alert = known.alert
    if alert.rule in CONDITIONS:
        return replace(known, untold="it is about the source itself, which no rule judges")
    rule = next((each for each in config.rules if each.name == alert.rule), None)
    if rule is None:
        gone = f"the configuration has no rule {alert.rule!r} any more"
        return replace(known, untold=gone)
    at = known.then.at if known.then else alert.opened_at or alert.since
    known = replace(known, rule=rule)
    panel = await panel_of(config, tx, alert, at)
    if panel is None:
        return replace(known, untold="that bucket is not remembered any more")
    panel = joined(rule, panel, await _held(tx, rule))
    known = replace(known, unit=panel.metric.unit, begins=panel.start)
    now = decision(rule, panel, alert.series, at)
    if now is None:
        return replace(known, untold="the rule does not look at this series any more")
    known = replace(known, now=now)
    if known.same:
        return known
    mine = _parts(rule, panel, alert.series)
    since = await tx.revisions.since(panel.metric, now.until)
    revised = [one for one in since if one.series in mine and one.start <= at]
    here = [one for one in revised if one.start >= (now.counted_from or now.at)]
    return replace(known, revised=here, revised_before=len(revised) - len(here))


def _parts(rule: Rule, panel: Panel, series: Series) -> set[Series]:
    """The series that make up the one that was judged."""
    seen = sight(rule, panel)
    column = seen.panel.series.index(series)
    return {panel.series[part] for part in seen.parts(column).tolist()}


def _values(known: Explained) -> list[str]:
    """All that people may have given a name."""
    labels = [known.alert.series.labels, *(one.series.labels for one in known.revised)]
    values = [value for some in labels for _, value in some]
    verdicts = [each for each in (known.then, known.now) if each is not None]
    return [*values, *(part.value for each in verdicts for part in each.why.parts)]


def _missing(number: int, latest: Sequence[Numbered]) -> str:
    if not latest:
        return f"there is no alert {number}, and no other yet"
    known = ", ".join(str(each.number) for each in latest)
    return f"there is no alert {number}; the latest are {known}"
