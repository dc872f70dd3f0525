"""Plants what goes wrong into series that are clean, each where it is obvious and has room."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from bench.world.anomaly import ANOMALIES, Effect, Subject, strays, without
from bench.world.shape import Random
from bench.world.usage import Grid, Usage
from rules.panel import Floats

ODDS: Mapping[str, float] = {kind: odds for kind, (_, odds) in ANOMALIES.items()} | {
    "mix": 1,
    "newcomer": 1,
    "end": 0.5,
}
LASTING = ("end", "leak", "shift")
TRIES = 60
"""Places that are looked at for one anomaly before it is left out."""


@dataclass(frozen=True, slots=True)
class Planted:
    """Something that truly happened."""

    kind: str
    """A key of `ODDS`; or `begin`: a new series too small for anybody to mind."""
    columns: tuple[int, ...]
    first: int
    last: int
    """The last row that is news: of what is for good, the last in which it still changes."""


@dataclass(slots=True)
class Column:
    """A series in the making."""

    usage: Usage
    """With all that is for good already in its mean."""
    values: Floats
    """By chance, with all that is for good and nothing that passes."""
    rng: Random
    begin: int = 0
    taken: list[tuple[int, int]] = field(default_factory=list)
    """Rows with something in them, and room around it."""
    passing: list[Effect] = field(default_factory=list)

    def free(self, first: int, last: int) -> bool:
        return all(last < begin or first > end for begin, end in self.taken)

    def told(self) -> Floats:
        """The numbers as the vendor tells them: nothing before the first use of a new series."""
        values = self.values.copy()
        for effect in self.passing:
            rows = slice(effect.first, effect.first + len(effect.factor))
            calls = self.usage.mean[rows] * self.usage.luck[rows] * effect.factor + effect.extra
            values[rows] = self.usage.draw(calls, self.rng)
        if self.begin:
            used = np.flatnonzero(values)
            values[: used[0] if len(used) else self.begin] = np.nan
        return values


@dataclass(frozen=True, slots=True)
class Planter:
    grid: Grid
    learn: int
    """The first row in which something may go wrong."""
    columns: Sequence[Column]
    rng: Random

    def plant(self, kinds: Sequence[str]) -> list[Planted]:
        """These anomalies, but those for which there is no place; what is for good comes first."""
        ordered = sorted(kinds, key=lambda kind: kind not in LASTING)
        found = (self._somewhere(kind) for kind in ordered)
        return [planted for planted in found if planted is not None]

    def _somewhere(self, kind: str) -> Planted | None:
        for _ in range(TRIES):
            column = int(self.rng.integers(len(self.columns)))
            planted = self._mixed(column) if kind == "mix" else self._planted(kind, column)
            if planted is not None:
                return planted
        return None

    def _planted(self, kind: str, column: int) -> Planted | None:
        subject = self._subject(column)
        make = _end if kind == "end" else ANOMALIES[kind][0]
        effect = make(subject, self.rng)
        if effect is None or not self._fits(kind, column, effect):
            return None
        self._take(kind, column, effect)
        return Planted(kind, (column,), effect.first, effect.last)

    def _mixed(self, one: int) -> Planted | None:
        """Much of one big series' use moves to another, for two to seven days."""
        other = self._like(one)
        moved = (
            None if other is None else _moved(self._subject(one), self._subject(other), self.rng)
        )
        if other is None or moved is None:
            return None
        less, more = moved
        if not (self._fits("mix", one, less) and self._fits("mix", other, more)):
            return None
        self._take("mix", one, less)
        self._take("mix", other, more)
        return Planted("mix", (one, other), less.first, less.last)

    def _like(self, one: int) -> int | None:
        """Another series of about its size, if both are big: neither is three times the other."""
        sizes = np.array([it.usage.mean.mean() * it.usage.unit for it in self.columns])
        calls = np.array([it.usage.mean.mean() for it in self.columns])
        big = (calls >= 20) & (sizes >= np.quantile(sizes, 0.6))
        like = big & (sizes < 3 * sizes[one]) & (sizes > sizes[one] / 3)
        like[one] = False
        return int(self.rng.choice(np.flatnonzero(like))) if big[one] and like.any() else None

    def _subject(self, column: int) -> Subject:
        it = self.columns[column]
        begin = max(self.learn, it.begin + 35 * self.grid.per_day if it.begin else 0)
        return Subject(self.grid, it.usage, it.values / it.usage.unit, begin)

    def _room(self, kind: str, effect: Effect) -> tuple[int, int]:
        days = 21 if kind in LASTING else 5
        end = self.grid.rows if kind == "end" else effect.last + days * self.grid.per_day
        return effect.first - 5 * self.grid.per_day, end

    def _fits(self, kind: str, column: int, effect: Effect) -> bool:
        return self.columns[column].free(*self._room(kind, effect))

    def _take(self, kind: str, column: int, effect: Effect) -> None:
        it = self.columns[column]
        it.taken.append(self._room(kind, effect))
        if kind not in LASTING:
            it.passing.append(effect)
            return
        mean = it.usage.mean.copy()
        mean[effect.first :] *= effect.factor
        it.usage = replace(it.usage, mean=mean)
        calls = mean[effect.first :] * it.usage.luck[effect.first :]
        it.values[effect.first :] = it.usage.draw(calls, it.rng)


def _end(subject: Subject, rng: Random) -> Effect | None:
    """Used no more, from some busy bucket on; three days of it are as obvious as a silence."""
    rows = 3 * subject.grid.per_day
    first = subject.busy(rows, rng)
    if first is None or subject.usage.mean[first : first + rows].sum() < without(subject):
        return None
    rest = np.zeros(subject.grid.rows - first)
    return Effect(first, first + rows - 1, rest, rest)


def _moved(source: Subject, target: Subject, rng: Random) -> tuple[Effect, Effect] | None:
    """What the one loses and the other gains: as obvious as a drop, and as a spike."""
    rows = int(rng.integers(2, 8)) * source.grid.per_day
    first = source.busy(rows, rng)
    if first is None or first < target.begin:
        return None
    share, span = rng.uniform(0.4, 0.8), slice(first, first + rows)
    gained = share * source.usage.mean[span] * (source.usage.unit / target.usage.unit)
    left = (1 - share) * source.calls[span].sum()
    came = target.calls[span].sum() + gained.sum()
    of_source, of_target = strays(source, rows), strays(target, rows)
    if of_source.z(first, left) > min(-5, 1.3 * of_source.lowest):
        return None
    if of_target.z(first, came) < max(5, 1.3 * of_target.highest):
        return None
    less = Effect(first, first + rows - 1, np.full(rows, 1 - share), np.zeros(rows))
    return less, Effect(first, first + rows - 1, np.ones(rows), gained)
