"""The chart of an alert: what was used, what was usual or allowed, and where it was too much."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from daemon.chart.canvas import (
    SIZE,
    WIDTH,
    Box,
    Text,
    area,
    document,
    margin,
    point,
    steps,
)
from daemon.chart.held import held, pace
from daemon.chart.letters import wide
from daemon.chart.ticks import numbers, times
from daemon.text import moment, one_line
from rules.trace import Trace
from rules.words import amount, count, span

Known = Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Seen:
    """A trace, read the way it is drawn."""

    trace: Trace
    pace: int = 1
    """How many buckets lie between two that were told."""

    @property
    def end(self) -> datetime:
        return self.trace.start + len(self.trace.observed) * self.trace.width

    def at(self, bucket: int) -> datetime:
        return self.trace.start + bucket * self.trace.width

    def banded(self) -> bool:
        """Whether it was held against a band, and not against a limit on one side."""
        pairs = list(zip(self.trace.low, self.trace.high, strict=True))
        if self.trace.limited:
            return any(low is not None and high is not None for low, high in pairs)
        return any(low is not None or high is not None for low, high in pairs)

    def band(self, ticks: Sequence[float]) -> tuple[Known, Known]:
        """From where to where it is ordinary: of what is minded on one side only, all the rest."""
        low, high = self.trace.low, self.trace.high
        if self.trace.limited:
            return low, high
        pairs = list(zip(low, high, strict=True))
        return (
            [ticks[0] if one is None and other is not None else one for one, other in pairs],
            [ticks[-1] if other is None and one is not None else other for one, other in pairs],
        )

    def limit(self) -> Known:
        """The one limit there is, bucket by bucket."""
        if self.banded():
            return ()
        pairs = zip(self.trace.low, self.trace.high, strict=True)
        return tuple(high if low is None else low for low, high in pairs)

    def usual(self) -> Known:
        """What is usual, where that is another number than the limit."""
        trace = self.trace
        rows = zip(trace.expected, trace.low, trace.high, strict=True)
        edges = all(expected is None or expected in (low, high) for expected, low, high in rows)
        return () if trace.limited and edges else trace.expected

    def worst(self) -> int | None:
        """The bucket that is marked: of those in breach the one farthest from what was expected,
        the latest of equals."""
        bad = [each for each, breached in enumerate(self.trace.breached) if breached]
        bad = [each for each in bad if self.trace.observed[each] is not None]
        return max(bad, key=lambda each: (self._far(each), each), default=None)

    def _far(self, bucket: int) -> float:
        return abs((self.trace.observed[bucket] or 0.0) - (self.trace.expected[bucket] or 0.0))


def drawn(trace: Trace, title: str) -> str:
    """An SVG of a trace; the same trace is always the same text.

    Nothing on it rests on colour alone: what is too much is thick, filled and pointed at; what is
    usual is dashed.
    """
    seen = Seen(held(trace), pace(trace))
    ticks = numbers(*_reach(trace))
    box = Box(trace.start, seen.end, ticks, margin(ticks))
    pieces = [*box.axes(times(trace.start, seen.end)), *_expected(seen, box), *_observed(seen, box)]
    pieces += [*_legend(seen), *_marked(seen, box)]
    return document(pieces, one_line(title), described(trace))


def described(trace: Trace) -> str:
    """The same in words, for whoever cannot see it."""
    seen = Seen(trace)
    said = [f"{moment(trace.start)} to {moment(seen.end)}, by {span(trace.width)}."]
    bad = seen.worst()
    if bad is not None:
        expected = trace.expected[bad]
        against = "" if expected is None else f", {_name(seen)} {amount(expected, trace.unit)}"
        much = amount(trace.observed[bad] or 0.0, trace.unit)
        said.append(f"Marked: {much} at {moment(seen.at(bad))}{against}.")
    many = sum(trace.breached)
    said.append(f"{count(many, 'bucket')} in breach." if many != 1 else "One bucket in breach.")
    untold = sum(each is None for each in trace.observed)
    return " ".join([*said, *([f"{count(untold, 'bucket')} not told."] if untold else [])])


def _name(seen: Seen) -> str:
    return "usual" if seen.usual() else "limit"


def _reach(trace: Trace) -> tuple[float, float]:
    """What the axis must hold: all that is drawn, and nothing."""
    rows = (trace.observed, trace.expected, trace.low, trace.high)
    known = [0.0, *(value for row in rows for value in row if value is not None)]
    low, high = min(known), max(known)
    return low, high if high > low else low + 1


def _expected(seen: Seen, box: Box) -> Iterator[str]:
    rows = zip(*_ends(seen, box), *seen.band(box.ticks), strict=True)
    band = area([(x, till, _y(box, high), _y(box, low)) for x, till, low, high in rows])
    if band:
        yield f'<path class="mw-band" d="{band}"/>'
    for known, dashes in ((seen.usual(), "2 7"), (seen.limit(), "14 8")):
        if path := _line(seen, box, known):
            look = f'class="mw-usual" fill="none" stroke-width="3" stroke-dasharray="{dashes}"'
            yield f'<path {look} stroke-linecap="round" d="{path}"/>'


def _observed(seen: Seen, box: Box) -> Iterator[str]:
    trace, ground = seen.trace, box.y(0)
    rows = [
        (x, till, _y(box, y)) for x, till, y in zip(*_ends(seen, box), trace.observed, strict=True)
    ]
    under = area([(x, till, y, None if y is None else ground) for x, till, y in rows])
    yield f'<path class="mw-under" d="{under}"/>'
    yield f'<path class="mw-line" fill="none" stroke-width="3" d="{steps(rows)}"/>'
    bad = [
        (x, till, y if b else None) for (x, till, y), b in zip(rows, trace.breached, strict=True)
    ]
    if any(y is not None for _, _, y in bad):
        fill = area([(x, till, y, None if y is None else ground) for x, till, y in bad])
        yield f'<path class="mw-worst" d="{fill}"/>'
        look = 'class="mw-bad" fill="none" stroke-width="6" stroke-linecap="round"'
        yield f'<path {look} d="{steps(bad)}"/>'


def _line(seen: Seen, box: Box, known: Known) -> str:
    if not known:
        return ""
    return steps(
        [(x, till, _y(box, y)) for x, till, y in zip(*_ends(seen, box), known, strict=True)]
    )


def _ends(seen: Seen, box: Box) -> tuple[list[float], list[float]]:
    """Where each bucket begins and ends."""
    edges = [box.x(seen.at(each)) for each in range(len(seen.trace.observed) + 1)]
    return edges[:-1], edges[1:]


def _y(box: Box, value: float | None) -> float | None:
    return None if value is None else box.y(value)


def _legend(seen: Seen) -> Iterator[str]:
    """What the numbers are, and which line is which."""
    unit = one_line(seen.trace.unit, 22)
    yield Text(22, 34, f"{unit}, {_each(seen.trace.width * seen.pace)}", look="ink").svg()
    x = 22.0
    for name, swatch in _swatches(seen):
        yield f'<g transform="translate({point(x)} 54)">{swatch}</g>'
        yield Text(x + 44, 64, name).svg()
        x += 44 + wide(name, SIZE) + 30
    yield Text(WIDTH - 22, 34, "UTC", 1).svg()


def _each(width: timedelta) -> str:
    """
    >>> _each(timedelta(hours=1)), _each(timedelta(minutes=5))
    ('hour by hour', 'every 5 minutes')
    """
    one, _, unit = span(width).partition(" ")
    return f"{unit} by {unit}" if one == "1" else f"every {one} {unit}"


def _swatches(seen: Seen) -> Iterator[tuple[str, str]]:
    line = '<path class="mw-{}" fill="none" stroke-width="{}" {} d="M0 2H34"/>'
    yield "observed", line.format("line", 3, "")
    if seen.banded():
        middle = line.format("usual", 3, 'stroke-dasharray="2 7" stroke-linecap="round"')
        box = '<rect class="mw-band" y="-9" width="34" height="22"/>'
        name = "usual" if seen.usual() else "within limits"
        yield name, box + (middle if seen.usual() else "")
    elif any(each is not None for each in seen.usual()):
        yield "usual", line.format("usual", 3, 'stroke-dasharray="2 7" stroke-linecap="round"')
    if any(each is not None for each in seen.limit()):
        yield "limit", line.format("usual", 3, 'stroke-dasharray="14 8" stroke-linecap="round"')
    if any(seen.trace.breached):
        yield "alert", line.format("bad", 6, "")


def _marked(seen: Seen, box: Box) -> Iterator[str]:
    """The worst bucket, pointed at, with its number."""
    bad = seen.worst()
    if bad is None:
        return
    value = seen.trace.observed[bad] or 0.0
    x, y = box.x(seen.at(bad) + seen.trace.width / 2), box.y(value) - 12
    yield f'<path class="mw-mark" stroke-width="0" d="M{point(x)} {point(y)}l-11 -17h22z"/>'
    yield from _called(amount(value, seen.trace.unit), (x, y - 4), seen, box)


def _called(text: str, tip: tuple[float, float], seen: Seen, box: Box) -> Iterator[str]:
    """Beside the mark, on the side where there is room for it, and over what is drawn there."""
    text, (x, y) = one_line(text, 30), tip
    left = x > (box.left + box.right) / 2
    at, long = x + (-16 if left else 16), wide(text, SIZE)
    there = (at - long, at) if left else (at, at + long)
    y = max(min(y, _top(there, seen, box) - 10), box.top - 6)
    for look, weight in (("halo", 150), ("mark", 18)):
        yield Text(at, y, text, 1.0 if left else 0.0, look, weight=weight).svg()


def _top(there: tuple[float, float], seen: Seen, box: Box) -> float:
    """The highest that is drawn between two places."""
    rows = zip(*_ends(seen, box), seen.trace.observed, seen.trace.high, strict=True)
    near = [known for x, till, *known in rows if till > there[0] and x < there[1]]
    found = [box.y(value) for known in near for value in known if value is not None]
    return min(found, default=box.bottom)
