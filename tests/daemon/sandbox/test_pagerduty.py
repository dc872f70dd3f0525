"""The stand-in is as strict as PagerDuty's pages say."""

import json
from typing import Any

import pytest

from daemon.http import Call, Http
from daemon.sandbox.loopback import serve
from daemon.sandbox.pagerduty import LARGEST, PagerDutyStandIn, State

PAYLOAD = {"summary": "s", "source": "tts", "severity": "error"}
EVENT = {
    "routing_key": "0" * 32,
    "event_action": "trigger",
    "dedup_key": "k",
    "payload": PAYLOAD,
}


async def said(http: Http, pager: PagerDutyStandIn, *events: Any) -> list[tuple[int, Any]]:
    answers = []
    async with serve(pager.app()) as url:
        for event in events:
            body = event if isinstance(event, bytes) else json.dumps(event).encode()
            reply = await http.send(Call(f"{url}/v2/enqueue", body=body))
            answers.append((reply.status, reply.body))
    return answers


async def test_what_is_taken_is_answered_with_its_key(http: Http) -> None:
    [(status, body)] = await said(http, PagerDutyStandIn(), EVENT)

    assert status == 202
    assert json.loads(body) == {
        "status": "success",
        "message": "Event processed",
        "dedup_key": "k",
    }


@pytest.mark.parametrize(
    ("event", "error"),
    [
        ({**EVENT, "routing_key": "0" * 31}, "Length of 'routing_key' is incorrect"),
        ({**EVENT, "routing_key": "1" * 32}, "Invalid routing key"),
        ({**EVENT, "event_action": "open"}, "'event_action'"),
        ({**EVENT, "dedup_key": "k" * 256}, "Length of 'dedup_key'"),
        ({**EVENT, "payload": {}}, "'payload.summary' is missing"),
        ({**EVENT, "payload": {**PAYLOAD, "summary": "s" * 1025}}, "Length of 'payload.summary'"),
        ({**EVENT, "payload": {**PAYLOAD, "severity": "grave"}}, "'payload.severity' is invalid"),
        (b"{", "JSON"),
    ],
)
async def test_what_breaks_a_limit_is_answered_with_which(
    http: Http, event: Any, error: str
) -> None:
    [(status, body)] = await said(http, PagerDutyStandIn(keys=frozenset({"0" * 32})), event)

    assert status == 400
    assert json.loads(body)["status"] == "invalid event"
    assert any(one.startswith(error) for one in json.loads(body)["errors"])


async def test_what_is_too_large_is_not_read(http: Http) -> None:
    [(status, _)] = await said(http, PagerDutyStandIn(), b" " * (LARGEST + 1))

    assert status == 413


async def test_an_end_of_nothing_is_dropped_and_a_repeat_opens_nothing(http: Http) -> None:
    told: list[State] = []
    pager = PagerDutyStandIn(told=lambda one: told.append(one.state))
    over = {**EVENT, "event_action": "resolve"}
    await said(http, pager, over, EVENT, EVENT, over, over, EVENT)

    assert [one.state for one in pager.incidents] == [State.RESOLVED, State.TRIGGERED]
    assert len(told) == 4
