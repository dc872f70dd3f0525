"""What a report says, as the pieces that every place lays out in its own way."""

from collections.abc import Iterator, Sequence

from daemon.message import Fact, Table, Wording
from daemon.report.figures import UNKNOWN, against, called, change, meter, money, subject
from daemon.report.findings import Allocation, Findings, Told, Used
from daemon.text import moment, one_line
from daemon.wording.names import label as label_of
from rules.allocation import rounded
from rules.sheet import Line, movers
from rules.words import amount, count, number, span

ROWS = 10
"""So many voices, keys or services are named, and so many alerts; the CSV has all of them."""
MOVERS = 5


def worded(found: Findings) -> Wording:
    """The whole report in words and tables."""
    title = f"{found.term.words()}: {_sum(found)}"
    return Wording(
        title=title,
        story=title,
        lead=tuple(_lead(found)),
        facts=tuple(_facts(found)),
        advice="",
        tables=tuple(_tables(found)),
    )


def _sum(found: Findings) -> str:
    """What it came to, in one line: money if there is any, else the first that was used."""
    for all_of_it in found.money():
        before = None if all_of_it.before is None else float(all_of_it.before)
        more = against(float(all_of_it.cost), before, found.term)
        return f"{money(all_of_it.cost, all_of_it.currency)}{more}"
    for one in found.used:
        if one.sheet.total:
            more = against(one.sheet.total, one.sheet.total_before, found.term)
            return f"{_amount(one)} of {one_line(one.sheet.metric.source)}{more}"
    return "nothing was used"


def _amount(used: Used) -> str:
    total = used.sheet.total
    return UNKNOWN if total is None else amount(total, one_line(used.sheet.metric.unit))


def _lead(found: Findings) -> Iterator[str]:
    going_on = sum(one.ended_at is None for one in found.alerts)
    if not found.alerts:
        yield "Nothing alerted."
        return
    many = count(len(found.alerts), "alert")
    still = f"; {going_on} still on" if going_on else ", all over"
    yield f"{many}{still}." if len(found.alerts) > 1 else f"{many}{still.replace('all ', '')}."


def _facts(found: Findings) -> Iterator[Fact]:
    for all_of_it in found.money():
        before = "" if all_of_it.before is None else f", before {money(all_of_it.before, '')}"
        cost = money(all_of_it.cost, all_of_it.currency)
        yield Fact("Cost", f"{cost}{before}".rstrip())
    for name, outlooks in (("Budget", found.budgets), ("Runway", found.runways)):
        for one in outlooks:
            who = subject(one.series, found.names)
            yield Fact(name, f"{one_line(one.rule)}, {who}: {one_line(one.words)}")
    for note in found.notes:
        yield Fact("Not known", note)


def _tables(found: Findings) -> Iterator[Table]:
    if found.used:
        yield _use(found)
    yield from filter(None, [_movers(found), _alerts(found)])
    for one in found.used:
        yield from _breakdowns(one, found)
    yield from map(_allocation, found.allocations)


def _use(found: Findings) -> Table:
    head: tuple[str, ...] = ("Source", "Used", "Before", "Change", "Cost")
    rows: tuple[tuple[str, ...], ...] = tuple((*_row(one), _cost(one)) for one in found.used)
    if not any(row[-1] for row in rows):
        head, rows = head[:-1], tuple(row[:-1] for row in rows)
    return Table("Use", head, rows, numbers=tuple(range(1, len(head))))


def _row(used: Used) -> tuple[str, ...]:
    now, before = used.sheet.total, used.sheet.total_before
    then = UNKNOWN if before is None else number(before)
    moved = UNKNOWN if now is None else change(now, before)
    return meter(used.sheet.metric), _amount(used), then, moved


def _cost(used: Used) -> str:
    if used.cost is None or used.price is None:
        return ""
    return money(rounded(used.cost), used.price.currency)


def _breakdowns(used: Used, found: Findings) -> Iterator[Table]:
    """By each label that tells anything apart, the one that tells most first."""
    lines = {label: used.lines(label) for label in used.labels}
    for label in sorted(lines, key=lambda each: -len(lines[each])):
        if len(lines[label]) > 1:
            yield _breakdown(used, label, lines[label], found)


def _breakdown(used: Used, label: str, lines: Sequence[Line], found: Findings) -> Table:
    metric, whole = used.sheet.metric, used.sheet.total or 0.0
    rows = tuple(
        (
            called(line.value, found.names),
            number(line.used),
            f"{100 * line.used / whole:.0f} %" if whole > 0 else "",
            change(line.used, line.before),
        )
        for line in lines[:ROWS]
    )
    rest = lines[ROWS:]
    more = None
    if rest:
        much = amount(sum(line.used for line in rest), one_line(metric.unit))
        more = f"and {len(rest):,} more, together {much}"
    title = f"{meter(metric)} by {label_of(label).lower()}".replace("api key", "API key")
    head = (label_of(label), one_line(metric.unit).capitalize(), "Share", "Change")
    return Table(title, head, rows, numbers=(1, 2, 3), more=more)


def _movers(found: Findings) -> Table | None:
    rows = []
    for one in found.used:
        finest = max(map(one.lines, one.labels), key=len, default=())
        unit = one_line(one.sheet.metric.unit)
        for line in movers(finest, MOVERS) if len(finest) > 1 else ():
            moved = amount(line.change, unit)
            rows.append(
                (
                    called(line.value, found.names),
                    moved if moved.startswith("-") else f"+{moved}",
                    number(line.before or 0.0),
                    number(line.used),
                )
            )
    head = ("Who", "Change", "Before", "Now")
    return Table("Top movers", head, tuple(rows), numbers=(1, 2, 3)) if rows else None


def _alerts(found: Findings) -> Table | None:
    rows = tuple(
        (f"{one.number}: {one_line(one.story)}", _when(one), "; ".join(one.done) or "nothing")
        for one in found.alerts[:ROWS]
    )
    left = len(found.alerts) - len(rows)
    more = f"and {left:,} more" if left else None
    return (
        Table("What alerted", ("Alert", "Since", "What was done"), rows, more=more)
        if rows
        else None
    )


def _when(one: Told) -> str:
    if one.ended_at is None:
        return f"{moment(one.since)}, still on"
    lasted = one.ended_at - one.since
    return f"{moment(one.since)}, for {span(lasted)}" if lasted else moment(one.since)


def _allocation(one: Allocation) -> Table:
    rows = [
        (one_line(share.centre), f"{share.amount:,.2f}", f"{100 * share.part:.1f} %")
        for share in one.shares
    ]
    rows.append(("Total", f"{one.total:,.2f}", ""))
    head = (
        "Cost centre",
        one_line(one.unit).capitalize() if one.of != one.unit else one.unit,
        "Share",
    )
    return Table(f"Who pays: {one_line(one.of)}", head, tuple(rows), numbers=(1, 2))
