"""The stand-in does what Alertmanager does; those of its answers that matter were seen of it."""

import json
from datetime import timedelta
from typing import Any

import pytest

from daemon.http import Call, Http
from daemon.sandbox.alertmanager import AlertmanagerStandIn
from daemon.sandbox.loopback import serve
from tests.fakes import HandClock
from tests.make import AT, HOUR

ALERT = {"labels": {"alertname": "a", "empty": ""}, "startsAt": AT.isoformat()}


@pytest.fixture
def clock() -> HandClock:
    return HandClock(AT + HOUR)


async def post(http: Http, stand_in: AlertmanagerStandIn, *alerts: Any) -> int:
    async with serve(stand_in.app()) as url:
        body = json.dumps(alerts).encode()
        return (await http.send(Call(f"{url}/api/v2/alerts", body=body))).status


async def test_without_an_end_an_alert_has_five_minutes(http: Http, clock: HandClock) -> None:
    told: list[str] = []
    stand_in = AlertmanagerStandIn(clock, told=lambda one: told.append(one.name))

    assert await post(http, stand_in, ALERT) == await post(http, stand_in, ALERT) == 200
    assert [dict(one.labels) for one in stand_in.firing()] == [{"alertname": "a"}]
    assert told == ["a"]
    clock.at += timedelta(minutes=5)
    assert stand_in.firing() == []


@pytest.mark.parametrize(
    "other",
    [
        {**ALERT, "labels": {"voice-id": "x"}},
        {**ALERT, "labels": {"empty": ""}},
        {**ALERT, "endsAt": (AT - HOUR).isoformat()},
        {**ALERT, "startsAt": "today"},
        {"labels": {"a": "b"}},
        7,
    ],
)
async def test_one_that_is_no_good_refuses_all(http: Http, clock: HandClock, other: Any) -> None:
    stand_in = AlertmanagerStandIn(clock)

    assert await post(http, stand_in, ALERT, other) == 400
    assert stand_in.alerts == {}


async def test_it_tells_what_fires_and_what_it_is(http: Http, clock: HandClock) -> None:
    stand_in = AlertmanagerStandIn(clock)
    later = {**ALERT, "startsAt": "2026-11-20T14:30:00"}
    await post(http, stand_in, ALERT)
    await post(http, stand_in, later)
    async with serve(stand_in.app()) as url:
        alerts = json.loads((await http.send(Call(f"{url}/api/v2/alerts"))).body)
        status = json.loads((await http.send(Call(f"{url}/api/v2/status"))).body)

    assert [one["startsAt"] for one in alerts] == [AT.isoformat()]
    assert status["versionInfo"]["version"] == "0.25.0"
