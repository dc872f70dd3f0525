"""What each cost centre pays of what was used."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

import numpy as np

from daemon.report.findings import Allocation, Share, Used, added
from rules.allocation import NOT_ALLOCATED, Where, allocated, centre_of

Centres = Mapping[str, Where]


def allocations(used: Sequence[Used], centres: Centres) -> Iterator[Allocation]:
    """Money by currency; what has no price, each metric by itself in its own unit."""
    if not centres:
        return
    used = [one for one in used if one.sheet.total is not None]
    for currency in dict.fromkeys(one.price.currency for one in used if one.price):
        mine = [one for one in used if one.price and one.price.currency == currency]
        parts = _nothing(centres)
        for one in mine:
            for centre, amount in by_centre(one, centres).items():
                parts[centre] += one.price.of(amount) if one.price else 0
        yield _split(currency, currency, parts)
    for one in used:
        if one.price is None:
            metric = one.sheet.metric
            of = f"{metric.source} {metric.name}"
            yield _split(of, metric.unit, by_centre(one, centres))


def by_centre(used: Used, centres: Centres) -> dict[str, Fraction]:
    """What each centre used of one metric, those that used nothing included."""
    sums = used.sheet.used
    chosen = [centre_of(series, centres) for series in used.sheet.series]
    parts = _nothing(centres)
    for centre in parts:
        mine = [column for column, name in enumerate(chosen) if name == centre]
        parts[centre] = added(sums[np.array(mine, dtype=np.intp)].tolist())
    return parts


def _nothing(centres: Centres) -> dict[str, Fraction]:
    return {name: Fraction(0) for name in (*centres, NOT_ALLOCATED)}


def _split(of: str, unit: str, parts: Mapping[str, Fraction]) -> Allocation:
    """What nobody is to pay is left out where it is nothing."""
    shares = allocated(parts)
    if not parts[NOT_ALLOCATED]:
        shares.pop(NOT_ALLOCATED)
    whole = sum(parts.values(), Fraction(0))
    return Allocation(
        of,
        unit,
        sum(shares.values(), Decimal(0)),
        tuple(
            Share(name, amount, float(parts[name] / whole) if whole else 0.0)
            for name, amount in shares.items()
        ),
    )
