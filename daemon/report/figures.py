"""Numbers and names as a report writes them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal

from daemon.report.term import Term
from daemon.text import one_line
from daemon.wording.names import LONGEST_NAME, shortened
from rules.series import Metric, Series
from rules.words import number, times

UNKNOWN = "not known"


def money(amount: Decimal, currency: str) -> str:
    """
    >>> money(Decimal("1234.5"), "USD")
    '1,234.50 USD'
    """
    return f"{amount:,.2f} {one_line(currency)}"


def change(now: float, before: float | None) -> str:
    """
    >>> change(108, 100), change(50, 100), change(3, 0), change(3, None), change(100, 100.01)
    ('+8 %', '-50 %', 'new', 'not known', '0 %')
    >>> change(0, 0), change(3, -1), change(5200, 100)
    ('0 %', '', '52 times')
    """
    if before is None:
        return UNKNOWN
    if before == now:
        return "0 %"
    if before <= 0:
        return "new" if before == 0 and now > 0 else ""
    if now / before >= 10:
        return f"{number(now / before, 2)} times"
    percent = round(100 * (now / before - 1))
    return f"{percent:+d} %" if percent else "0 %"


def against(now: float, before: float | None, term: Term) -> str:
    """How it stands to the time before, as the end of a sentence; nothing where that says nothing.

    >>> from datetime import UTC, date
    >>> against(108, 100, Term("week", date(2026, 11, 9), UTC))
    ', 8 % more than in the week before'
    """
    found = "" if before is None else times(now, before)
    link = "as in" if found.endswith("as much") else "than in"
    return f"{found} {link} the {term.per} before" if found else ""


def called(value: str, names: Mapping[str, str]) -> str:
    """What people call a label's value."""
    if not value:
        return "(none)"
    return one_line(names.get(value, shortened(value)), LONGEST_NAME)


def called_apart(values: Sequence[str], names: Mapping[str, str]) -> Mapping[str, str]:
    """What people call some values, and which is which where two are called alike.

    >>> said = called_apart(["v-1", "v-2", "v-3"], {"v-1": "Aga", "v-2": "Aga", "v-3": "Ben"})
    >>> list(said.values())
    ['Aga (v-1)', 'Aga (v-2)', 'Ben']
    """
    said = {value: called(value, names) for value in values}
    many = Counter(said.values())
    return {
        value: text if many[text] == 1 else _told_apart(value, names)
        for value, text in said.items()
    }


def _told_apart(value: str, names: Mapping[str, str]) -> str:
    whole = one_line(value, LONGEST_NAME)
    return f"{called(value, names)} ({whole})" if value in names else whole


def subject(series: Series, names: Mapping[str, str]) -> str:
    return ", ".join(called(value, names) for _, value in series.labels) or "all together"


def meter(metric: Metric) -> str:
    return f"{one_line(metric.source)}, {one_line(metric.name)}"
