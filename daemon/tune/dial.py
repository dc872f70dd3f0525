"""What a rule is made more or less sensitive with: one of its settings, and values to try."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise
from math import copysign, floor, log10, sqrt
from typing import Any

import numpy as np

from rules.panel import Floats
from rules.rate import MONTH, YEAR, Rate
from rules.rule import Rule

Value = Rate | float

RATES = (timedelta(days=1), timedelta(days=7), MONTH, YEAR / 4, YEAR)
_QUANTILES = (0.9, 0.98, 0.995, 0.999, 0.9998, 1.0)
_SHARES = (0.25, 0.5, 0.75, 1.5, 2.0, 4.0)
_ROUND = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)


@dataclass(frozen=True, slots=True)
class Dial:
    setting: str
    present: Value
    values: tuple[Value, ...]
    """What is worth trying, the present one too; the most sensitive first."""


def dials(rule: Rule, observed: Floats | None) -> list[Dial]:
    """Every way in which this rule can be tuned; none, where its kind has no such setting.

    `observed` is what the rule held against its limits over the past; None: nobody can say.
    """
    ways = (by_rate, by_limit)
    return [dial for way in ways for dial in way(rule, observed)]


def turned(rule: Rule, setting: str, value: Value) -> Rule | None:
    """The rule with another value; None where its kind refuses that one."""
    kind: Any = rule.kind
    others = {}
    recover = getattr(kind, "recover", None)
    if setting in ("above", "below") and recover is not None:
        # What calm is moves along with the limit: the same share of it.
        present = getattr(kind, setting)
        others["recover"] = recover * value / present if present else recover
    try:
        return replace(rule, kind=replace(kind, **{setting: value}, **others))
    except ValueError:
        return None


def by_rate(rule: Rule, _observed: Floats | None) -> Iterator[Dial]:
    """By how often it may be wrong."""
    present = _value(rule, "false_alarms")
    if isinstance(present, Rate):
        rates = {rate.within(YEAR): rate for rate in (Rate(1, per) for per in RATES)}
        rates[present.within(YEAR)] = present
        often = sorted(rates, reverse=True)
        yield Dial("false_alarms", present, tuple(rates[each] for each in often))


def by_limit(rule: Rule, observed: Floats | None) -> Iterator[Dial]:
    """By a limit: round numbers that ever fewer of the values passed."""
    for setting, sign in (("above", 1.0), ("below", -1.0)):
        present = _value(rule, setting)
        if isinstance(present, float | int):
            tried = _limits(observed, sign) or [present * share for share in _SHARES]
            yield Dial(setting, float(present), _ordered({*tried, float(present)}, sign))


def _ordered(values: set[float], sign: float) -> tuple[float, ...]:
    """The most sensitive first, and one more between neighbours that are far apart: where values
    lie in two heaps, the best limit is far from both."""
    gaps = [(one, other) for one, other in pairwise(sorted(values)) if _far(one, other)]
    between = {_beyond(copysign(sqrt(one * other), one)) for one, other in gaps}
    return tuple(sorted(values | between, reverse=sign < 0))


def _value(rule: Rule, setting: str) -> object:
    """What the rule's kind is set to; None where it has no such setting."""
    return getattr(rule.kind, setting, None)


def _limits(observed: Floats | None, sign: float) -> set[float]:
    """Round numbers that ever fewer of these values are beyond."""
    told = np.empty(0) if observed is None else observed[~np.isnan(observed)] * sign
    if not len(told):
        return set()
    return {sign * _beyond(float(value)) for value in np.quantile(told, _QUANTILES)}


def _far(one: float, other: float) -> bool:
    return one * other > 0 and max(one / other, other / one) > 3


def _beyond(value: float) -> float:
    """The next round number no less than this.

    >>> _beyond(0.0), _beyond(1.0), _beyond(1234.0), _beyond(-1234.0), _beyond(0.031)
    (0.0, 1.0, 1500.0, -1000.0, 0.04)
    """
    if value == 0:
        return 0.0
    unit = 10.0 ** floor(log10(abs(value)))
    steps = [step * unit for step in _ROUND]
    if value > 0:
        return round(next(step for step in steps if step >= value * (1 - 1e-9)), 12)
    return round(-next(step for step in reversed(steps) if step <= -value * (1 + 1e-9)), 12)
