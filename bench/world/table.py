"""What was found of a set of worlds, as tables for people."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from statistics import median

import numpy as np

from bench.world.judge import Found, Judged
from bench.world.make import LEARN
from bench.world.planting import ODDS
from bench.world.shape import DAY
from bench.world.watch import Watcher


def table(judged: Sequence[Judged]) -> str:
    found = [it for one in judged for it in one.found]
    lines = [f"{'planted':<12}{'events':>8}{'found':>7}{'share':>8}{'delay':>7}   by"]
    lines += [_row(kind, [it for it in found if it.planted.kind == kind]) for kind in ODDS]
    lines.append(_row("all", found))
    quick = [it for it in found if it.planted.kind in ("spike", "wrong hour", "drop")]
    lines.append(_row("spikes, drops", quick))
    return "\n".join([*lines, "", *_false(judged)])


def _row(kind: str, found: Sequence[Found]) -> str:
    heard = [it for it in found if it.by is not None]
    share = len(heard) / len(found) if found else np.nan
    delay = median(it.delay for it in heard) if heard else np.nan
    by = ", ".join(f"{name} {many}" for name, many in Counter(it.by for it in heard).most_common())
    other = sum(it.by is None and it.by_any for it in found)
    rest = f"; {other} more by rules of another kind" if other else ""
    return f"{kind:<13}{len(found):>7}{len(heard):>7}{share:>8.3f}{delay:>7.1f}   {by}{rest}"


def _false(judged: Sequence[Judged]) -> Iterable[str]:
    by_shape = months_by_shape(judged)
    months = sum(by_shape.values())
    false = [(alarm, one.shape(alarm)) for one in judged for alarm in one.false]
    each = len(false) / months
    yield f"false alarms: {len(false)} in {months:,.0f} series-months: {each:.4f} each"
    early = sum(alarm.row < _learnt(one) for one in judged for alarm in one.false)
    yield f"  {early} of them in the first {LEARN / DAY:.0f} days of a world"
    for rule, many in Counter(alarm.rule for alarm, _ in false).most_common():
        yield f"  by rule {rule:<22}{many:>6}{many / months:>10.4f}"
    for shape, many in Counter(shape for _, shape in false).most_common():
        yield f"  on {shape:<27}{many:>6}{many / by_shape.get(shape, np.nan):>10.4f}"


def months_by_shape(judged: Sequence[Judged]) -> Mapping[str, float]:
    months: defaultdict[str, float] = defaultdict(float)
    for one in judged:
        for shape, many in one.months().items():
            months[shape] += many
    return months


def details(one: Judged) -> Iterable[str]:
    """Every miss and every false alarm, with the values around it."""
    for it in one.found:
        if it.by is None:
            yield f"missed {it.planted.kind}, rows {it.planted.first} to {it.planted.last}:"
            for column in it.planted.columns:
                yield _around(one, column, it.planted.first, it.planted.last)
    for alarm in one.false:
        yield f"false {alarm.rule} at row {alarm.row}, {one.shape(alarm)}:"
        columns = one.columns(alarm)
        if len(columns) == 1:
            yield _around(one, columns[0], alarm.row, alarm.row)


def _around(one: Judged, column: int, first: int, last: int) -> str:
    """The values before and in it, and those of the same hours in the four weeks before."""
    world = one.world
    values, week = world.panel.values[:, column], 7 * DAY // world.panel.metric.width
    until = min(last + 1, first + 12)
    lines = [
        f"  {world.shapes[column]}, {world.panel.series[column].key}, at {world.panel.at(first)}",
        f"    before   {_numbers(values[max(0, first - 12) : first])}",
        f"    there    {_numbers(values[first:until])}",
        f"    expected {_numbers(world.expected[first:until, column])}",
    ]
    for weeks in range(1, 5):
        rows = slice(first - weeks * week, until - weeks * week)
        if rows.start >= 0:
            lines.append(f"    -{weeks} weeks {_numbers(values[rows])}")
    return "\n".join(lines)


def _numbers(values: Iterable[float]) -> str:
    return " ".join(f"{value:.4g}" for value in values)


def quiet_table(judged: Sequence[Judged], watching: Sequence[Watcher]) -> str:
    """Alarms of each rule in worlds where nothing happens, against those it was asked for.

    The days in which a new world is learnt are left out of both, and told apart as `early`.
    """
    lines = [f"{'rule':<26}{'alarms':>8}{'asked for':>11}{'ratio':>8}{'early':>8}"]
    span = sum(
        (one.world.panel.end - one.world.panel.at(_learnt(one)) for one in judged), timedelta()
    )
    return "\n".join([*lines, *(_quiet_row(judged, watcher, span) for watcher in watching)])


def _quiet_row(judged: Sequence[Judged], watcher: Watcher, span: timedelta) -> str:
    rate = watcher.settings.get("false_alarms")
    asked = np.nan if rate is None else per(rate) * (span / DAY)
    said = [(one, it) for one in judged for it in one.alarms if it.rule == watcher.name]
    shapes = Counter(one.shape(it) for one, it in said if it.row >= _learnt(one))
    many = shapes.total()
    by = ", ".join(f"{shape} {part}" for shape, part in shapes.most_common())
    ratio = many / asked
    return f"{watcher.name:<26}{many:>8}{asked:>11.1f}{ratio:>8.2f}{len(said) - many:>8}   {by}"


def per(rate: str) -> float:
    """How many times a day: of "2 per week".

    >>> round(per("2 per week"), 4)
    0.2857
    """
    times, _, unit = rate.split()
    return float(times) / {"day": 1, "week": 7, "month": 365.25 / 12, "year": 365.25}[unit]


def _learnt(one: Judged) -> int:
    return min(LEARN // one.world.panel.metric.width, len(one.world.panel))
