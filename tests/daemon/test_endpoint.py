"""One question: asked, decoded, and told apart when it goes wrong."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.endpoint import Endpoint, NotFoundError
from daemon.http import Http, Reply
from daemon.sandbox.loopback import serve
from daemon.secret import Secret
from daemon.source import SourceChanged, SourceError, SourceRefused
from daemon.sources.supertone.wire import Credits
from tests.daemon.sources.stand import NOW
from tests.daemon.sources.vendor import KEY, recording


def endpoint(url: str = "http://127.0.0.1", key: str = KEY) -> Endpoint:
    return Endpoint("voices", url, "/v1/credits", secrets=(Secret(key),))


async def test_a_slash_at_the_end_of_the_address_does_no_harm(http: Http) -> None:
    recorder = recording('{"balance": 146}')
    async with serve(recorder.app()) as url:
        told = await endpoint(f"{url}/").ask(http, (), Credits, NOW)

    assert told.balance == 146


async def test_a_refused_port_names_the_source_the_question_and_the_place(http: Http) -> None:
    with pytest.raises(SourceError) as caught:
        await endpoint("http://127.0.0.1:1").ask(http, (), Credits, NOW)

    assert str(caught.value) == ("voices: GET /v1/credits: http://127.0.0.1:1: connection refused")


async def test_a_vendor_that_repeats_the_key_is_not_repeated(http: Http) -> None:
    async with serve(recording(f'{{"message": "no such key {KEY}"}}', status=401).app()) as url:
        with pytest.raises(SourceRefused, match=r"no such key \*\*\*.*; the key was refused"):
            await endpoint(url).ask(http, (), Credits, NOW)


async def test_a_bad_byte_in_the_answer_is_not_the_contract(http: Http) -> None:
    said = endpoint()._misread(Reply(200, {}, b'{"a": "\xff"}'), ValueError("x"))

    assert "expected JSON, got text that begins" in str(said)


@settings(max_examples=100)
@given(st.text(), st.text(), st.text(max_size=20))
def test_no_sample_shows_the_key_or_breaks_the_line(before: str, after: str, key: str) -> None:
    shown = endpoint(key="sk-" + key).shown(f"{before}sk-{key}{after}")

    assert "\n" not in shown
    assert len(shown) <= 161


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"[" * 100_000, SourceError),
        (b'{"balance": 1, "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", SourceError),
        (b'{"balance": NaN}', SourceError),
        (b'{"balance": 1', SourceError),
        (b'{"balance": true}', SourceChanged),
        (b'{"balance": "12"}', SourceChanged),
    ],
)
async def test_what_cannot_be_meant_is_told_apart_by_who_must_mend_it(
    http: Http, body: bytes, kind: type[SourceError]
) -> None:
    async with serve(recording(body.decode()).app()) as url:
        with pytest.raises(SourceError) as caught:
            await endpoint(url).ask(http, (), Credits, NOW)

    assert type(caught.value) is kind
    assert len(str(caught.value)) < 300


async def test_nothing_where_it_was_asked_has_an_error_of_its_own(http: Http) -> None:
    async with serve(recording("{}", status=404).app()) as url:
        with pytest.raises(NotFoundError, match=r"check sources\.voices$"):
            await endpoint(url).ask(http, (), Credits, NOW)
