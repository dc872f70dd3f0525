"""The stand-in for a Prometheus, asked over real HTTP as any client would."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest

from daemon.sandbox.loopback import serve
from daemon.sandbox.prometheus import PrometheusStandIn
from daemon.sandbox.world import VOICES, World
from tests.fakes import HandClock

NOW = datetime(2025, 5, 22, 10, 20, tzinfo=UTC)
HOUR = timedelta(hours=1)
TEN = int(NOW.replace(minute=0).timestamp())
AGATHA = VOICES[0]
EACH = "increase(speech_minutes_total[1h])"


@dataclass
class Client:
    server: PrometheusStandIn
    url: str
    session: aiohttp.ClientSession

    async def ask(self, query: str = EACH, status: int = 200, **words: str) -> Any:
        asked = {"query": query, "start": str(TEN - 3600), "end": str(TEN), "step": "3600"}
        url = self.url + "/api/v1/query_range"
        async with self.session.get(url, params={**asked, **words}) as reply:
            assert reply.status == status, await reply.text()
            return await reply.json()

    async def lines(self, query: str = EACH, **words: str) -> list[Any]:
        body = await self.ask(query, **words)
        assert body["status"] == "success"
        assert body["data"]["resultType"] == "matrix"
        return body["data"]["result"]


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    server = PrometheusStandIn(World(7, NOW), HandClock(NOW))
    async with serve(server.app()) as url, aiohttp.ClientSession() as session:
        yield Client(server, url, session)


@pytest.mark.parametrize(
    ("key", "status"), [("Bearer k", 200), ("Bearer weak", 403), ("Bearer x", 401), ("", 401)]
)
async def test_a_proxy_stands_before_it(client: Client, key: str, status: int) -> None:
    client.server.keys, client.server.powerless = (
        frozenset({"Bearer k"}),
        frozenset({"Bearer weak"}),
    )
    client.session.headers["Authorization"] = key

    if status == 200:
        assert await client.lines()
    else:
        with pytest.raises(aiohttp.ContentTypeError):
            await client.ask(status=status)


async def test_an_increase_is_of_the_time_before_its_moment(client: Client) -> None:
    [line] = [line for line in await client.lines() if line["metric"]["voice"] == AGATHA.id]

    ten = NOW.replace(minute=0)
    assert line["metric"] == {"voice": AGATHA.id, "name": "Agatha", "team": "day"}
    assert [second for second, _ in line["values"]] == [TEN - 3600, TEN]
    used = client.server.used(AGATHA, ten - HOUR, ten)
    assert line["values"][-1][1] == f"{used:.8f}"


async def test_sums_are_by_what_was_asked(client: Client) -> None:
    teams = await client.lines(f"sum by (team) ({EACH})")
    both = await client.lines(f"sum by (team, voice) ({EACH})")
    none = await client.lines(f"sum by (nothing) ({EACH})")

    assert {line["metric"]["team"] for line in teams} == {"day", "night"}
    assert len(both) == len(VOICES)
    assert [line["metric"] for line in none] == [{}]
    total = sum(float(line["values"][0][1]) for line in both)
    assert float(none[0]["values"][0][1]) == pytest.approx(total)


async def test_the_future_is_told_as_far_as_it_has_come(client: Client) -> None:
    [line] = await client.lines("speech_minutes_left", end=str(TEN + 7200))
    hours = await client.lines(f"sum by (none) ({EACH})", end=str(TEN + 10_800))

    assert line["metric"] == {"__name__": "speech_minutes_left"}
    assert [second for second, _ in line["values"]] == [TEN - 3600, TEN]
    assert hours[0]["values"][-1][0] == TEN + 3600


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"query": "this is no PromQL"}, 'invalid parameter "query": 1:1: parse error'),
        ({"query": f"sum by (team) ({EACH}"}, 'invalid parameter "query"'),
        ({"query": f"{EACH})"}, 'invalid parameter "query"'),
        ({"start": ""}, 'invalid parameter "start": cannot parse "" to a valid timestamp'),
        ({"end": "1e99"}, 'invalid parameter "end": cannot parse'),
        ({"end": "0"}, "end timestamp must not be before start time"),
        ({"step": "x"}, 'invalid parameter "step": cannot parse "x" to a valid duration'),
        ({"step": "0"}, "zero or negative query resolution step widths are not accepted"),
        ({"start": str(TEN - 11_001), "step": "1"}, "exceeded maximum resolution of 11,000 points"),
    ],
)
async def test_bad_data_is_refused_in_the_servers_words(
    client: Client, words: dict[str, str], said: str
) -> None:
    body = await client.ask(status=400, **words)

    assert (body["status"], body["errorType"]) == ("error", "bad_data")
    assert said in body["error"]


async def test_eleven_thousand_points_are_not_too_many(client: Client) -> None:
    [line] = await client.lines("speech_minutes_left", start=str(TEN - 11_000), step="1")

    assert len(line["values"]) == 11_001


async def test_a_revision_and_faults_are_told(client: Client) -> None:
    client.server.revise(AGATHA.id, NOW.replace(hour=9, minute=0), 99)
    client.server.faults.no_numbers[TEN - 3600] = "NaN"
    client.server.faults.warnings, client.server.faults.partial = ("a block is gone",), True
    body = await client.ask(f"sum by (voice) ({EACH})")

    told = {line["metric"]["voice"]: line["values"] for line in body["data"]["result"]}
    assert told[AGATHA.id] == [[TEN - 3600, "NaN"], [TEN, "99.00000000"]]
    assert (body["warnings"], body["isPartial"]) == (["a block is gone"], True)
