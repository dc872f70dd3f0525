"""What every source must honour, whatever its vendor."""

import math
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, timedelta
from random import Random

import pytest

from daemon.http import Call, Http, HttpError, Reply, Web, open_http
from daemon.sandbox.faults import Canned
from daemon.sandbox.loopback import serve
from daemon.source import (
    Answer,
    Ask,
    Source,
    SourceChanged,
    SourceError,
    SourceRefused,
    Standing,
    Window,
)
from daemon.sources import SOURCES
from tests.daemon.sources.fastly.stand import STANDS as FASTLY
from tests.daemon.sources.http_json.stand import STANDS as HTTP_JSON
from tests.daemon.sources.killbill.stand import STANDS as KILLBILL
from tests.daemon.sources.prometheus.stand import STANDS as PROMETHEUS
from tests.daemon.sources.segment.stand import STANDS as SEGMENT
from tests.daemon.sources.spoiled import Spoiled
from tests.daemon.sources.stand import NOW, Stand, StandIn
from tests.daemon.sources.supertone.stand import STANDS as SUPERTONE

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
WINDOW = Window(NOW - 40 * DAY, NOW)
STANDS: Mapping[str, Stand] = {
    **SUPERTONE,
    **FASTLY,
    **SEGMENT,
    **KILLBILL,
    **HTTP_JSON,
    **PROMETHEUS,
}


class Impatient(Http):
    """Waits like any other, only not as long."""

    async def send(self, call: Call) -> Reply:
        assert call.within <= timedelta(seconds=30)
        return await super().send(replace(call, within=timedelta(milliseconds=50)))


@dataclass(slots=True)
class Vendor:
    """A source and the stand-in that answers it."""

    stand: Stand
    stand_in: StandIn
    source: Source
    http: Web

    async def fetch(self) -> Sequence[Answer | Standing]:
        return await self.source.fetch(Ask("voices", self.http, WINDOW))

    async def failure(self, canned: Canned) -> SourceError:
        """How the source fails when the first thing it hears is this."""
        self.stand_in.faults.canned.append(canned)
        with pytest.raises(SourceError) as caught:
            await self.fetch()
        assert str(caught.value).startswith("voices: GET /")
        said = "".join(map(str, _chain(caught.value)))
        assert not [secret for secret in self.stand.secrets if secret in said]
        return caught.value


def _chain(error: BaseException | None) -> list[BaseException]:
    return [] if error is None else [error, *_chain(error.__cause__)]


@pytest.fixture(params=STANDS)
async def vendor(request: pytest.FixtureRequest, http: Http) -> AsyncIterator[Vendor]:
    stand = STANDS[request.param]
    stand_in = stand.stand_in()
    async with serve(stand_in.app()) as url:
        yield Vendor(stand, stand_in, stand.source(url), http)


def test_every_source_stands_here() -> None:
    assert STANDS.keys() == SOURCES.keys()
    kinds = {word: type(stand.source("http://localhost")) for word, stand in STANDS.items()}
    assert kinds == SOURCES


async def test_a_healthy_vendor_is_told_on_the_grid_inside_what_was_told(vendor: Vendor) -> None:
    answers = await vendor.fetch()

    assert answers
    assert {answer.metric.name for answer in answers} <= {
        metric.name for metric in vendor.source.metrics("voices")
    }
    for answer in answers:
        if isinstance(answer, Standing):
            check_standing(answer)
        else:
            check_answer(answer)


def check_answer(answer: Answer) -> None:
    metric, told = answer.metric, answer.told
    assert told.start <= told.end
    assert metric.bucket(NOW) + metric.width == told.end
    for reading in answer.readings:
        assert told.start <= reading.start < told.end
        assert metric.bucket(reading.start) == reading.start
        assert reading.start.tzinfo is UTC
        assert list(reading.labels) == sorted(reading.labels)
        assert math.isfinite(reading.value)


def check_standing(standing: Standing) -> None:
    period = standing.period
    assert period.start <= standing.at <= min(period.end, NOW)
    assert standing.metric.bucket(period.start) == period.start
    for labels, total in standing.totals.items():
        assert list(labels) == sorted(labels)
        assert math.isfinite(total)


async def test_a_bucket_is_told_once(vendor: Vendor) -> None:
    answers = await vendor.fetch()

    for answer in answers:
        if isinstance(answer, Answer):
            told = [(reading.labels, reading.start) for reading in answer.readings]
            assert told
            assert len(set(told)) == len(told)


async def test_asking_twice_is_answered_alike(vendor: Vendor) -> None:
    assert await vendor.fetch() == await vendor.fetch()


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refused_key_names_the_setting(vendor: Vendor, status: int) -> None:
    secret = vendor.stand.secrets[0]
    error = await vendor.failure(Canned(status, f"the key {secret} is not good"))

    assert isinstance(error, SourceRefused)
    assert f"answered {status}: the key *** is not good" in str(error)
    assert "check sources.voices." in str(error)
    assert vendor.stand.keys in str(error)


