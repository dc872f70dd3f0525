"""What of all that is owed to a destination is said together, and what need not be said at all."""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from daemon.letter import Letter
from daemon.notifier import Receipt
from daemon.store.outbox import Delivery, LetterState
from rules.alert import Change

BURST = 5
"""More messages than this at once nobody reads: they become one."""

_OPENS = (Change.OPENED, Change.ESCALATED)
_ENDS = (Change.RESOLVED, Change.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Run:
    """All that a destination is still owed of one alert, in order; or one that is about none."""

    deliveries: tuple[Delivery, ...]
    heard: bool = False
    """Whether it was told of the alert before."""
    receipt: Receipt | None = None
    """Where the message stands that told of it last."""

    @property
    def ids(self) -> tuple[int, ...]:
        return tuple(one.id for one in self.deliveries)

    @property
    def group(self) -> str:
        first = self.deliveries[0].content
        return first.group if isinstance(first, Letter) else ""


@dataclass(frozen=True, slots=True)
class Bundle:
    """What becomes one message."""

    key: str
    told: tuple[Delivery, ...]
    """One of each alert: the newest there is to say of it."""
    folded: tuple[Delivery, ...] = ()
    """What these say as well."""
    receipt: Receipt | None = None
    unknown: bool = field(kw_only=True, default=False)
    """Whether it left before, and may have arrived."""

    @property
    def ids(self) -> tuple[int, ...]:
        return tuple(one.id for one in (*self.told, *self.folded))

    @property
    def tries(self) -> int:
        return max(one.tries for one in self.told)


def runs(
    due: Iterable[Delivery], heard: Collection[int], receipts: Mapping[int, Receipt]
) -> list[Run]:
    """Letters by their alert. What may have arrived is settled before anything that follows it."""
    by_alert: dict[object, list[Delivery]] = {}
    for one in due:
        by_alert.setdefault(_whose(one), []).append(one)
    made: list[Run] = []
    for some in by_alert.values():
        state, first = next((state, list(group)) for state, group in groupby(some, _state))
        told = first if state is LetterState.OWED else _of_one_message(first)
        alert = told[0].alert
        made.append(
            Run(tuple(told), alert in heard, None if alert is None else receipts.get(alert))
        )
    return made


def told_by(run: Run, *, follows: bool) -> Delivery | None:
    """The one letter that says what there is to say; None: nothing.

    What was taken back before anybody heard of it never was. Of an acknowledgement hears only
    whose message changes with the alert. A reminder is no news beside any other.
    """
    spoken = [one for one in _still_true(run) if follows or _change(one) is not Change.ACKNOWLEDGED]
    spoken = [one for one in spoken if _change(one) is not Change.REMINDED] or spoken
    if not spoken:
        return None
    last = spoken[-1]
    if not run.heard and _change(last) is Change.WITHDRAWN:
        return None
    return _as_heard(last, run)


def _still_true(run: Run) -> Sequence[Delivery]:
    """Without an acknowledgement that was taken back before anybody heard of it: a reminder after
    it says that nobody looks after the alert."""
    changes = [_change(one) for one in run.deliveries]
    return [
        one
        for place, one in enumerate(run.deliveries)
        if changes[place] is not Change.ACKNOWLEDGED or Change.REMINDED not in changes[place:]
    ]


def ends_unheard(run: Run) -> bool:
    """Whether an alert is over of which its destination heard nothing yet."""
    return not run.heard and _change(run.deliveries[-1]) in _ENDS


def bundles(chosen: Sequence[tuple[Run, Delivery]]) -> list[Bundle]:
    """What goes into one message: alerts of one earlier message, of one group, or of one burst.

    First what may have arrived already, then news of what was told, then what is new.
    """
    unknown = [pair for pair in chosen if _state(pair[1]) is LetterState.UNKNOWN]
    owed = [pair for pair in chosen if _state(pair[1]) is not LetterState.UNKNOWN]
    alone = [pair for pair in owed if not isinstance(pair[1].content, Letter)]
    known = [pair for pair in owed if pair[0].receipt is not None]
    fresh = [pair for pair in owed if pair[0].receipt is None and pair not in alone]
    return [
        *(_bundle(some) for some in _by(unknown, _message_of)),
        *(_bundle([pair]) for pair in alone),
        *(_bundle(some) for some in _by(known, lambda pair: pair[0].receipt)),
        *_fresh(fresh),
    ]


def _fresh(pairs: Sequence[tuple[Run, Delivery]]) -> Iterator[Bundle]:
    made = list(_by(pairs, lambda pair: pair[0].group or pair[1].id))
    if len(made) > BURST:
        made = [list(pairs)]
    yield from (_bundle(some) for some in made)


def _bundle(pairs: Sequence[tuple[Run, Delivery]]) -> Bundle:
    told = tuple(one for _, one in pairs)
    said = {one.id for one in told}
    run, first = pairs[0]
    return Bundle(
        key=first.message if first.message and _is_unknown(first) else _key(told),
        told=told,
        folded=tuple(one for each, _ in pairs for one in each.deliveries if one.id not in said),
        receipt=run.receipt,
        unknown=_is_unknown(first),
    )


def _key(told: Sequence[Delivery]) -> str:
    """A letter that goes by itself is known by its own key; what goes together, by all of them."""
    keys = [one.content.key for one in told]
    if len(keys) == 1:
        return keys[0]
    digest = hashlib.sha256("\n".join(keys).encode()).hexdigest()
    return f"{len(keys)} together {digest[:24]}"


def _as_heard(one: Delivery, run: Run) -> Delivery:
    if not isinstance(one.content, Letter):
        return one
    heard = run.heard or _change(one) in _OPENS
    return replace(one, content=replace(one.content, heard=heard))


def _by(
    pairs: Sequence[tuple[Run, Delivery]], what: object
) -> Iterator[list[tuple[Run, Delivery]]]:
    """Those that agree in something, each in the place of its first."""
    found: dict[object, list[tuple[Run, Delivery]]] = {}
    for pair in pairs:
        found.setdefault(what(pair), []).append(pair)  # type: ignore[operator]
    yield from found.values()


def _of_one_message(unknown: Sequence[Delivery]) -> list[Delivery]:
    return [one for one in unknown if one.message == unknown[0].message]


def _message_of(pair: tuple[Run, Delivery]) -> str | None:
    return pair[1].message


def _whose(one: Delivery) -> object:
    return one.content.key if one.alert is None else one.alert


def _state(one: Delivery) -> LetterState:
    return one.state


def _is_unknown(one: Delivery) -> bool:
    return one.state is LetterState.UNKNOWN


def _change(one: Delivery) -> Change | None:
    return one.content.event.change if isinstance(one.content, Letter) else None
