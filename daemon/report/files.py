"""What goes with a report: its charts, and its figures as CSV."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from math import isnan

from daemon.chart import Compared, compared
from daemon.message import File
from daemon.report.figures import meter
from daemon.report.findings import Findings, Used, added
from daemon.text import one_line
from rules.allocation import rounded, written

PICTURES = 3
"""So many charts are sent; a page shows all of them."""
FOR_A_SPREADSHEET = "utf-8-sig"
"""Without a mark at its beginning Excel takes a file for one of its own country's letters."""
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def charts(found: Findings) -> Iterator[File]:
    """A drawing of each metric that was used, as SVG."""
    for one in found.used:
        if one.sheet.total is not None:
            yield _chart(one, found)


def _chart(used: Used, found: Findings) -> File:
    metric, term = used.sheet.metric, found.term
    title = f"{meter(metric)}: {term.words()}"
    days = Compared(
        term.first,
        used.sheet.days,
        used.sheet.days_before,
        metric.unit,
        term.called(),
        term.before().called(),
    )
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", f"{metric.source}-{metric.name}")
    return File(f"{name}.svg", title, compared(days, title).encode())


def tables(found: Findings) -> Iterator[File]:
    """The figures as CSV: who pays, where cost centres are configured; and who used what."""
    label, words = found.term.label, found.term.words()
    if found.allocations:
        content = allocation_csv(found).encode(FOR_A_SPREADSHEET)
        yield File(f"allocation-{label}.csv", f"Allocation: {words}", content)
    content = use_csv(found).encode(FOR_A_SPREADSHEET)
    yield File(f"use-{label}.csv", f"Use: {words}", content)


def allocation_csv(found: Findings) -> str:
    """A row for each cost centre; each whole is the sum of its rows, to the cent."""
    head = ("period", "of", "cost_centre", "amount", "unit", "share")
    rows = (
        (found.term.label, one.of, share.centre, share.amount, one.unit, f"{share.part:.6f}")
        for one in found.allocations
        for share in one.shares
    )
    return _csv(head, rows)


def use_csv(found: Findings) -> str:
    """A row for each series."""
    head = ("period", "source", "metric", "labels", "names", "used", "before", "unit", "cost")
    return _csv((*head, "currency"), (row for one in found.used for row in _rows(one, found)))


def _rows(used: Used, found: Findings) -> Iterator[tuple[object, ...]]:
    sheet = used.sheet
    metric, sums = sheet.metric, zip(sheet.used.tolist(), sheet.before.tolist(), strict=True)
    for series, (now, before) in zip(sheet.series, sums, strict=True):
        labels = " ".join(f"{name}={value}" for name, value in series.labels)
        names = " ".join(found.names.get(value, "") for _, value in series.labels).strip()
        row = (found.term.label, metric.source, metric.name, labels, names)
        yield (*row, _known(now), _known(before), metric.unit, *_priced(used, now))


def _known(value: float) -> str:
    """Empty: not told."""
    return "" if isnan(value) else written(value)


def _priced(used: Used, now: float) -> tuple[object, ...]:
    """What a series cost by itself, to a hundredth of a cent: these are no shares to be paid."""
    if used.price is None or isnan(now):
        return ("", "")
    return rounded(used.price.of(added([now])), 4), used.price.currency


def _csv(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(head)
    writer.writerows([_cell(cell) for cell in row] for row in rows)
    return out.getvalue()


def _cell(cell: object) -> object:
    """A vendor's word may begin like a formula, and a spreadsheet would work it out; or hold what
    ends a line, or what a terminal obeys."""
    if not isinstance(cell, str):
        return cell
    line = one_line(cell)
    return f"'{line}" if line.startswith(_FORMULA) and not _is_number(line) else line


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
