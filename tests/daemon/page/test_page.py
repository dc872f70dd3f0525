"""Health, readiness and metrics are there for who asks on loopback."""

import pytest

from daemon.http import Call, open_http
from daemon.metrics import build_metrics
from daemon.page import PageError, open_page


async def test_the_three_doors_answer() -> None:
    reasons = ["waiting for the first poll of voices", None]

    async def unready() -> str | None:
        return reasons.pop(0)

    async with (
        open_page("127.0.0.1", 0, build_metrics("1.2.3"), unready) as where,
        open_http() as http,
    ):
        health = await http.send(Call(f"{where}/healthz"))
        waiting = await http.send(Call(f"{where}/readyz"))
        ready = await http.send(Call(f"{where}/readyz"))
        metrics = await http.send(Call(f"{where}/metrics"))

    assert (health.status, health.body) == (200, b"alive\n")
    assert (waiting.status, waiting.body) == (503, b"waiting for the first poll of voices\n")
    assert (ready.status, ready.body) == (200, b"ready\n")
    assert b'meterwatch_build_info{version="1.2.3"} 1.0' in metrics.body


async def test_a_port_that_is_taken_is_said_so() -> None:
    async def unready() -> str | None:
        return None

    metrics = build_metrics("test")
    async with open_page("127.0.0.1", 0, metrics, unready) as where:
        port = int(where.rpartition(":")[2])
        with pytest.raises(PageError, match=f"cannot listen on 127.0.0.1:{port}.*null"):
            async with open_page("127.0.0.1", port, metrics, unready):
                pass
