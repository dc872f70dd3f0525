"""The grounds of an alert on paper: lines for people, an object for machines."""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from daemon import table
from daemon.explain import Explained
from daemon.message import Fact
from daemon.store.alerts import Numbered
from daemon.store.revisions import Revision
from daemon.text import one_line
from daemon.wording.names import called, label, meter
from rules.verdict import Verdict
from rules.words import count


def as_lines(known: Explained) -> Iterator[str]:
    """All of it, numbers to their last digit."""
    alert = known.alert
    grave = f" ({known.rule.severity.value})" if known.rule else ""
    yield f"Alert {known.number} of the rule {one_line(alert.rule)}{grave}: {alert.phase.value}"
    yield ""
    yield from _table([*_who(known), *_when(known)])
    yield ""
    yield from _decisions(known)


def as_json(known: Explained) -> str:
    """One object, on one line."""
    alert = known.alert
    said = {
        "alert": known.number,
        "rule": alert.rule,
        "severity": known.rule.severity.value if known.rule else None,
        "source": alert.series.source,
        "metric": alert.series.metric,
        "series": dict(alert.series.labels),
        "unit": known.unit,
        "phase": alert.phase.value,
        "since": table.moment(alert.since),
        "opened_at": table.moment(alert.opened_at) if alert.opened_at else None,
        "ended_at": table.moment(alert.ended_at) if alert.ended_at else None,
        "then": _object(known.then),
        "now": _object(known.now),
        "same": known.same,
        "untold": known.untold,
        "history_begins": table.moment(known.begins) if known.begins else None,
        "revised": [_changed(each) for each in known.revised],
        "revised_before": known.revised_before,
    }
    return json.dumps(said, ensure_ascii=False)


