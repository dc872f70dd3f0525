"""Rows 1 to 3 and 23: a vendor that sends us away is left alone, and heard of in time."""

import pytest

from daemon.http import Http
from daemon.sandbox.faults import Canned
from daemon.secret import Secret
from daemon.sources.supertone import SupertoneUsage
from daemon.store import open_store
from rules.alert import Change
from tests.daemon.sources.vendor import KEY
from tests.postgres import Postgres
from tests.vendor_faults.house import HOUR, MINUTE, SECOND, TURN, House, open_house

LIMITED = Canned(429, '{"message": "slow down"}')


def after(text: str) -> Canned:
    return Canned(429, "", {"Retry-After": text})


async def test_row_01_while_a_vendor_wants_rest_no_replica_asks_and_no_restart_forgets(
    postgres_server: Postgres, http: Http
) -> None:
    with postgres_server.database() as url:
        async with open_house(url, http) as one, open_store(url) as second:
            two = House(second, http, one.clock, one.vendor, one.url, one.source)
            one.says(after("120"))
            sent_away = [await one.poll(), await two.poll()]
            assert one.calls == 1
            one.clock.at += 105 * SECOND  # of the last ten seconds a poll waits for the end
            async with open_store(url) as third:
                reborn = House(third, http, one.clock, one.vendor, one.url, one.source)
                sent_away.append(await reborn.poll())
                assert one.calls == 1
                one.clock.at += 22 * SECOND
                well = [await house.poll() for house in (reborn, two, one)]

    assert all(polled.failure and not polled.events for polled in sent_away)
    assert two.counted("calls", account=next(iter(two.governor._gates)), outcome="resting") == 1
    assert [polled.failure for polled in well] == [None] * 3


@pytest.mark.parametrize(
    ("text", "calls", "least", "most"),
    [
        ("Wed, 21 Oct 2015 07:28:00 GMT", 3, 24 * SECOND, 30 * SECOND),
        ("in a while", 3, 24 * SECOND, 30 * SECOND),
        ("31536000", 1, HOUR, 1.05 * HOUR),
        ("Fri, 22 May 2026 10:20:00 GMT", 1, HOUR, 1.05 * HOUR),
    ],
)
async def test_row_02_a_wait_that_makes_no_sense_is_one_that_does(
    house: House, caplog: pytest.LogCaptureFixture, text: str, calls: int, least, most
) -> None:
    house.says(*[after(text)] * calls)
    await house.poll()
    rested_at = house.clock.at
    await house.poll()
    assert house.calls == calls
    house.clock.at = rested_at + least - 12 * SECOND
    assert (await house.poll()).failure
    house.clock.at = rested_at + most + SECOND

    assert (await house.poll()).failure is None
    assert sum(record.name == "daemon.governor.gate" for record in caplog.records) == 1


async def test_row_03_without_a_word_it_is_asked_ever_less_and_told_once(house: House) -> None:
    house.says(*[LIMITED] * 1000)
    heard = await house.polls(25 * MINUTE)
    assert heard == []
    heard = await house.polls(2 * HOUR)
    before = house.calls
    await house.polls(HOUR)

    assert heard == [("blind source", Change.OPENED)]
    assert house.calls - before <= 5 * 3  # a quarter of an hour between them, three tries each
    house.vendor.faults.canned.clear()
    assert await house.polls(30 * MINUTE) == [("blind source", Change.RESOLVED)]


@pytest.mark.parametrize("status", [401, 403])
async def test_row_23_a_refused_key_is_told_at_once_and_tried_four_times_an_hour(
    house: House, status: int
) -> None:
    house.says(*[Canned(status, f"{KEY} is not good")] * 1000)
    polled = await house.poll()
    assert [event.change for event in polled.events] == [Change.OPENED]
    assert "check sources.voices.key" in (polled.failure or "")
    assert await house.polls(2 * HOUR) == []

    assert house.calls <= 9
    assert house.counted("polls", source="voices", result="refused") == 25
    house.vendor.faults.canned.clear()
    assert await house.polls(20 * MINUTE) == [("blind source", Change.RESOLVED)]


async def test_row_23_another_key_is_tried_at_once(house: House) -> None:
    house.says(Canned(401))
    await house.polls(TURN)
    house.source = SupertoneUsage(Secret("sk-new-8842c1"), house.url, names=False)
    house.secrets += ("sk-new-8842c1",)

    assert await house.polls(TURN) == [("blind source", Change.RESOLVED)]
