"""The source against a Prometheus that nobody here wrote, where there is one on this machine."""

import asyncio
import shutil
import socket
import subprocess
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from daemon.http import Http
from daemon.source import Answer, Ask, SourceRefused, Window
from daemon.sources.prometheus import Prometheus

pytestmark = pytest.mark.skipif(
    shutil.which("prometheus") is None or shutil.which("promtool") is None,
    reason="there is no prometheus and promtool on PATH",
)

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
NINE = datetime(2025, 5, 20, 9, tzinfo=UTC)
NOON = NINE + 3 * HOUR
TEAMS = {"red": (60, 120, 30), "blue": (0, 6, 600)}
"""What each team asks for in the hours from nine, from ten and from eleven."""


def samples() -> str:
    """Counters scraped every minute, as OpenMetrics, from an hour before until noon."""
    lines = ["# TYPE requests counter"]
    for team, hours in TEAMS.items():
        count = 1000.0
        for minute in range(-60, 180):
            at = NINE + minute * MINUTE
            lines.append(f'requests_total{{team="{team}"}} {count} {at.timestamp():.0f}')
            count += hours[minute // 60] / 60 if minute >= 0 else 0
        lines.append(f'requests_total{{team="{team}"}} {count} {NOON.timestamp():.0f}')
    return "\n".join([*lines, "# EOF", ""])


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("prometheus")
    (folder / "samples").write_text(samples())
    (folder / "prometheus.yml").write_text("")
    tool = ["promtool", "tsdb", "create-blocks-from", "openmetrics", "samples", "data"]
    subprocess.run(tool, cwd=folder, check=True, capture_output=True)
    return folder


@pytest.fixture
async def url(store: Path) -> AsyncIterator[str]:
    """A server of this test's own, ready to be asked."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{free.getsockname()[1]}"
    server = await asyncio.create_subprocess_exec(
        "prometheus",
        f"--web.listen-address={place}",
        "--config.file=prometheus.yml",
        "--storage.tsdb.path=data",
        "--storage.tsdb.retention.time=100y",
        cwd=store,
        stdout=DEVNULL,
        stderr=PIPE,
    )
    try:
        await _ready(server)
        yield f"http://{place}"
    finally:
        server.terminate()
        await server.communicate()


async def _ready(server: Process) -> None:
    assert server.stderr is not None
    async with asyncio.timeout(20):
        async for line in server.stderr:
            if b"Server is ready" in line:
                return
    pytest.fail("the server ended before it was ready")


async def ask(http: Http, url: str, query: str, measure: str, **options: object) -> Answer:
    source = Prometheus(url=url, query=query, measure=measure, unit="requests", **options)
    window = Window(NINE, NOON - MINUTE)
    [answer] = await source.fetch(Ask("voices", http, window))
    return answer


async def test_a_real_server_is_read(http: Http, url: str) -> None:
    query = "sum by (team) (increase(requests_total[$bucket]))"
    amounts = await ask(http, url, query, "amount")
    levels = await ask(http, url, 'requests_total{team="red"}', "level")
    no_number = await ask(http, url, "0 / (requests_total * 0)", "level", labels=("team",))
    with pytest.raises(SourceRefused, match=r"answered 400: bad_data: .*parse error.*\.query"):
        await ask(http, url, "sum by (", "level")
    with pytest.raises(SourceRefused, match=r"answered 422: execution: .*\.query"):
        await ask(http, url, "requests_total * on () requests_total", "level")

    told = {(dict(row.labels)["team"], row.start): row.value for row in amounts.readings}
    assert told == {
        (team, NINE + place * HOUR): pytest.approx(used, rel=0.02)
        for team, hours in TEAMS.items()
        for place, used in enumerate(hours)
    }
    assert [row.value for row in levels.readings] == pytest.approx([1000, 1060, 1180])
    assert levels.readings[0].labels == (("team", "red"),)
    assert no_number.readings == []
    assert no_number.notes == ("6 samples are NaN or infinite, and are not told.",)