@pytest.mark.parametrize("status", [301, 400, 402, 404, 413, 415])
async def test_what_only_a_person_can_mend_is_refused(vendor: Vendor, status: int) -> None:
    error = await vendor.failure(Canned(status, headers={"Location": "http://h/"}))

    assert isinstance(error, SourceRefused)
    assert f"answered {status}: " in str(error)
    assert "sources.voices" in str(error)


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
async def test_what_passes_by_itself_is_an_error_for_later(vendor: Vendor, status: int) -> None:
    canned = Canned(status, f"<h1>busy</h1> {vendor.stand.secrets[0]}", {"Retry-After": "120"})
    error = await vendor.failure(canned)

    assert not isinstance(error, SourceRefused)
    assert error.retry_after == timedelta(seconds=120)
    assert f"answered {status}: " in str(error)


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("<html>\n<title>Log in</title>" + 300 * "x", 'got HTML that begins "<html> <title>Log in'),
        ("", "expected JSON, got an empty body"),
        (" \n", "expected JSON, got an empty body"),
        ('{"data": [', "expected JSON, got text that begins"),
        ("secret={}", 'expected JSON, got text that begins "secret=***"'),
    ],
)
async def test_what_is_no_json_may_pass_and_is_shown(vendor: Vendor, body: str, found: str) -> None:
    error = await vendor.failure(Canned(200, body.replace("{}", vendor.stand.secrets[0])))

    assert type(error) is SourceError
    assert found in str(error)
    assert len(str(error)) < 300


@pytest.mark.parametrize("body", ["null", "17", '"text"', '{"a": {"b": [1]}}'])
async def test_json_of_another_shape_is_a_change_of_contract(vendor: Vendor, body: str) -> None:
    error = await vendor.failure(Canned(200, body))

    assert type(error) is SourceChanged
    assert len(str(error)) < 300


async def test_a_server_that_hangs_is_an_error_for_later(vendor: Vendor) -> None:
    async with open_http() as http:
        vendor.http = Impatient(http.session)
        error = await vendor.failure(Canned(delay=HOUR))

    assert not isinstance(error, SourceRefused)
    assert isinstance(error.__cause__, HttpError)
    assert "no whole answer within" in str(error)


async def test_a_connection_that_breaks_off_is_an_error_for_later(vendor: Vendor) -> None:
    error = await vendor.failure(Canned(body='{"balance": 1', cut=True))

    assert not isinstance(error, SourceRefused)
    assert "broke off" in str(error)


async def test_a_poll_is_whole_or_not_at_all(vendor: Vendor) -> None:
    whole = await vendor.fetch()
    calls = len(vendor.stand_in.faults.asked)
    for place in {0, 1, 2, calls - 2, calls - 1} & set(range(calls)):
        vendor.stand_in.faults.canned.extend([*[None] * place, Canned(500)])
        told = await _told(vendor)
        vendor.stand_in.faults.canned.clear()

        assert told in (None, [_numbers(answer) for answer in whole])


async def _told(vendor: Vendor) -> list[object] | None:
    try:
        return [_numbers(answer) for answer in await vendor.fetch()]
    except SourceError:
        return None


def _numbers(answer: Answer | Standing) -> object:
    return answer.totals if isinstance(answer, Standing) else answer.readings


async def test_what_was_spoiled_on_its_way_is_refused_whole_or_harmless(vendor: Vendor) -> None:
    whole = await vendor.fetch()
    calls = len(vendor.stand_in.faults.asked)
    honest, refused = vendor.http, list[str]()
    for seed in range(40):
        chance = Random(seed)  # noqa: S311
        vendor.http = Spoiled(honest, chance, chance.randint(1, min(calls, 3)))
        try:
            told = await vendor.fetch()
        except SourceError as error:
            refused.append(str(error))
            continue
        # What was spoiled was a name, or nothing that is read.
        assert len(told) == len(whole)
        for answer in told:
            check_standing(answer) if isinstance(answer, Standing) else check_answer(answer)

    assert len(refused) > 5
    assert max(map(len, refused)) < 400


async def test_an_answer_of_a_hundred_megabytes_is_not_read_on(vendor: Vendor) -> None:
    async with open_http() as http:
        vendor.http = Http(http.session, largest=2**20)
        error = await vendor.failure(Canned(200, b" " * (2**20 + 1)))

    assert "larger than this daemon is willing to read" in str(error)


async def test_a_source_does_not_print_its_secrets(vendor: Vendor) -> None:
    assert not [secret for secret in vendor.stand.secrets if secret in repr(vendor.source)]


async def test_the_spans_are_fields_with_defaults(vendor: Vendor) -> None:
    names = {field.name for field in fields(type(vendor.source))}

    assert {"revises", "settles", "calls_a_minute", "url"} <= names
    assert vendor.source.revises >= timedelta(0)
    assert vendor.source.calls_a_minute > 0
