"""What comes over the wire, and what is said of it when it is not what was expected."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.http import Http, Reply
from daemon.sandbox.loopback import serve
from daemon.secret import Secret
from daemon.source import SourceError, SourceRefused, Window
from daemon.sources.supertone.wire import Credits, Endpoint, VoiceDay, whole
from rules.series import Measure, Metric
from tests.daemon.sources.vendor import KEY, NOW, Vendor, recording


def endpoint(url: str = "http://127.0.0.1", key: str = KEY) -> Endpoint:
    return Endpoint("voices", url, "/v1/credits", Secret(key))


async def test_a_slash_at_the_end_of_the_address_does_no_harm(vendor: Vendor) -> None:
    told = await endpoint(f"{vendor.url}/").ask(vendor.http, (), Credits, NOW)

    assert told.balance == 50_000


async def test_a_refused_port_names_the_source_the_question_and_the_place(http: Http) -> None:
    with pytest.raises(SourceError) as caught:
        await endpoint("http://127.0.0.1:1").ask(http, (), Credits, NOW)

    assert str(caught.value) == ("voices: GET /v1/credits: http://127.0.0.1:1: connection refused")


async def test_a_vendor_that_repeats_the_key_is_not_repeated(http: Http) -> None:
    async with serve(recording(f'{{"message": "no such key {KEY}"}}', status=401).app()) as url:
        with pytest.raises(SourceRefused, match=r"no such key \*\*\*; the key was refused"):
            await endpoint(url).ask(http, (), Credits, NOW)


async def test_a_bad_byte_in_the_answer_is_not_the_contract(http: Http) -> None:
    said = endpoint()._misread(Reply(200, {}, b'{"a": "\xff"}'), ValueError("x"))

    assert said.startswith("expected JSON, got text that begins")


@settings(max_examples=100)
@given(st.text(), st.text(), st.text(max_size=20))
def test_no_sample_shows_the_key_or_breaks_the_line(before: str, after: str, key: str) -> None:
    shown = endpoint(key="sk-" + key)._shown(f"{before}sk-{key}{after}")

    assert "\n" not in shown
    assert len(shown) <= 161


def test_a_missing_style_is_not_an_empty_one() -> None:
    day = NOW.date()

    assert VoiceDay(day, "a", 1.0).labels() == (("voice_id", "a"),)
    assert VoiceDay(day, "a", 1.0, style="").labels() == (("style", ""), ("voice_id", "a"))


def test_a_window_is_widened_to_the_bucket_that_now_fills() -> None:
    hourly = Metric("v", "minutes", "minutes", Measure.AMOUNT, timedelta(hours=1))
    ten = NOW.replace(minute=0)

    assert whole(hourly, Window(ten, ten)) == Window(ten, ten + timedelta(hours=1))
    assert whole(hourly, Window(NOW, NOW)) == Window(ten, ten + timedelta(hours=1))
