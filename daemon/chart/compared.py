"""The chart of a report: the use of each day, and that of the same day of the period before."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from daemon.chart.canvas import SIZE, WIDTH, Box, Text, area, document, margin, point, steps
from daemon.chart.letters import wide
from daemon.chart.ticks import numbers
from daemon.text import one_line
from rules.words import amount, number

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Compared:
    """What was used on each day of a period."""

    first: date
    used: Sequence[float | None]
    """None: not told."""
    before: Sequence[float | None]
    """Of the period before, day by day; it may be a longer or a shorter one."""
    unit: str
    now_called: str
    """What people call the period: week 46."""
    then_called: str


def compared(days: Compared, title: str) -> str:
    """An SVG of two periods: bars for this one, a dashed line for the one before."""
    ticks = numbers(*_reach(days))
    start = datetime.combine(days.first, time(), UTC)
    many = max(len(days.used), len(days.before))
    box = Box(start, start + many * _DAY, ticks, margin(ticks))
    pieces = [*box.axes(()), *_names(days, box), *_bars(days, box), *_before(days, box)]
    return document([*pieces, *_legend(days)], one_line(title), _described(days))


def _reach(days: Compared) -> tuple[float, float]:
    known = [0.0, *(value for value in (*days.used, *days.before) if value is not None)]
    low, high = min(known), max(known)
    return low, high if high > low else low + 1


def _edges(days: Compared, box: Box, many: int) -> Iterator[tuple[float, float]]:
    start = datetime.combine(days.first, time(), UTC)
    for each in range(many):
        yield box.x(start + each * _DAY), box.x(start + (each + 1) * _DAY)


def _bars(days: Compared, box: Box) -> Iterator[str]:
    """A day that was not told is no day without use."""
    ground = box.y(0)
    for (x, till), used in zip(_edges(days, box, len(days.used)), days.used, strict=True):
        if used is None:
            yield Text((x + till) / 2, ground - 10, "?", 0.5).svg()
        else:
            air = (till - x) * 0.14
            bar = area([(x + air, till - air, box.y(used), ground)])
            yield f'<path class="mw-bar" d="{bar}"/>'


def _before(days: Compared, box: Box) -> Iterator[str]:
    rows = zip(_edges(days, box, len(days.before)), days.before, strict=True)
    path = steps([(x, till, None if then is None else box.y(then)) for (x, till), then in rows])
    if path:
        look = 'class="mw-before" fill="none" stroke-width="3" stroke-dasharray="9 7"'
        yield f'<path {look} stroke-linecap="round" d="{path}"/>'


def _names(days: Compared, box: Box) -> Iterator[str]:
    """A week by its days; of a longer time every so many days that they can be read."""
    week = len(days.used) <= 7
    for each, (x, till) in enumerate(_edges(days, box, len(days.used))):
        day = days.first + each * _DAY
        if week or day.day % 5 == 0 or day.day == 1:
            text = f"{day:%a}" if week else str(day.day)
            yield Text((x + till) / 2, box.bottom + 34, text, 0.5).svg()


def _legend(days: Compared) -> Iterator[str]:
    yield from _titles(days, one_line(days.unit, 22))
    bar = '<rect class="mw-bar" y="-8" width="34" height="20"/>'
    line = (
        '<path class="mw-before" fill="none" stroke-width="3" stroke-dasharray="9 7" d="M0 2H34"/>'
    )
    x = 22.0
    named = [(days.now_called, bar)]
    if any(each is not None for each in days.before):
        named.append((days.then_called, line))
    for name, swatch in named:
        yield f'<g transform="translate({point(x)} 54)">{swatch}</g>'
        yield Text(x + 44, 64, name).svg()
        x += 44 + wide(name, SIZE) + 30


def _titles(days: Compared, unit: str) -> Iterator[str]:
    """The unit at the left, the most at the right: without its unit where there is no room."""
    left = f"{unit}, day by day"
    yield Text(22, 34, left, look="ink").svg()
    most = max((used for used in days.used if used is not None), default=None)
    if most is None:
        return
    room = WIDTH - 74 - wide(left, SIZE)
    said = (f"most {amount(most, unit)}", f"most {number(most)}")
    right = next((text for text in said if wide(text, SIZE) <= room), None)
    if right is not None:
        yield Text(WIDTH - 22, 34, right, 1).svg()


def _described(days: Compared) -> str:
    told = [used for used in days.used if used is not None]
    if not told:
        return "Nothing was told."
    said = f"{days.now_called}: {amount(sum(told), days.unit)} on {len(told)} days"
    then = [used for used in days.before if used is not None]
    return f"{said}; {days.then_called}: {amount(sum(then), days.unit)}." if then else f"{said}."
