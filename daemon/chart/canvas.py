"""What all charts are drawn on: a box with axes, colours for the day and the dark, and words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from itertools import groupby

from daemon.chart.letters import EM, outline, wide
from daemon.chart.ticks import Time
from rules.words import number

WIDTH, HEIGHT = 720, 400
SIZE = 24
"""Of text: 13 pixels where the picture is as wide as a phone, 390."""
LEAD = 34

LIGHT: Mapping[str, str] = {
    "paper": "fill:#ffffff",
    "ink": "fill:#1f2328",
    "quiet": "fill:#57606a",
    "grid": "stroke:#d8dee4",
    "band": "fill:#0969da;fill-opacity:.16",
    "usual": "stroke:#0969da",
    "before": "stroke:#9a5b00",
    "bar": "fill:#0969da;fill-opacity:.62",
    "line": "stroke:#1f2328",
    "under": "fill:#1f2328;fill-opacity:.10",
    "bad": "stroke:#b3202c",
    "worst": "fill:#b3202c;fill-opacity:.22",
    "mark": "fill:#b3202c;stroke:#b3202c",
    "halo": "fill:#ffffff;stroke:#ffffff",
}
DARK: Mapping[str, str] = {
    "paper": "fill:#15191e",
    "ink": "fill:#e6edf3",
    "quiet": "fill:#a5b0bc",
    "grid": "stroke:#353d47",
    "band": "fill:#58a6ff;fill-opacity:.26",
    "usual": "stroke:#6cb0ff",
    "before": "stroke:#f0a93b",
    "bar": "fill:#58a6ff;fill-opacity:.66",
    "line": "stroke:#e6edf3",
    "under": "fill:#e6edf3;fill-opacity:.10",
    "bad": "stroke:#ff7b72",
    "worst": "fill:#ff7b72;fill-opacity:.30",
    "mark": "fill:#ff8b82;stroke:#ff8b82",
    "halo": "fill:#15191e;stroke:#15191e",
}


def style(colours: Mapping[str, str]) -> str:
    """Prefixed, since an SVG inside a page shares its names with it."""
    return "".join(f".mw-{name}{{{css}}}" for name, css in colours.items())


def document(pieces: Sequence[str], title: str, told: str) -> str:
    """A whole SVG. Letters are drawn: `title` and `told` say it to whoever cannot see."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
        f'height="{HEIGHT}" role="img" style="max-width:100%;height:auto">'
        f"<title>{escape(_seen(title))}</title><desc>{escape(_seen(told))}</desc>"
        f"<style>{style(LIGHT)}@media(prefers-color-scheme:dark){{{style(DARK)}}}</style>"
        f'<rect class="mw-paper" width="{WIDTH}" height="{HEIGHT}" rx="10"/>'
        f"{''.join(pieces)}</svg>\n"
    )


def _seen(text: str) -> str:
    """Without what XML cannot hold."""
    return "".join(each if each.isprintable() else " " for each in text)


@dataclass(frozen=True, slots=True)
class Text:
    x: float
    y: float
    text: str
    align: float = 0.0
    """Of its width, how much lies to the left of `x`: 0, 0.5 or 1."""
    look: str = "quiet"
    size: float = SIZE
    weight: float = 0.0

    def svg(self) -> str:
        x, scale = self.x - self.align * wide(self.text, self.size), self.size / EM
        bold = f' stroke-width="{point(self.weight)}"' if self.weight else ""
        place = f'transform="translate({point(x)} {point(self.y)}) scale({scale:.4f})"'
        return f'<path class="mw-{self.look}"{bold} {place} d="{outline(self.text)}"/>'


@dataclass(frozen=True, slots=True)
class Box:
    """Where the lines are, and what they measure."""

    start: datetime
    end: datetime
    ticks: Sequence[float]
    left: float
    right: float = WIDTH - 22
    top: float = 84
    bottom: float = HEIGHT - 46

    def x(self, at: datetime) -> float:
        return self.left + (self.right - self.left) * ((at - self.start) / (self.end - self.start))

    def y(self, value: float) -> float:
        low, high = self.ticks[0], self.ticks[-1]
        return self.bottom - (self.bottom - self.top) * (value - low) / (high - low)

    def axes(self, times: Sequence[Time]) -> Iterator[str]:
        for tick in self.ticks:
            y = self.y(tick)
            look = f'class="mw-grid" stroke-width="{2 if tick == 0 else 1.2}"'
            yield f'<path {look} d="M{point(self.left)} {point(y)}H{point(self.right)}"/>'
            yield Text(self.left - 10, y + SIZE * 0.36, number(tick), 1).svg()
        for time in times:
            yield from self._time(time)

    def _time(self, time: Time) -> Iterator[str]:
        x, half = self.x(time.at), wide(time.text, SIZE) / 2
        down = f"M{point(x)} {point(self.bottom)}v8"
        yield f'<path class="mw-grid" stroke-width="2" d="{down}"/>'
        if x >= half and x + half <= WIDTH:
            yield Text(x, self.bottom + 34, time.text, 0.5).svg()


def margin(ticks: Sequence[float]) -> float:
    """Room for the numbers at the left."""
    return 24 + max(wide(number(each), SIZE) for each in ticks)


def steps(points: Sequence[tuple[float, float, float | None]]) -> str:
    """A line of steps: each from here to there at a height; broken where there is none."""
    path, last = [], None
    for x, till, y in points:
        if y is None:
            last = None
            continue
        path.append(
            f"V{point(y)}H{point(till)}" if last == x else f"M{point(x)} {point(y)}H{point(till)}"
        )
        last = till
    return "".join(path)


def area(points: Sequence[tuple[float, float, float | None, float | None]]) -> str:
    """What lies between two lines of steps, wherever both are known."""
    path = []
    for known, some in groupby(points, key=lambda one: one[2] is not None and one[3] is not None):
        run = list(some)
        if not known:
            continue
        there = "".join(f"V{point(one[2])}H{point(one[1])}" for one in run)
        back = "".join(f"V{point(one[3])}H{point(one[0])}" for one in reversed(run))
        path.append(f"M{point(run[0][0])} {point(run[0][3])}{there}{back}Z")
    return "".join(path)


def point(value: float | None) -> str:
    """A number as short as it may be: no picture needs more than a tenth of a pixel.

    >>> point(3.0), point(3.14159), point(-0.01)
    ('3', '3.1', '0')
    """
    text = f"{value or 0.0:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text
