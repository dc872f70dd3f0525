from collections import deque
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar

import pytest

from daemon.checkup import Checked, Checkup, Finding
from daemon.health import note_destination
from daemon.http import Http
from daemon.notifier import (
    DeliveryError,
    DeliveryRefused,
    Destination,
    DestinationDown,
    Message,
    Receipt,
)
from daemon.notifiers.pagerduty import PagerDuty
from daemon.route import Routing
from daemon.sandbox.loopback import serve
from daemon.sandbox.pagerduty import PagerDutyStandIn
from daemon.secret import Secret
from daemon.store import Store, open_store
from rules.alert import Change
from rules.health import BROKEN
from tests.blank import blank
from tests.make import AT

DAY = timedelta(days=1)
ROUTING = Routing(destinations=frozenset({"ops", "mail", "hook"}))


@dataclass
class Place:
    """A notifier that answers a look as it was told to."""

    answers: deque[str | Exception | None] = field(default_factory=deque)
    asked: int = 0
    follows: ClassVar[bool] = False
    spacing: ClassVar[timedelta] = timedelta(0)

    async def send(self, http: Http, message: Message) -> Receipt | None:
        raise AssertionError("a look leaves nothing behind")

    async def probe(self, http: Http) -> str | None:
        self.asked += 1
        answer = self.answers.popleft() if self.answers else "here"
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store(blank(tmp_path)) as store:
        yield store


def checkup(store: Store, http: Http, *places: Destination) -> Checkup:
    return Checkup({one.name: one for one in places}, store, http, ROUTING)


def said(found: Sequence[Checked]) -> list[tuple[str, Finding, list[Change]]]:
    return [(one.destination, one.finding, [e.change for e in one.events]) for one in found]


async def owed(store: Store) -> list[tuple[str, Change]]:
    async with store.transaction() as tx:
        names = await tx.outbox.waiting(AT + 30 * DAY)
        due = [one for name in names for one in await tx.bag.due(name, AT + 30 * DAY)]
    return [(one.content.destination, one.content.event.change) for one in due]


async def looks(look: Checkup, *after: timedelta) -> list[list[tuple[str, Finding, list[Change]]]]:
    return [said(await look.check(AT + one)) for one in after]


async def test_each_is_asked_once_a_day_however_often_we_look(store: Store, http: Http) -> None:
    place = Place()
    look = checkup(store, http, Destination("ops", place))
    found = await looks(look, timedelta(0), DAY / 2, DAY - timedelta(seconds=1), DAY)

    assert place.asked == 2
    assert found == [[("ops", Finding.WORKS, [])], [], [], [("ops", Finding.WORKS, [])]]


@pytest.mark.parametrize("refusal", [DestinationDown, DeliveryRefused])
async def test_one_that_is_refused_is_told_of_elsewhere_until_it_works(
    store: Store, http: Http, refusal: type[DeliveryError]
) -> None:
    """FAULTS 36, 37: a revoked token is known within a day, though nothing was owed."""
    ops = Place(deque([refusal("401; get a new one"), refusal("401; get a new one"), "here"]))
    look = checkup(store, http, Destination("ops", ops), Destination("mail", Place()))
    broken, still, well = await looks(look, timedelta(0), DAY, 2 * DAY)

    assert broken == [("ops", Finding.BROKEN, [Change.OPENED]), ("mail", Finding.WORKS, [])]
    assert still[0] == ("ops", Finding.BROKEN, [])
    assert well[0] == ("ops", Finding.WORKS, [Change.RESOLVED])
    assert await owed(store) == [("mail", Change.OPENED), ("mail", Change.RESOLVED)]


async def test_one_that_does_not_answer_just_now_is_asked_again_soon(
    store: Store, http: Http
) -> None:
    ops = Place(deque([DeliveryError("503"), "here"]))
    look = checkup(store, http, Destination("ops", ops), Destination("mail", Place()))
    found = await looks(look, timedelta(0), timedelta(hours=1))

    assert found[0][0] == ("ops", Finding.LATER, [])
    assert found[1] == [("ops", Finding.WORKS, [])]
    assert await owed(store) == []


async def test_where_only_a_message_could_tell_a_look_ends_nothing(
    store: Store, http: Http
) -> None:
    look = checkup(
        store, http, Destination("hook", Place(deque([None]))), Destination("mail", Place())
    )
    async with store.transaction() as tx:
        await note_destination(tx, ROUTING, "hook", ("mail",), "410", AT)
    [hook, _] = await look.check(AT + timedelta(hours=1))

    assert (hook.finding, hook.events) == (Finding.UNTRIED, ())
    assert await owed(store) == [("mail", Change.OPENED)]


async def test_a_delivery_that_succeeds_ends_it_too(store: Store) -> None:
    at: list[datetime] = [AT, AT + DAY, AT + 2 * DAY]
    async with store.transaction() as tx:
        begun = await note_destination(tx, ROUTING, "ops", ("mail",), "401; a key is gone", at[0])
        over = await note_destination(tx, ROUTING, "ops", ("mail",), None, at[1])
        again = await note_destination(tx, ROUTING, "ops", ("mail",), None, at[2])

    assert [one.alert.rule for one in (*begun, *over)] == 2 * [BROKEN.rule]
    assert [one.change for one in (*begun, *over, *again)] == [Change.OPENED, Change.RESOLVED]
    assert begun[0].alert.series.source == "ops"


async def test_one_that_breaks_by_a_fault_of_ours_keeps_nobody_from_being_asked(
    store: Store, http: Http
) -> None:
    ops, mail = Place(deque([ValueError("ours")])), Place()
    look = checkup(store, http, Destination("ops", ops), Destination("mail", mail))
    first, later = await looks(look, 0 * DAY, DAY / 24)

    assert first == [("ops", Finding.LATER, []), ("mail", Finding.WORKS, [])]
    assert later == [("ops", Finding.WORKS, [])]


async def test_where_there_is_nobody_else_nobody_is_told(store: Store, http: Http) -> None:
    look = checkup(store, http, Destination("ops", Place(deque([DestinationDown("401")]))))
    [found] = await look.check(AT)

    assert found.finding is Finding.BROKEN
    assert await owed(store) == []


@pytest.mark.parametrize(
    ("fallback", "others"), [(None, ("mail", "page")), (("page",), ("page",)), ((), ())]
)
def test_a_fallback_hears_alone(fallback: tuple[str, ...] | None, others: tuple[str, ...]) -> None:
    ops = Destination("ops", Place(), fallback)
    everyone = {one: Destination(one, Place()) for one in ("mail", "page")}

    assert ops.told_instead({"ops": ops, **everyone}) == others


async def test_a_real_place_with_a_wrong_key_is_found(store: Store, http: Http) -> None:
    pager = PagerDutyStandIn(keys=frozenset())
    async with serve(pager.app()) as url:
        key = Secret("0" * 32)
        look = checkup(store, http, Destination("pager", PagerDuty(key, url)))
        [found] = await look.check(AT)

    assert found.finding is Finding.BROKEN
    assert "check `routing_key`" in found.words
