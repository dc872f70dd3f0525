"""A report as one object, for machines."""

import json
from typing import Any

from daemon import table
from daemon.report.findings import Allocation, Findings, Outlook, Told, Used
from rules.allocation import rounded


def as_json(found: Findings) -> str:
    term = found.term
    line = {
        "report": found.report,
        "period": term.label,
        "from": table.moment(term.start),
        "until": table.moment(term.end),
        "cost": [
            {"currency": one.currency, "cost": str(one.cost), "before": _text(one.before)}
            for one in found.money()
        ],
        "use": [_use(one, found) for one in found.used],
        "budgets": [_outlook(one) for one in found.budgets],
        "runways": [_outlook(one) for one in found.runways],
        "alerts": [_alert(one) for one in found.alerts],
        "allocations": [_allocation(one) for one in found.allocations],
        "notes": list(found.notes),
    }
    return json.dumps(line, ensure_ascii=False)


def _use(used: Used, found: Findings) -> dict[str, Any]:
    sheet, metric = used.sheet, used.sheet.metric
    return {
        "source": metric.source,
        "metric": metric.name,
        "unit": metric.unit,
        "used": _short(sheet.total),
        "before": _short(sheet.total_before),
        "cost": None if used.cost is None else str(rounded(used.cost)),
        "currency": None if used.price is None else used.price.currency,
        "days": [_short(each) for each in sheet.days],
        "by": {
            label: [
                {
                    "value": line.value,
                    "name": found.names.get(line.value),
                    "used": _short(line.used),
                    "before": _short(line.before),
                }
                for line in used.lines(label)
            ]
            for label in used.labels
        },
    }


def _outlook(one: Outlook) -> dict[str, Any]:
    return {
        "rule": one.rule,
        "series": dict(one.series.labels),
        "words": one.words,
        "breached": one.breached,
    }


def _alert(one: Told) -> dict[str, Any]:
    return {
        "alert": one.number,
        "rule": one.rule,
        "since": table.moment(one.since),
        "ended_at": None if one.ended_at is None else table.moment(one.ended_at),
        "phase": one.phase,
        "what": one.story,
        "done": list(one.done),
    }


def _allocation(one: Allocation) -> dict[str, Any]:
    return {
        "of": one.of,
        "unit": one.unit,
        "total": str(one.total),
        "shares": {share.centre: str(share.amount) for share in one.shares},
    }


def _short(value: float | None) -> float | None:
    """Without the dust of adding up."""
    return None if value is None else round(value, 9)


def _text(amount: object) -> str | None:
    return None if amount is None else str(amount)
