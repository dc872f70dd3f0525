"""What is held back, until when, and whether it is told in the end."""

from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from daemon.hold import Hold, holds, inhibitors
from daemon.letter import Letter
from daemon.planned.weekly import Weekly
from daemon.route import Routing, labels_of
from daemon.store import Store, open_store
from rules.alert import Alert, Change, Phase
from rules.health import BLIND, polls_of
from rules.inhibition import Firing, Inhibition
from rules.route import Route
from rules.rule import Severity
from rules.series import Series
from rules.series import labels_of as series_labels
from rules.silence import Silence
from tests import make
from tests.blank import blank

AT = datetime(2026, 11, 20, 23, tzinfo=UTC)
"""A Friday; in Berlin it is Saturday already."""
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
ENDS = (Change.RESOLVED, Change.WITHDRAWN)
GOES_ON = (Change.OPENED, Change.WORSENED, Change.REMINDED, Change.ESCALATED)
TOTAL = Inhibition({"rule": ("total",)}, {"rule": ("part",)}, ("source",))
NIGHTS = Weekly(("mon-fri 22:00-07:00", "sat,sun"), "Europe/Berlin")
QUIET = Routing(Route(tell=("team",), quiet=(NIGHTS,)))


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store(blank(tmp_path)) as store:
        yield store


def alert(rule: str, source: str = "voices", **fields: object) -> Alert:
    series = Series(source, "minutes", series_labels({"voice": "agatha"}))
    return make.alert(rule=rule, series=series, **fields)


async def letter_of(
    store: Store, one: Alert, change: Change = Change.OPENED, severity: Severity = Severity.WARNING
) -> Letter:
    """A letter about an alert that is kept as it is."""
    async with store.transaction() as tx:
        number = await tx.alerts.keep(one)
    event = replace(make.event(change), alert=one)
    return make.letter(
        change,
        event=event,
        key=f"{one.rule} {one.series.source} {change}",
        alert=number,
        severity=severity,
        labels=labels_of(one.series, one.rule, severity),
    )


async def held(
    store: Store, routing: Routing, letters: Iterable[Letter], at: datetime = AT
) -> Mapping[str, Hold]:
    async with store.transaction() as tx:
        return await holds(tx, routing, list(letters), at)


async def silenced(store: Store, end: datetime = AT + HOUR, **match: str) -> Silence:
    patterns = {name: (pattern,) for name, pattern in match.items()}
    made = Silence(0, patterns, AT - HOUR, end, "anna", "load test")
    async with store.transaction() as tx:
        return await tx.silences.add(made, AT - HOUR)


async def test_what_nothing_holds_back_is_told(store: Store) -> None:
    letter = await letter_of(store, alert("busy"))
    await silenced(store, rule="other")

    assert await held(store, Routing(inhibitions=(TOTAL,)), [letter]) == {}
    assert await held(store, Routing(), []) == {}


@pytest.mark.parametrize("change", GOES_ON)
async def test_a_silence_mutes_what_it_speaks_of(store: Store, change: Change) -> None:
    silence = await silenced(store, voice="aga*")
    letter = await letter_of(store, alert("busy"), change)

    assert await held(store, Routing(), [letter]) == {
        letter.key: Hold(
            f"silence {silence.number} by anna until Sat 21 Nov 00:00 UTC: load test",
            AT + MINUTE,
            mutes=True,
        )
    }
    assert await held(store, Routing(), [letter], AT + HOUR) == {}


async def test_of_several_silences_the_last_to_end_is_named(store: Store) -> None:
    await silenced(store, AT + MINUTE / 2, voice="aga*")
    last = await silenced(store, AT + 2 * HOUR, voice="aga*")
    await silenced(store, AT + HOUR, rule="busy")
    letter = await letter_of(store, alert("busy"))
    (hold,) = (await held(store, Routing(), [letter])).values()

    assert hold.reason.startswith(f"silence {last.number} ")


async def test_a_silence_that_ends_soon_is_looked_at_when_it_does(store: Store) -> None:
    await silenced(store, AT + MINUTE / 2, rule="busy")
    letter = await letter_of(store, alert("busy"))
    (hold,) = (await held(store, Routing(), [letter])).values()

    assert hold.until == AT + MINUTE / 2


@pytest.mark.parametrize("change", [*ENDS, Change.ACKNOWLEDGED])
async def test_neither_an_end_nor_an_acknowledgement_is_muted(store: Store, change: Change) -> None:
    await silenced(store, rule="part")
    await letter_of(store, alert("total"))
    over = alert("part", phase=Phase.RESOLVED, ended_at=AT)
    letter = await letter_of(store, over, change)

    assert await held(store, Routing(inhibitions=(TOTAL,)), [letter]) == {}


