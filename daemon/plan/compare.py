"""Two lists of alerts of one past, held side by side: what is the same, and what is not."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from daemon.plan.settings import Setting, changed, kind_of
from daemon.plan.told import Told
from rules.rule import Rule

NEAR = timedelta(days=1)
"""An alert of the same series this close to another is that one, moved."""
_NEVER = datetime.max.replace(tzinfo=UTC)


class Mark(StrEnum):
    REMOVED = "removed"
    ADDED = "added"
    MOVED = "moved"
    """It opens, or ends, in another bucket, or passes another number of limits."""
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Difference:
    """What becomes of one alert."""

    mark: Mark
    told: Told
    """As it would be told now; as it was, where it would be no more."""
    was: Told | None = None
    """As it was, where it was and still would be."""


@dataclass(frozen=True, slots=True)
class RulePlan:
    """What becomes of one rule."""

    rule: str
    kind: str
    settings: tuple[Setting, ...]
    differences: tuple[Difference, ...]
    """Those that are the same too; the newest first."""
    gone: bool = False
    """The new configuration has no such rule."""
    fresh: bool = False
    """The old one had none."""

    def count(self, *marks: Mark) -> int:
        return sum(one.mark in marks for one in self.differences)

    @property
    def differs(self) -> bool:
        """Whether people would have heard anything else of it."""
        return self.count(Mark.SAME) < len(self.differences)

    @property
    def changes(self) -> bool:
        """Whether there is anything to say of it, be it without consequence."""
        return self.differs or bool(self.settings) or self.gone or self.fresh


@dataclass(frozen=True, slots=True)
class Rename:
    """A rule that is gone and one that is new, of one kind and source."""

    before: str
    after: str
    kept: int
    """How many of its alerts the new one would tell too, be they moved."""
    of: int


@dataclass(frozen=True, slots=True)
class Side:
    """One configuration's rules, and the alerts they would have made."""

    rules: Sequence[Rule]
    alerts: Sequence[Told]

    def of(self, rule: str) -> list[Told]:
        return [one for one in self.alerts if one.rule == rule]


def compare(before: Side, after: Side) -> list[RulePlan]:
    """What becomes of every rule, in the order of the new configuration; those gone come last."""
    old, new = ({rule.name: rule for rule in side.rules} for side in (before, after))
    plans = []
    for name, rule in (new | {name: old[name] for name in old if name not in new}).items():
        was, will = old.get(name), new.get(name)
        found = sorted(
            _differences(before.of(name), after.of(name)),
            key=lambda one: (one.told.opened_at, one.told.series.key),
            reverse=True,
        )
        plans.append(
            RulePlan(
                rule=name,
                kind=kind_of(rule),
                settings=changed(was, will) if was and will else (),
                differences=tuple(found),
                gone=will is None,
                fresh=was is None,
            )
        )
    return plans


def renames(before: Side, after: Side) -> Iterator[Rename]:
    """Rules that may be one rule under two names: told of, never taken for granted."""
    kept = {rule.name for rule in before.rules} & {rule.name for rule in after.rules}
    fresh = [rule for rule in after.rules if rule.name not in kept]
    for gone in (rule for rule in before.rules if rule.name not in kept):
        alike = [new for new in fresh if _meter(new) == _meter(gone)]
        if alike:
            nearest = min(alike, key=lambda new: len(changed(gone, new)))
            fresh.remove(nearest)
            mine = before.of(gone.name)
            found = _differences(mine, after.of(nearest.name))
            both = sum(one.was is not None for one in found)
            yield Rename(gone.name, nearest.name, both, len(mine))


def _meter(rule: Rule) -> tuple[type, str, str | None]:
    return type(rule.kind), rule.source, rule.metric


def _differences(before: Sequence[Told], after: Sequence[Told]) -> list[Difference]:
    series = defaultdict[object, tuple[list[Told], list[Told]]](lambda: ([], []))
    for side, alerts in enumerate((before, after)):
        for told in alerts:
            series[told.series][side].append(told)
    return [one for old, new in series.values() for one in _paired(old, new)]


def _paired(old: list[Told], new: list[Told]) -> Iterator[Difference]:
    """Of one series. What is the same is no choice for anything else; what overlaps comes before
    what is only near."""
    for alike in (_is_same, _overlaps, _is_near):
        for was, will in list(_pairs(old, new, alike)):
            yield Difference(Mark.SAME if alike is _is_same else Mark.MOVED, will, was)
            old.remove(was)
            new.remove(will)
    yield from (Difference(Mark.REMOVED, was) for was in old)
    yield from (Difference(Mark.ADDED, will) for will in new)


def _pairs(
    old: Sequence[Told], new: Sequence[Told], alike: Callable[[Told, Told], bool]
) -> Iterator[tuple[Told, Told]]:
    """Each with the first that is alike and not taken; both sides are in order."""
    i = j = 0
    while i < len(old) and j < len(new):
        if alike(old[i], new[j]):
            yield old[i], new[j]
            i, j = i + 1, j + 1
        elif old[i].opened_at <= new[j].opened_at:
            i += 1
        else:
            j += 1


def _is_same(one: Told, other: Told) -> bool:
    return (one.opened_at, one.ended_at, one.step) == (other.opened_at, other.ended_at, other.step)


def _overlaps(one: Told, other: Told) -> bool:
    return _gap(one, other) < timedelta(0)


def _is_near(one: Told, other: Told) -> bool:
    return _gap(one, other) <= NEAR


def _gap(one: Told, other: Told) -> timedelta:
    """From the end of the earlier to the beginning of the later; below zero where they overlap."""
    first, last = sorted((one, other), key=lambda told: told.opened_at)
    return last.opened_at - (first.ended_at or _NEVER)