def recent_as_lines(many: Sequence[Numbered]) -> Iterator[str]:
    """A line an alert, the newest first."""
    head = ("alert", "state", "since", "rule", "why")
    rows = [head, *(_row(each) for each in many)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for number, *cells in rows:
        padded = [cell.ljust(width) for cell, width in zip(cells, widths[1:], strict=True)]
        yield "  ".join([number.rjust(widths[0]), *padded]).rstrip()


def recent_as_json(each: Numbered) -> str:
    alert = each.alert
    said = {
        "alert": each.number,
        "rule": alert.rule,
        "source": alert.series.source,
        "metric": alert.series.metric,
        "series": dict(alert.series.labels),
        "phase": alert.phase.value,
        "since": table.moment(alert.since),
        "reason": alert.worst.why.reason,
    }
    return json.dumps(said, ensure_ascii=False)


def _row(each: Numbered) -> tuple[str, ...]:
    alert = each.alert
    labels = " ".join(f"{name}={value}" for name, value in alert.series.labels)
    why = one_line(f"{labels or meter(alert.series)}: {alert.worst.why.reason}", 120)
    since = table.moment(alert.since)
    return str(each.number), alert.phase.value, since, one_line(alert.rule), why


def _who(known: Explained) -> Iterator[Fact]:
    yield Fact("What", meter(known.alert.series))
    for name, value in known.alert.series.labels:
        yield Fact(label(name), _named(known, value))


def _when(known: Explained) -> Iterator[Fact]:
    alert = known.alert
    yield Fact("Since", table.moment(alert.since))
    for what, at in (("Opened", alert.opened_at), ("Ended", alert.ended_at)):
        yield Fact(what, f"by the bucket of {table.moment(at)}" if at else "-")


def _decisions(known: Explained) -> Iterator[str]:
    then, now = known.then, known.now
    if then is None:
        yield "What opened it was not kept: it is older than the version that does."
    elif known.alert.opened_at is None:
        yield "Nobody was told yet. What speaks for it so far:"
    else:
        yield "What opened it, as it was decided:"
    if then is not None:
        yield from _table(list(_numbers(known, then)))
    yield ""
    if now is None:
        yield f"It cannot be decided again: {known.untold}."
    elif then is None:
        yield "Decided now, from what is stored:"
        yield from _table(list(_numbers(known, now)))
    elif known.same:
        yield "Decided again, from what is stored: the same, to the digit."
    else:
        yield "Decided again, from what is stored: not the same."
        yield from _side_by_side(known, then, now)
        yield ""
        yield from _causes(known)


def _numbers(known: Explained, verdict: Verdict) -> Iterator[Fact]:
    yield Fact("Bucket", f"{table.moment(verdict.at)} to {table.moment(verdict.until)}")
    if verdict.counted_from is not None:
        yield Fact("Counted", f"from {table.moment(verdict.counted_from)}")
    yield Fact("Verdict", verdict.outcome.name.lower())
    unit = known.unit if verdict.unit is None else verdict.unit
    yield Fact("Observed", _exact(verdict.observed, unit))
    yield Fact("Expected", _exact(verdict.expected, unit))
    yield Fact("Low", _exact(verdict.low, unit))
    yield Fact("High", _exact(verdict.high, unit))
    yield Fact("Score", repr(verdict.score))
    yield Fact("Step", str(verdict.step))
    yield Fact("Reason", one_line(verdict.why.reason))
    yield Fact("How rare", one_line(verdict.why.rarity or "-"))
    for name, parts in groupby(verdict.why.parts, key=lambda part: part.label):
        for part in parts:
            said = f"{part.observed!r}, expected {part.expected!r}: {part.change:+.15g}"
            yield Fact(f"By {called(name)}, {_named(known, part.value)}", said)


def _side_by_side(known: Explained, then: Verdict, now: Verdict) -> Iterator[str]:
    """A line for each number; where they differ both stand, one below the other."""
    before, after = _by_label(_numbers(known, then)), _by_label(_numbers(known, now))
    rows = []
    for name in dict.fromkeys([*before, *after]):
        old, new = before.get(name, "-"), after.get(name, "-")
        rows += (
            [Fact(name, old)]
            if old == new
            else [Fact(name, f"then  {old}"), Fact("", f"now   {new}")]
        )
    yield from _table(rows)


def _by_label(facts: Iterator[Fact]) -> Mapping[str, str]:
    return {fact.label: fact.value for fact in facts}


def _causes(known: Explained) -> Iterator[str]:
    yield "Why it may differ:"
    if known.revised:
        yield "  the vendor changed what was judged, after it was over:"
        yield from (f"    {_said(known, each)}" for each in known.revised)
    if known.revised_before:
        many = count(known.revised_before, "number")
        yield f"  {many} before it, by which it is measured, changed after it was over"
    if known.begins is not None:
        yield f"  the history that is stored begins at {table.moment(known.begins)} now"
    yield f"  the rule {one_line(known.alert.rule)}, or what is planned, was changed since"
    yield "  another version of Meterwatch decided then"


def _said(known: Explained, revision: Revision) -> str:
    values = ", ".join(_named(known, value) for _, value in revision.series.labels)
    who = values or meter(revision.series)
    after = "not told" if revision.after is None else repr(revision.after)
    change = f"{revision.before!r} became {after} at {table.moment(revision.revised_at)}"
    return f"{table.moment(revision.start)}  {who}: {change}"


def _named(known: Explained, value: str) -> str:
    name = known.names.get(value)
    return one_line(value) if name in (None, value) else f"{one_line(name)} ({one_line(value)})"


def _exact(value: float | None, unit: str) -> str:
    return "-" if value is None else f"{value!r} {unit}".rstrip()


def _table(rows: Sequence[Fact]) -> Iterator[str]:
    width = max(len(fact.label) for fact in rows)
    return (f"  {fact.label:<{width}}  {fact.value}" for fact in rows)


def _object(verdict: Verdict | None) -> object:
    if verdict is None:
        return None
    counted = verdict.counted_from
    return {
        "at": table.moment(verdict.at),
        "until": table.moment(verdict.until),
        "counted_from": table.moment(counted) if counted else None,
        "outcome": verdict.outcome.name.lower(),
        "unit": verdict.unit,
        "observed": verdict.observed,
        "expected": verdict.expected,
        "low": verdict.low,
        "high": verdict.high,
        "score": verdict.score,
        "step": verdict.step,
        "reason": verdict.why.reason,
        "rarity": verdict.why.rarity,
        "parts": [
            {"label": p.label, "value": p.value, "observed": p.observed, "expected": p.expected}
            for p in verdict.why.parts
        ],
    }


def _changed(revision: Revision) -> object:
    return {
        "series": dict(revision.series.labels),
        "at": table.moment(revision.start),
        "revised_at": table.moment(revision.revised_at),
        "before": revision.before,
        "after": revision.after,
    }