@pytest.mark.parametrize("change", GOES_ON)
async def test_a_total_silences_its_parts_while_it_fires(store: Store, change: Change) -> None:
    total = await letter_of(store, alert("total"))
    part = await letter_of(store, alert("part"), change)
    other = await letter_of(store, alert("part", "music"), change)
    routing = Routing(inhibitions=(TOTAL,))
    goes_on = await held(store, routing, [total, part, other])
    await letter_of(store, alert("total", phase=Phase.RESOLVED, ended_at=AT))
    ended = await held(store, routing, [part])

    assert goes_on == {part.key: Hold(f"alert {total.alert} goes on", AT + MINUTE, mutes=True)}
    assert ended == {}


async def test_what_is_over_and_was_never_told_is_silenced_still(store: Store) -> None:
    """Its opening is asked about, as the first that its destination would hear."""
    total = await letter_of(store, alert("total"))
    part = await letter_of(store, alert("part", phase=Phase.RESOLVED, ended_at=AT))

    assert set(await held(store, Routing(inhibitions=(TOTAL,)), [total, part])) == {part.key}


async def test_what_is_over_silences_nobody(store: Store) -> None:
    total = await letter_of(store, alert("total", phase=Phase.RESOLVED, ended_at=AT))
    part = await letter_of(store, alert("part"))

    assert await held(store, Routing(inhibitions=(TOTAL,)), [total, part]) == {}


async def test_while_a_source_is_blind_nobody_is_reminded_of_what_it_told_last(
    store: Store,
) -> None:
    blind = make.alert(rule=BLIND.rule, series=polls_of("voices"))
    other = make.alert(rule=BLIND.rule, series=polls_of("music"))
    letters = [
        await letter_of(store, one, change)
        for one in (alert("busy"), blind, other)
        for change in (Change.OPENED, Change.REMINDED, Change.ESCALATED)
    ]
    found = await held(store, Routing(), letters)

    assert set(found) == {"busy voices reminded", "busy voices escalated"}


@pytest.mark.parametrize(
    ("at", "until"),
    [
        (datetime(2026, 11, 20, 20, 59, tzinfo=UTC), None),
        (datetime(2026, 11, 20, 21, 0, tzinfo=UTC), "Sun 22 Nov 23:00 UTC"),
        (datetime(2026, 11, 22, 22, 59, tzinfo=UTC), "Sun 22 Nov 23:00 UTC"),
        (datetime(2026, 11, 22, 23, 0, tzinfo=UTC), None),
        # Summer time ends in the night to Sunday 25 October: the Monday before begins at 22 UTC.
        (datetime(2026, 10, 25, 21, 59, tzinfo=UTC), "Sun 25 Oct 23:00 UTC"),
        (datetime(2026, 10, 23, 20, 0, tzinfo=UTC), "Sun 25 Oct 23:00 UTC"),
        (datetime(2026, 10, 23, 19, 59, tzinfo=UTC), None),
    ],
)
async def test_quiet_hours_are_those_of_their_zone(
    store: Store, at: datetime, until: str | None
) -> None:
    letter = await letter_of(store, alert("busy"))
    found = await held(store, QUIET, [letter], at)
    said = [(hold.reason, hold.mutes) for hold in found.values()]

    assert said == ([] if until is None else [(f"quiet hours until {until}", False)])


async def test_quiet_hours_are_looked_at_again_before_long(store: Store) -> None:
    """A reload may have changed them."""
    letter = await letter_of(store, alert("busy"))
    (long,) = (await held(store, QUIET, [letter])).values()
    almost = datetime(2026, 11, 22, 22, 50, tzinfo=UTC)
    (short,) = (await held(store, QUIET, [letter], almost)).values()

    assert long.until == AT + 15 * MINUTE
    assert short.until == almost + 10 * MINUTE


@pytest.mark.parametrize("severity", Severity)
@pytest.mark.parametrize("change", Change)
async def test_by_night_only_who_may_be_up_is_told(
    store: Store, change: Change, severity: Severity
) -> None:
    letter = await letter_of(store, alert("busy"), change, severity)
    waits = bool(await held(store, QUIET, [letter]))
    told = change is Change.ACKNOWLEDGED or (change in ENDS and severity is Severity.CRITICAL)

    assert waits is not told


async def test_who_is_named_by_a_rule_has_the_quiet_hours_of_the_branch(store: Store) -> None:
    letter = replace(await letter_of(store, alert("busy")), destination="boss")
    loud = Route(match={"rule": ("busy",)}, quiet=())
    branch = replace(QUIET.tree, routes=(loud,))

    assert set(await held(store, QUIET, [letter])) == {letter.key}
    assert await held(store, Routing(branch), [letter]) == {}


async def test_who_would_silence_an_alert_can_be_asked_beforehand(store: Store) -> None:
    total = await letter_of(store, alert("total"))
    asked = [Firing(0, {"rule": "part", "source": "voices"})]
    async with store.transaction() as tx:
        assert await inhibitors(tx, Routing(inhibitions=(TOTAL,)), asked) == {0: total.alert}
        assert await inhibitors(tx, Routing(), asked) == {}
