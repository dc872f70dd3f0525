"""What a report says, as the pieces that every place lays out in its own way."""

from collections.abc import Iterator, Sequence

from daemon.message import Fact, Table, Wording
from daemon.report.figures import UNKNOWN, against, called_apart, change, meter, money, subject
from daemon.report.findings import Allocation, Findings, Money, Told, Used
from daemon.text import moment, one_line
from daemon.wording.names import called as inside
from daemon.wording.names import capital
from daemon.wording.names import label as label_of
from rules.alert import Phase
from rules.allocation import rounded
from rules.sheet import Line, movers
from rules.words import amount, count, number, span

ROWS = 10
"""So many voices, keys or services are named, and so many alerts; the CSV has all of them."""
MOVERS = 5
AT_LEAST = "at least "


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
    if costs := found.money():
        said = " and ".join(money(one.cost, one.currency) for one in costs)
        return f"{_least(found)}{said}{_against(found, costs)}"
    for one in found.used:
        if total := one.sheet.total:
            least = AT_LEAST if one.untold else ""
            before = None if one.notes else one.sheet.total_before
            more = against(total, before, found.term)
            return f"{least}{_amount(one)} of {one_line(one.sheet.metric.source)}{more}"
    known = found.used and found.is_whole and all(one.sheet.total == 0 for one in found.used)
    return "nothing was used" if known else "no use is known"


def _least(found: Findings) -> str:
    return "" if found.is_whole else AT_LEAST


def _against(found: Findings, costs: Sequence[Money]) -> str:
    """Against the time before, unless what was not told would pass for a change."""
    before = costs[0].before
    if before is None or len(costs) > 1 or not found.is_comparable:
        return ""
    return against(float(costs[0].cost), float(before), found.term)


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
        cost, before = f"{_least(found)}{money(all_of_it.cost, all_of_it.currency)}", ""
        if all_of_it.before is not None:
            before = f"; {all_of_it.before:,.2f} in the {found.term.per} before"
        yield Fact("Cost", f"{cost}{before}")
    for name, outlooks in (("Budget", found.budgets), ("Runway", found.runways)):
        for one in outlooks:
            who = subject(one.series, found.names)
            yield Fact(name, f"{one_line(one.rule)}, {who}: {one_line(one.words)}")
    for note in found.notes:
        yield Fact("Not known", note)


def _tables(found: Findings) -> Iterator[Table]:
    if found.used:
        yield _use(found)
    # Of what was not told nobody used less.
    told = [one for one in found.used if one.sheet.total is not None]
    yield from filter(None, [_movers(told, found), _alerts(found)])
    for one in told:
        yield from _breakdowns(one, found)
    yield from map(_allocation, found.allocations)


def _use(found: Findings) -> Table:
    head: tuple[str, ...] = ("Source", "Used", "Before", "Change", "Cost")
    rows: tuple[tuple[str, ...], ...] = tuple((*_row(one), _cost(one)) for one in found.used)
    if not any(one.price for one in found.used):
        head, rows = head[:-1], tuple(row[:-1] for row in rows)
    return Table("Use", head, rows, numbers=tuple(range(1, len(head))))


def _row(used: Used) -> tuple[str, ...]:
    now, before = used.sheet.total, used.sheet.total_before
    then = UNKNOWN if before is None else number(before)
    moved = UNKNOWN if now is None else change(now, before)
    return meter(used.sheet.metric), _amount(used), then, moved


def _cost(used: Used) -> str:
    if used.price is None:
        return "no price"
    return UNKNOWN if used.cost is None else money(rounded(used.cost), used.price.currency)


def _breakdowns(used: Used, found: Findings) -> Iterator[Table]:
    """By each label that tells anything apart, the one that tells most first."""
    lines = {label: used.lines(label) for label in used.labels}
    for label in sorted(lines, key=lambda each: -len(lines[each])):
        if len(lines[label]) > 1:
            yield _breakdown(used, label, lines[label], found)


def _breakdown(used: Used, label: str, lines: Sequence[Line], found: Findings) -> Table:
    metric, whole = used.sheet.metric, used.sheet.total or 0.0
    said = called_apart([line.value for line in lines[:ROWS]], found.names)
    rows: tuple[tuple[str, ...], ...] = tuple(
        (
            said[line.value],
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
    title = f"{meter(metric)} by {inside(label)}"
    head: tuple[str, ...] = (label_of(label), capital(one_line(metric.unit)), "Share", "Change")
    if used.sheet.total_before is None:
        head, rows = head[:-1], tuple(row[:-1] for row in rows)
    return Table(title, head, rows, numbers=tuple(range(1, len(head))), more=more)


def _movers(told: Sequence[Used], found: Findings) -> Table | None:
    """Of several metrics, with the one that each belongs to: voices of two accounts may bear one
    name."""
    moved = [(meter(one.sheet.metric), row) for one in told for row in _moved(one, found)]
    head: tuple[str, ...] = ("Who", "Change", "Before", "Now")
    rows = [row for _, row in moved]
    if len({of for of, _ in moved}) > 1:
        head = ("Who", "Source", *head[1:])
        rows = [(row[0], of, *row[1:]) for of, row in moved]
    numbers = tuple(range(len(head) - 3, len(head)))
    return Table("Top movers", head, tuple(rows), numbers=numbers) if rows else None


def _moved(used: Used, found: Findings) -> Iterator[tuple[str, ...]]:
    finest = max(map(used.lines, used.labels), key=len, default=())
    lines = movers(finest, MOVERS) if len(finest) > 1 else ()
    said = called_apart([line.value for line in lines], found.names)
    for line in lines:
        moved = amount(line.change, one_line(used.sheet.metric.unit))
        signed = moved if moved.startswith("-") else f"+{moved}"
        yield said[line.value], signed, number(line.before or 0.0), number(line.used)


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
    if one.phase == Phase.WITHDRAWN.value:
        return f"{moment(one.since)}, later withdrawn"
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
        capital(one_line(one.unit)),
        "Share",
    )
    return Table(f"Who pays: {one_line(one.of)}", head, tuple(rows), numbers=(1, 2))
