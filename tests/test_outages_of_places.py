"""A place that cannot be reached: nobody else notices, and it hears the truth when it is back."""

from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from daemon.letter import Letter
from daemon.store.outbox import Delivery, LetterState
from rules.alert import Change
from tests.blank import blank
from tests.crowd import BUSY, NOON, Crowd, crowd, shown
from tests.fakes import HOUR

QUARTER = timedelta(minutes=15)
NOWHERE = "http://127.0.0.1:9"
"""Nobody listens there."""


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[Crowd]:
    async with crowd(blank(tmp_path), 10) as world:
        world.step = QUARTER
        yield world


async def hour(world: Crowd, number: int, busy: range) -> None:
    """Polled at half past it, with rounds all the while."""
    world.use(number, busy)
    world.clock.at = NOON + (number + 0.5) * HOUR
    await world.poll_all()
    await world.pass_(HOUR - timedelta(seconds=1))


def heard(letters: list[Letter]) -> Counter[tuple[str, Change]]:
    """How often of which voice, of those that the sources tell of."""
    mine = [one for one in letters if one.event.alert.rule == BUSY.name]
    return Counter((one.event.alert.series.labels[0][1][-1], one.event.change) for one in mine)


async def about_voices(world: Crowd, destination: str) -> list[Delivery]:
    """The ledger of a destination, without what is said of destinations themselves."""
    async with world.store.transaction() as tx:
        lines = await tx.outbox.ledger(999, destination=destination)
    letters = [one for one in lines if isinstance(one.content, Letter)]
    return [one for one in letters if one.content.event.alert.rule == BUSY.name]


async def test_a_place_that_is_down_for_a_day_delays_and_repeats_nothing_elsewhere(
    world: Crowd,
) -> None:
    """FAULTS row 42. Of ten voices two end in the course of the day; back again, it is told once
    what is still true."""
    there, world.url = world.url, NOWHERE
    await hour(world, 0, range(10))
    for number in range(1, 24):
        await hour(world, number, range(10) if number < 5 else range(8))

    assert world.slack.messages == []
    for name in ("mail", "box"):
        lines = await about_voices(world, name)
        assert [one.state for one in lines] == [LetterState.SENT] * 12
        assert {one.settled_at for one in lines} == {NOON + HOUR / 2, NOON + 6.5 * HOUR}
    spoken = [one for one in world.box.messages if one.letters[0].event.alert.rule == BUSY.name]
    assert len(spoken) == 2, "ten begin; two are over"

    world.url = there
    await world.pass_(HOUR)
    [message] = world.posted()
    assert "8 of 10 alerts of voice-busy still go on" in shown(message)
    states = Counter(one.state for one in await about_voices(world, "team"))
    assert states == {LetterState.SENT: 10, LetterState.FOLDED: 2}


async def test_what_is_over_when_a_place_is_back_is_told_as_over(world: Crowd) -> None:
    """FAULTS row 43."""
    there, world.url = world.url, NOWHERE
    await hour(world, 0, range(1))
    await hour(world, 1, range(0))
    await hour(world, 2, range(0))
    world.url = there
    await world.pass_(HOUR)

    [message] = world.posted()
    assert len(message.versions) == 1
    assert "over" in shown(message)
    assert heard(world.box.letters) == Counter({("0", Change.OPENED): 1, ("0", Change.RESOLVED): 1})


async def test_what_was_taken_back_before_a_place_is_back_is_not_told_there(world: Crowd) -> None:
    there, world.url = world.url, NOWHERE
    await hour(world, 0, range(1))
    world.use(0, range(0))
    await hour(world, 1, range(0))
    world.url = there
    await world.pass_(HOUR)

    assert world.posted() == []
    assert heard(world.box.letters) == Counter(
        {("0", Change.OPENED): 1, ("0", Change.WITHDRAWN): 1}
    )
