"""What every source must honour, whatever its vendor."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import UTC, timedelta

import pytest

from daemon.http import Http, HttpError, Reply
from daemon.sandbox.supertone import Canned
from daemon.secret import Secret
from daemon.source import Answer, Source, SourceError, SourceRefused, Window
from daemon.sources import SOURCES
from tests.daemon.sources.vendor import DAY, HOUR, KEY, NOW, Vendor

WINDOW = Window(NOW - 40 * DAY, NOW)


class Impatient(Http):
    """Waits like any other, only not as long."""

    async def get(
        self,
        url: str,
        *,
        params: Sequence[tuple[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        within: timedelta = timedelta(seconds=30),
    ) -> Reply:
        assert within <= timedelta(seconds=30)
        return await super().get(
            url, params=params, headers=headers, within=timedelta(milliseconds=50)
        )


@pytest.fixture(params=SOURCES)
def kind(request: pytest.FixtureRequest) -> type[Source]:
    return SOURCES[request.param]


async def fetch(kind: type[Source], vendor: Vendor) -> Sequence[Answer]:
    source = kind(key=Secret(KEY), url=vendor.url)
    return await source.fetch("voices", vendor.http, WINDOW)


async def failure(kind: type[Source], vendor: Vendor, canned: Canned) -> SourceError:
    """How a source fails when the first thing it hears is this."""
    vendor.stand_in.faults.canned.append(canned)
    with pytest.raises(SourceError) as caught:
        await fetch(kind, vendor)
    assert str(caught.value).startswith("voices: GET /v1/")
    assert KEY not in "".join(map(str, _chain(caught.value)))
    return caught.value


def _chain(error: BaseException | None) -> list[BaseException]:
    return [] if error is None else [error, *_chain(error.__cause__)]


async def test_a_healthy_vendor_is_told_on_the_grid_inside_what_was_told(
    kind: type[Source], vendor: Vendor
) -> None:
    answers = await fetch(kind, vendor)

    assert [answer.metric for answer in answers] == kind(key=Secret(KEY)).metrics("voices")
    for answer in answers:
        metric, told = answer.metric, answer.told
        assert told.start <= told.end
        assert metric.bucket(NOW) + metric.width == told.end
        for reading in answer.readings:
            assert told.start <= reading.start < told.end
            assert metric.bucket(reading.start) == reading.start
            assert reading.start.tzinfo is UTC
            assert list(reading.labels) == sorted(reading.labels)
            assert math.isfinite(reading.value)


async def test_a_bucket_is_told_once(kind: type[Source], vendor: Vendor) -> None:
    answers = await fetch(kind, vendor)

    for answer in answers:
        told = [(reading.labels, reading.start) for reading in answer.readings]
        assert told
        assert len(set(told)) == len(told)


async def test_asking_twice_is_answered_alike(kind: type[Source], vendor: Vendor) -> None:
    assert await fetch(kind, vendor) == await fetch(kind, vendor)


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refused_key_names_the_setting(
    kind: type[Source], vendor: Vendor, status: int
) -> None:
    error = await failure(kind, vendor, Canned(status, f"the key {KEY} is not good"))

    assert isinstance(error, SourceRefused)
    assert f"answered {status}: the key *** is not good" in str(error)
    assert "check sources.voices.key" in str(error)


@pytest.mark.parametrize("status", [301, 400, 402, 404, 413, 415])
async def test_what_only_a_person_can_mend_is_refused(
    kind: type[Source], vendor: Vendor, status: int
) -> None:
    error = await failure(kind, vendor, Canned(status, headers={"Location": f"http://h/?{KEY}"}))

    assert isinstance(error, SourceRefused)
    assert f"answered {status}: " in str(error)
    assert "sources.voices" in str(error)


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
async def test_what_passes_by_itself_is_an_error_for_later(
    kind: type[Source], vendor: Vendor, status: int
) -> None:
    canned = Canned(status, f"<h1>busy</h1> {KEY}", {"Retry-After": "120"})
    error = await failure(kind, vendor, canned)

    assert not isinstance(error, SourceRefused)
    assert error.retry_after == timedelta(seconds=120)
    assert f"answered {status}: " in str(error)


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("<html>\n<title>Log in</title>" + 300 * "x", 'got HTML that begins "<html> <title>Log in'),
        ("", "expected JSON, got an empty body"),
        (" \n", "expected JSON, got an empty body"),
        ("null", "its contract has changed: Expected `object`, got `null`"),
        ("[]", "its contract has changed"),
        ("{}", "its contract has changed: Object missing required field"),
        ('{"data": [', "expected JSON, got text that begins"),
        (f"key={KEY}", 'expected JSON, got text that begins "key=***"'),
    ],
)
async def test_what_is_not_the_contract_is_refused_and_shown(
    kind: type[Source], vendor: Vendor, body: str, found: str
) -> None:
    error = await failure(kind, vendor, Canned(200, body))

    assert isinstance(error, SourceRefused)
    assert found in str(error)
    assert len(str(error)) < 300


async def test_a_server_that_hangs_is_an_error_for_later(
    kind: type[Source], vendor: Vendor
) -> None:
    vendor.http = Impatient(vendor.http.session)
    error = await failure(kind, vendor, Canned(delay=HOUR))

    assert not isinstance(error, SourceRefused)
    assert isinstance(error.__cause__, HttpError)
    assert "no whole answer within" in str(error)


async def test_a_connection_that_breaks_off_is_an_error_for_later(
    kind: type[Source], vendor: Vendor
) -> None:
    error = await failure(kind, vendor, Canned(body='{"balance": 1', cut=True))

    assert not isinstance(error, SourceRefused)
    assert "broke off" in str(error)


async def test_a_poll_is_whole_or_not_at_all(kind: type[Source], vendor: Vendor) -> None:
    whole = await fetch(kind, vendor)
    calls = len(vendor.stand_in.asked)
    for place in {0, 1, 2, calls - 2, calls - 1} & set(range(calls)):
        vendor.stand_in.faults.canned.extend([*[None] * place, Canned(500)])
        told = await _told(kind, vendor)
        vendor.stand_in.faults.canned.clear()

        assert told in (None, [answer.readings for answer in whole])


async def _told(kind: type[Source], vendor: Vendor) -> list[Sequence[object]] | None:
    try:
        return [answer.readings for answer in await fetch(kind, vendor)]
    except SourceError:
        return None


def test_a_source_does_not_print_its_key(kind: type[Source]) -> None:
    assert KEY not in repr(kind(key=Secret(KEY)))


def test_the_spans_are_fields_with_defaults(kind: type[Source]) -> None:
    names = {field.name for field in fields(kind)}

    assert {"revises", "settles"} <= names
    assert kind(key=Secret(KEY)).revises >= timedelta(0)
