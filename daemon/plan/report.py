"""What a change of the rules would have changed, as lines for people and an object for machines."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from daemon import table
from daemon.plan.compare import Difference, Mark, Rename, RulePlan
from daemon.plan.settings import Setting
from daemon.plan.told import Told
from daemon.text import one_line
from rules.words import count, span

SIGNS = {Mark.REMOVED: "-", Mark.ADDED: "+", Mark.MOVED: "~"}


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan, and of which past."""

    start: datetime
    end: datetime
    series: int
    rules: Sequence[RulePlan]
    renames: Sequence[Rename] = ()

    @property
    def differs(self) -> bool:
        return any(rule.differs for rule in self.rules)

    def count(self, *marks: Mark) -> int:
        return sum(rule.count(*marks) for rule in self.rules)


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    mark: Mark | None = None
    """Of an alert, what becomes of it."""


def as_lines(plan: Plan, most: int | None) -> Iterator[Line]:
    """What changed first, what did not after it, and last, where the eye rests, the sum.

    Of each rule at most so many alerts of each mark, the newest first; None: all of them.
    """
    yield Line(_head(plan))
    different = [rule for rule in plan.rules if rule.changes]
    for rule in different:
        yield Line("")
        yield Line(f"{rule.rule}: {_tally(rule)}")
        yield from (Line(f"    {_setting(one)}") for one in rule.settings)
        yield from _alerts(rule, most)
    yield from _alike([rule for rule in plan.rules if rule not in different])
    for one in plan.renames:
        yield Line("")
        yield Line(_hint(one))
    yield Line("")
    yield Line(_sum(plan))


def as_json(plan: Plan) -> str:
    """One object, on one line, for machines: every alert that differs is in it."""
    line = {
        "start": table.moment(plan.start),
        "end": table.moment(plan.end),
        "series": plan.series,
        "differs": plan.differs,
        "rules": [_rule_object(rule) for rule in plan.rules],
        "renames": [{"before": one.before, "after": one.after} for one in plan.renames],
    }
    return json.dumps(line, ensure_ascii=False)


def when(at: datetime) -> str:
    """A bucket's start, in UTC, as long as every other."""
    return f"{at:%Y-%m-%d %H:%M}"


def who(told: Told) -> str:
    """Which series, in as few words as tell it from the others of its rule."""
    return " ".join(f"{name}={one_line(value, 40)}" for name, value in told.series.labels)


def _head(plan: Plan) -> str:
    held = "1 series" if plan.series == 1 else f"{plan.series:,} series"
    return f"{span(plan.end - plan.start)} of {held}, {when(plan.start)} to {when(plan.end)} UTC"


def _tally(rule: RulePlan) -> str:
    before = rule.count(Mark.REMOVED, Mark.MOVED, Mark.SAME)
    after = rule.count(Mark.ADDED, Mark.MOVED, Mark.SAME)
    if rule.fresh:
        return f"a new rule, {count(after, 'alert')}"
    if rule.gone:
        return f"gone, and {count(before, 'alert')} with it"
    if not rule.differs:
        return f"{count(after, 'alert')}, as before"
    parts = [f"{rule.count(mark):,} {mark.value}" for mark in SIGNS if rule.count(mark)]
    parts += [f"{rule.count(Mark.SAME):,} the same"] if rule.count(Mark.SAME) else []
    return f"{before:,} -> {count(after, 'alert')} ({', '.join(parts)})"


def _setting(setting: Setting) -> str:
    if setting.before is None:
        return f"{setting.name}: {setting.after} (new)"
    if setting.after is None:
        return f"{setting.name}: {setting.before} (gone)"
    return f"{setting.name}: {setting.before} -> {setting.after}"


def _alerts(rule: RulePlan, most: int | None) -> Iterator[Line]:
    for mark in SIGNS:
        found = [one for one in rule.differences if one.mark is mark]
        yield from (Line(f"  {_alert(one)}", mark) for one in found[:most])
        if most is not None and len(found) > most:
            yield Line(f"    and {len(found) - most:,} more {mark.value}; --all shows them", mark)


def _alert(one: Difference) -> str:
    told = one.told
    moved = "" if one.mark is not Mark.MOVED or one.was is None else f"{_moved(one.was, told)}: "
    named = f"{who(told)}  " if told.series.labels else ""
    return f"{SIGNS[one.mark]} {when(told.opened_at)}  {named}{moved}{told.verdict.why.reason}"


def _moved(was: Told, will: Told) -> str:
    said = []
    if was.opened_at != will.opened_at:
        later = will.opened_at > was.opened_at
        said.append(f"opens {span(abs(will.opened_at - was.opened_at))} {_way(later)}")
    if was.ended_at != will.ended_at:
        said.append(_end(was.ended_at, will.ended_at))
    if was.step != will.step:
        said.append(f"passes {count(will.step, 'limit')}, not {was.step}")
    return ", ".join(said)


def _end(was: datetime | None, will: datetime | None) -> str:
    if was is None or will is None:
        return "has not ended yet" if will is None else "has ended"
    return f"ends {span(abs(will - was))} {_way(will > was)}"


def _way(later: bool) -> str:  # noqa: FBT001
    return "later" if later else "earlier"


def _alike(rules: Sequence[RulePlan]) -> Iterator[Line]:
    """Rules of which nothing changed, in a line for all of them."""
    if rules:
        yield Line("")
        told = ", ".join(f"{one.rule} ({len(one.differences):,})" for one in rules)
        yield Line(f"Nothing changes for: {told}")


def _hint(one: Rename) -> str:
    return (
        f"{one.before} is gone and {one.after} is new, of the same kind and source. Renamed? "
        f"{one.kept:,} of its {count(one.of, 'alert')} would be told under the new name too. "
        "What is open under the old name when the daemon starts again is not resolved."
    )


def _sum(plan: Plan) -> str:
    before = plan.count(Mark.REMOVED, Mark.MOVED, Mark.SAME)
    after = plan.count(Mark.ADDED, Mark.MOVED, Mark.SAME)
    if not plan.differs:
        return f"The same alerts as before: {after:,}."
    parts = [f"{plan.count(mark):,} {mark.value}" for mark in (*SIGNS, Mark.SAME)]
    return f"In all {before:,} -> {count(after, 'alert')}: {', '.join(parts)}."


def _rule_object(rule: RulePlan) -> dict[str, object]:
    return {
        "rule": rule.rule,
        "kind": rule.kind,
        "new": rule.fresh,
        "gone": rule.gone,
        "before": rule.count(Mark.REMOVED, Mark.MOVED, Mark.SAME),
        "after": rule.count(Mark.ADDED, Mark.MOVED, Mark.SAME),
        **{mark.value: rule.count(mark) for mark in Mark},
        "settings": {one.name: [one.before, one.after] for one in rule.settings},
        "alerts": [_difference(one) for one in rule.differences if one.mark is not Mark.SAME],
    }


def _difference(one: Difference) -> dict[str, object]:
    gone = one.mark is Mark.REMOVED
    return {
        "change": one.mark.value,
        "series": dict(one.told.series.labels),
        "before": _object(one.told if gone else one.was),
        "after": _object(None if gone else one.told),
    }


def _object(told: Told | None) -> dict[str, object] | None:
    if told is None:
        return None
    return {
        "opened_at": table.moment(told.opened_at),
        "ended_at": None if told.ended_at is None else table.moment(told.ended_at),
        "step": told.step,
        "observed": told.verdict.observed,
        "expected": told.verdict.expected,
        "reason": told.verdict.why.reason,
    }
