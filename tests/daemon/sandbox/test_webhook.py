import hashlib
import hmac
from datetime import timedelta

import pytest

from daemon.http import Call, Http
from daemon.sandbox.loopback import serve
from daemon.sandbox.webhook import WebhookStandIn
from tests.fakes import HandClock
from tests.make import AT

BODY = b'{"version": "4"}'


def signed(key: str, at: float, body: bytes = BODY) -> dict[str, str]:
    """As the documentation says it: over the moment, a full stop and the body."""
    digest = hmac.new(key.encode(), f"{at:.0f}.".encode() + body, hashlib.sha256).hexdigest()
    told = {"X-Meterwatch-Signature": f"sha256={digest}"}
    return {"X-Meterwatch-Timestamp": f"{at:.0f}", **told}


NOW = AT.timestamp()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (signed("key", NOW), 200),
        (signed("key", NOW - 300), 200),
        (signed("key", NOW - 301), 401),
        (signed("other", NOW), 401),
        (signed("key", NOW, b"{}"), 401),
        ({}, 401),
    ],
)
async def test_only_what_was_signed_of_late_is_kept(
    http: Http, headers: dict[str, str], status: int
) -> None:
    hook = WebhookStandIn(HandClock(AT), key="key")
    async with serve(hook.app()) as url:
        reply = await http.send(Call(url, headers=headers, body=BODY))

    assert reply.status == status
    assert len(hook.posts) == (status == 200)


async def test_it_tells_what_it_keeps(http: Http) -> None:
    told: list[object] = []
    hook = WebhookStandIn(HandClock(AT + timedelta(days=1)), told=lambda one: told.append(one.body))
    async with serve(hook.app()) as url:
        await http.send(Call(f"{url}/a/b", body=BODY))

    assert told == [{"version": "4"}]
    assert hook.posts[0].path == "/a/b"
