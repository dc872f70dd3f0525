"""The stand-in for Supertone, asked over real HTTP as any client would."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

from daemon.clock import FastClock
from daemon.sandbox.faults import Canned
from daemon.sandbox.incidents import newcomers_story
from daemon.sandbox.loopback import serve
from daemon.sandbox.supertone.stand_in import SupertoneStandIn
from daemon.sandbox.world import VOICES, World
from tests.fakes import HandClock

NOW = datetime(2025, 5, 22, 10, 20, tzinfo=UTC)
HOUR = timedelta(hours=1)
AGATHA, BRUNO, FARID = VOICES[0], VOICES[1], VOICES[5]


@dataclass
class Client:
    vendor: SupertoneStandIn
    url: str
    session: aiohttp.ClientSession

    async def get(self, path: str, *query: tuple[str, str], key: str = "k") -> tuple[int, dict]:
        headers = {"x-sup-api-key": key}
        async with self.session.get(self.url + path, params=query, headers=headers) as reply:
            return reply.status, await reply.json()

    async def usage(self, *query: tuple[str, str], hours: float = 5) -> dict:
        start, end = NOW - hours * HOUR, NOW + HOUR
        times = ("start_time", start.isoformat()), ("end_time", end.isoformat())
        status, body = await self.get("/v1/usage", *times, ("bucket_width", "hour"), *query)
        assert status == 200, body
        return body

    async def report(self, first: str, last: str) -> tuple[int, dict]:
        return await self.get("/v1/voice-usage", ("start_date", first), ("end_date", last))


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    vendor = SupertoneStandIn(
        World(7, NOW),
        newcomers_story(NOW),
        HandClock(NOW),
        keys=frozenset({"k"}),
        powerless=frozenset({"weak"}),
    )
    async with serve(vendor.app()) as url, aiohttp.ClientSession() as session:
        yield Client(vendor, url, session)


@pytest.mark.parametrize("path", ["/v1/usage", "/v1/voice-usage", "/v1/credits"])
@pytest.mark.parametrize(("key", "status"), [("", 401), ("other", 401), ("weak", 403)])
async def test_keys_are_looked_at_first(client: Client, path: str, key: str, status: int) -> None:
    told, body = await client.get(path, key=key)

    assert told == status
    assert body["message"]["statusCode"] == status


async def test_any_key_will_do_where_none_are_given(client: Client) -> None:
    client.vendor.keys = None

    assert (await client.get("/v1/credits", key="anything"))[0] == 200
    assert (await client.get("/v1/credits", key=""))[0] == 401


async def test_failed_validations_come_as_a_list(client: Client) -> None:
    status, body = await client.get("/v1/usage", ("page_size", "21"))

    assert status == 400
    assert len(body["message"]["message"]) == 3


async def test_two_dimensions_that_exclude_each_other_are_refused_in_a_sentence(
    client: Client,
) -> None:
    times = ("start_time", "2025-05-20T00:00:00Z"), ("end_time", "2025-05-21T00:00:00Z")
    both = ("breakdown_type", "voice_id"), ("breakdown_type", "voice_name")
    status, body = await client.get("/v1/usage", *times, *both)

    assert status == 400
    assert body == {"status": "error", "message": "voice_id and voice_name cannot be combined"}


async def test_a_page_has_ten_buckets_unless_asked_and_the_total_counts_buckets(
    client: Client,
) -> None:
    body = await client.usage(hours=12)
    rest = await client.usage(("next_page_token", body["next_page_token"]), hours=12)

    assert len(body["data"]) == 10
    assert body["total"] == len(body["data"]) + len(rest["data"])
    assert rest.get("next_page_token") is None


async def test_buckets_are_in_the_asked_zone_and_end_with_the_one_of_now(client: Client) -> None:
    query = ("start_time", "2025-05-21T03:00:00+05:30"), ("end_time", "2025-05-24T00:00:00+05:30")
    _, body = await client.get("/v1/usage", *query)

    assert [bucket["starting_at"] for bucket in body["data"]] == [
        "2025-05-21T00:00:00+05:30",
        "2025-05-22T00:00:00+05:30",
    ]
    assert body["data"][1]["ending_at"] == "2025-05-23T00:00:00+05:30"


async def test_only_asked_dimensions_are_told_and_the_others_summed(client: Client) -> None:
    plain = await client.usage()
    models = await client.usage(("breakdown_type", "model"))
    both = await client.usage(("breakdown_type", "model"), ("breakdown_type", "api_key"))

    assert set(plain["data"][0]["results"][0]) == {"minutes_used"}
    assert set(models["data"][0]["results"][0]) == {"model", "minutes_used"}
    assert set(both["data"][0]["results"][0]) == {"model", "api_key", "minutes_used"}
    assert _sums(plain) == pytest.approx(_sums(models))
    assert _sums(plain) == pytest.approx(_sums(both))


def _sums(body: dict) -> list[float]:
    return [sum(row["minutes_used"] for row in bucket["results"]) for bucket in body["data"]]


async def test_the_bucket_of_now_fills_and_then_stands(client: Client) -> None:
    told = []
    for minutes in (20, 40, 60, 90):
        client.vendor.clock.at = NOW.replace(minute=0) + timedelta(minutes=minutes)
        told.append(_sums(await client.usage(hours=0.2))[0])

    assert told[0] < told[1] < told[2] == told[3]


async def test_empty_buckets_come_without_rows_or_not_at_all(client: Client) -> None:
    client.vendor.world = World(7, NOW, voices=(FARID,))
    body = await client.usage(("page_size", "20"), hours=18)

    assert any(bucket["results"] == [] for bucket in body["data"])
    assert body["total"] < 19


async def test_a_world_without_use_answers_with_empty_hands(client: Client) -> None:
    client.vendor.world = World(7, NOW, voices=())
    _, report = await client.report("2025-05-20", "2025-05-22")

    assert set(_sums(await client.usage())) == {0}
    assert report == {"usages": []}


@pytest.mark.parametrize(("last", "status"), [("2025-04-30", 200), ("2025-05-01", 400)])
async def test_a_report_of_thirty_days_is_given_and_of_more_is_not(
    client: Client, last: str, status: int
) -> None:
    assert (await client.report("2025-04-01", last))[0] == status


async def test_a_report_ends_today_and_begins_before_it_ends(client: Client) -> None:
    _, ahead = await client.report("2025-05-22", "2025-05-25")
    status, _ = await client.report("2025-05-22", "2025-05-21")

    assert {row["date"] for row in ahead["usages"]} == {"2025-05-22"}
    assert status == 400


async def test_optional_keys_are_missing_for_some_voices(client: Client) -> None:
    _, body = await client.report("2025-05-01", "2025-05-21")
    [farid, *_] = [row for row in body["usages"] if row["voice_id"] == FARID.id]
    [agatha, *_] = [row for row in body["usages"] if row["voice_id"] == AGATHA.id]

    assert "style" not in farid
    assert agatha["style"] == "neutral"
    assert agatha["thumbnail_url"].endswith(".png")


async def test_a_renamed_voice_has_its_new_name_from_then_on(client: Client) -> None:
    client.vendor.rename(BRUNO.id, "Bruna", NOW - 2 * HOUR)
    body = await client.usage(("breakdown_type", "voice_name"))
    names = [{row["voice_name"] for row in bucket["results"]} for bucket in body["data"]]

    assert "Bruno" in names[0]
    assert "Bruna" in names[-1]


async def test_a_revised_hour_is_told_anew(client: Client) -> None:
    client.vendor.revise(AGATHA.id, NOW.replace(minute=0) - HOUR, 1234.5)
    body = await client.usage(("breakdown_type", "voice_id"), hours=1)
    [row] = [row for row in body["data"][0]["results"] if row["voice_id"] == AGATHA.id]

    assert row["minutes_used"] == 1234.5


async def test_canned_answers_come_first_and_then_the_true_ones(client: Client) -> None:
    canned = Canned(503, "{}", {"Retry-After": "9", "Content-Type": "application/json"})
    client.vendor.faults.canned.extend([canned, None])

    assert [(await client.get("/v1/credits"))[0] for _ in range(3)] == [503, 200, 200]


async def test_a_connection_can_be_cut(client: Client) -> None:
    client.vendor.faults.canned.append(Canned(body='{"bal', cut=True))

    with pytest.raises(aiohttp.ClientPayloadError):
        await client.get("/v1/credits")


async def test_credits_fall_and_can_be_lost(client: Client) -> None:
    _, before = await client.get("/v1/credits")
    client.vendor.clock.at = NOW + HOUR
    _, after = await client.get("/v1/credits")
    client.vendor.faults.null_balance = True
    _, lost = await client.get("/v1/credits")

    assert before["balance"] == 34_000 > after["balance"]
    assert lost == {"balance": None}


async def test_it_runs_on_a_fast_clock_too(client: Client) -> None:
    client.vendor.clock = FastClock(NOW, speed=600)

    assert (await client.get("/v1/credits"))[0] == 200
