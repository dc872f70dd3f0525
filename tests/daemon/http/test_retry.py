"""When to come back, read from whatever a vendor puts it into."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.http import Reply
from daemon.http.retry import RESETS, retry_after
from tests.daemon.sources.stand import NOW

SEGMENT = {"errors": [{"type": "RequestError", "data": {"msBeforeNext": 57_647}}]}
EPOCH = int(NOW.timestamp())


def seconds(reply: Reply) -> float | None:
    wait = retry_after(reply, NOW)
    return None if wait is None else wait.total_seconds()


@pytest.mark.parametrize(
    ("text", "wait"),
    [
        ("0", 0),
        ("120", 120),
        (" 1.5 ", 1.5),
        ("3600", 3600),
        ("3601", 3600),
        ("31536000", 3600),
        ("999999999", 3600),
        (str(EPOCH + 120), 120),
        (str(EPOCH - 120), 0),
        ("9" * 500, 3600),
        ("Thu, 22 May 2025 10:22:00 GMT", 120),
        ("Thu, 22 May 2025 12:22:00 +0200", 120),
        ("Thursday, 22-May-25 10:22:00 GMT", 120),
        ("Thu, 22 May 2025 10:19:00 GMT", 0),
        ("Thu, 22 May 2025 10:22:00", 120),
        ("Thu, 22 May 2026 10:22:00 GMT", 3600),
        ("soon", None),
        ("-5", None),
        ("1e9", None),
        ("nan", None),
        ("٣", None),
        ("", None),
        ("Thu, 99 May 2025 10:22:00 GMT", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_moment(text: str, wait: float | None) -> None:
    assert seconds(Reply(429, {"RETRY-AFTER": text}, b"")) == wait
    assert seconds(Reply(502, {"retry-after": text}, b"")) == wait


@pytest.mark.parametrize(
    "header", ["X-RateLimit-Reset", "RateLimit-Reset", "Fastly-RateLimit-Reset"]
)
@pytest.mark.parametrize("text", ["120", str(EPOCH + 120), "Thu, 22 May 2025 10:22:00 GMT"])
def test_the_end_of_a_limit_counts_where_nothing_says_more(header: str, text: str) -> None:
    assert seconds(Reply(429, {header: text}, b"")) == 120
    assert seconds(Reply(429, {header: text, "Retry-After": "7"}, b"")) == 7
    assert seconds(Reply(429, {header: text, "Retry-After": "soon"}, b"")) == 120


def test_the_end_of_a_limit_is_told_with_good_answers_too_and_is_no_wait_then() -> None:
    headers = dict.fromkeys(RESETS, "120")

    assert seconds(Reply(200, headers, b"")) is None
    assert seconds(Reply(503, headers, b"")) is None


def test_segment_tells_it_in_the_body_where_the_address_was_limited() -> None:
    body = json.dumps(SEGMENT).encode()

    assert seconds(Reply(429, {}, body)) == 57.647
    assert seconds(Reply(429, {"Retry-After": "7"}, body)) == 7
    assert seconds(Reply(429, {"X-RateLimit-Reset": "7"}, body)) == 57.647
    assert seconds(Reply(503, {}, body)) is None


@pytest.mark.parametrize("milliseconds", ["-1", '"5"', "null", "{}", "NaN", "true"])
def test_a_body_that_says_something_else_is_no_word(milliseconds: str) -> None:
    body = f'{{"errors": [{{"data": {{"msBeforeNext": {milliseconds}}}}}]}}'

    assert seconds(Reply(429, {}, body.encode())) is None
    assert seconds(Reply(429, {"RateLimit-Reset": "9"}, body.encode())) == 9


@pytest.mark.parametrize("body", [b"", b"\xff", b"[]", b'{"errors": []}', b"[" * 100_000])
def test_without_a_word_there_is_no_wait(body: bytes) -> None:
    assert seconds(Reply(429, {}, body)) is None


@settings(max_examples=100)
@given(
    st.sampled_from(["Retry-After", *RESETS]),
    st.text() | st.floats().map(str) | st.datetimes().map(lambda at: f"{at:%a, %d %b %Y %T} GMT"),
    st.floats(min_value=0) | st.integers(0, 10**40),
)
def test_no_word_makes_trouble(header: str, text: str, milliseconds: float) -> None:
    body = f'{{"errors": [{{"data": {{"msBeforeNext": {milliseconds}}}}}]}}'.encode()

    assert 0 <= (seconds(Reply(429, {header: text}, body)) or 0) <= 3600
