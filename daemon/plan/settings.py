"""What a rule is set to, as it would be written, and where two rules differ in it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from types import NoneType
from typing import Any

from daemon.config.durations import spell_duration
from daemon.config.rates import spell_rate
from rules.kind import Kind
from rules.kinds import KINDS
from rules.rate import Rate
from rules.rule import Rule


@dataclass(frozen=True, slots=True)
class Setting:
    """A key of a rule that two configurations set differently."""

    name: str
    before: str | None
    """None: the rule has no such key."""
    after: str | None


def changed(before: Rule, after: Rule) -> tuple[Setting, ...]:
    """Every key of a rule that is not what it was, in the order they are written."""
    old, new = dict(_written(before)), dict(_written(after))
    return tuple(
        Setting(name, old.get(name), new.get(name))
        for name in dict.fromkeys([*old, *new])
        if old.get(name) != new.get(name)
    )


def kind_of(rule: Rule) -> str:
    """The word that is written for a rule's kind."""
    return word_of(type(rule.kind))


def word_of(kind: type[Kind]) -> str:
    names = {cls: name for name, cls in KINDS.items()}
    return names.get(kind, kind.__name__.lower())


def spell(value: object) -> str:
    """A value as it would be written in the configuration.

    >>> spell(timedelta(hours=3)), spell(2.0), spell(None), spell(("ops", "mail"))
    ('3h', '2', 'nothing', '[ops, mail]')
    """
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key}: {spell(one)}' for key, one in value.items())}}}"
    if isinstance(value, tuple):
        return f"[{', '.join(map(spell, value))}]"
    return _SPELLED.get(type(value), str)(value)


_SPELLED: Mapping[type, Callable[[Any], str]] = {
    NoneType: lambda _: "nothing",
    bool: lambda value: str(value).lower(),
    float: lambda value: f"{value:.15g}",
    timedelta: spell_duration,
    Rate: spell_rate,
}


def _written(rule: Rule) -> Iterator[tuple[str, str]]:
    yield "kind", kind_of(rule)
    for holder in (rule.kind, rule, rule.policy):
        cls: type = type(holder)
        for one in fields(cls):
            if one.name not in ("name", "kind", "policy"):
                yield one.name.removesuffix("_"), spell(getattr(holder, one.name))
