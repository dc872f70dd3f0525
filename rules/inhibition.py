"""Alerts that need not be told while another one fires: a total silences its parts, say."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rules.route import Patterns, matches


@dataclass(frozen=True, slots=True)
class Inhibition:
    """While one alert fires, others are not told."""

    while_: Patterns
    """Which alerts silence others: label name to shell patterns, any of which may match."""
    mutes: Patterns
    """Which alerts are not told meanwhile, likewise. No alert silences itself."""
    equal: tuple[str, ...] = ()
    """Names of labels in which the two must agree; both must have them."""


@dataclass(frozen=True, slots=True)
class Firing:
    """An alert that goes on, by its number, with all it is routed by."""

    number: int
    labels: Mapping[str, str]


_GRAVITY = ("critical", "warning", "info")
_Tie = tuple[int, tuple[str, ...]]
"""An inhibition by its place, and the values in which its two sides agree."""


def silenced(
    inhibitions: Sequence[Inhibition], firing: Iterable[Firing], over: Iterable[Firing] = ()
) -> Mapping[int, int]:
    """The numbers of the alerts that are silenced, each with that of one that silences it.

    Those that are `over` can still be silenced, where nobody was told of them yet; they silence
    nobody.

    What is silenced itself still silences others: of whatever is behind it somebody hears. Only
    of alerts in a ring, each of which would silence the next, one stands all the same: the
    gravest, and of these the one with the lowest number.

    >>> total = Inhibition({"rule": ("total",)}, {"rule": ("part",)})
    >>> silenced([total], [Firing(1, {"rule": "total"}), Firing(2, {"rule": "part"})])
    {2: 1}
    """
    ordered = sorted(firing, key=_order)
    ties = _Ties(
        silencing=_Side([(each.while_, each.equal) for each in inhibitions], ordered),
        muted=_Side([(each.mutes, each.equal) for each in inhibitions], [*ordered, *over]),
    )
    left = [one.number for one in ordered if ties.threatened(one.number)]
    found: dict[int, int] = {}
    for one in ordered:
        if not ties.threatened(one.number):
            _spread(ties, one.number, found)
    while left := [number for number in left if number not in found]:
        # Each of these is silenced by another of these, so there is a ring among them.
        stands = next(number for number in left if ties.in_ring(number))
        left.remove(stands)
        _spread(ties, stands, found)
    return found


def _spread(ties: "_Ties", stands: int, found: dict[int, int]) -> None:
    """Silence all that one alert which stands does, and all that these do, and so on."""
    done: set[_Tie] = set()
    ahead = [stands]
    while ahead:
        one = ahead.pop()
        for other in ties.silences(one, done):
            if other != stands and other not in found:
                found[other] = one
                ahead.append(other)


class _Side:
    """The alerts on one side of all inhibitions."""

    def __init__(
        self, sides: Iterable[tuple[Patterns, tuple[str, ...]]], alerts: Sequence[Firing]
    ) -> None:
        self.ties: dict[int, list[_Tie]] = {}
        """The ties of an alert."""
        self.alerts: dict[_Tie, list[int]] = {}
        """The alerts on this side of a tie."""
        for place, (patterns, equal) in enumerate(sides):
            for one in alerts:
                if all(name in one.labels for name in equal) and matches(patterns, one.labels):
                    tie = place, tuple(one.labels[name] for name in equal)
                    self.ties.setdefault(one.number, []).append(tie)
                    self.alerts.setdefault(tie, []).append(one.number)


@dataclass(frozen=True, slots=True)
class _Ties:
    """Who would silence whom. Thousands of alerts may share a tie: the pairs are never written
    out."""

    silencing: _Side
    muted: _Side

    def threatened(self, number: int) -> bool:
        """Whether another alert would silence this one."""
        ties = self.muted.ties.get(number, ())
        return any(self.silencing.alerts.get(tie, [number]) != [number] for tie in ties)

    def silences(self, number: int, done: set[_Tie]) -> Iterator[int]:
        """Those that one alert would silence, but by ties that were followed already."""
        for tie in self.silencing.ties.get(number, ()):
            if tie not in done:
                done.add(tie)
                yield from (other for other in self.muted.alerts.get(tie, ()) if other != number)

    def in_ring(self, number: int) -> bool:
        """Whether it would silence itself in the end, by way of others."""
        seen = {number}
        ahead = list(self.silences(number, set()))
        done: set[_Tie] = set()
        while ahead:
            if (one := ahead.pop()) not in seen:
                seen.add(one)
                ahead += self.silences(one, done)
            elif one == number:
                return True
        return False


def _order(one: Firing) -> tuple[int, int]:
    severity = one.labels.get("severity", "")
    return _GRAVITY.index(severity) if severity in _GRAVITY else len(_GRAVITY), one.number
