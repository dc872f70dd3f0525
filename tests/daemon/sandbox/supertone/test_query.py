"""What the stand-in takes for a question."""

from datetime import UTC, datetime, timedelta

import pytest
from multidict import MultiDict

from daemon.sandbox.supertone.query import BadRequestError, Token, day_asked, usage_asked

WHOLE = {"start_time": "2025-05-20T00:00:00+09:00", "end_time": "2025-05-22T23:59:59+09:00"}


def test_what_is_left_out_has_the_vendors_defaults() -> None:
    question = usage_asked(MultiDict(WHOLE))

    assert (question.width, question.size) == (timedelta(days=1), 10)
    assert question.dimensions == ()
    assert question.token == Token()


def test_an_end_of_another_zone_is_read_in_the_zone_of_the_start() -> None:
    question = usage_asked(MultiDict({**WHOLE, "end_time": "2025-05-21T00:00:00-05:00"}))

    assert question.end.isoformat() == "2025-05-21T00:00:00+09:00"


def test_buckets_follow_the_asked_zone_and_never_the_future() -> None:
    question = usage_asked(MultiDict(WHOLE))
    now = datetime(2025, 5, 21, 15, 30, tzinfo=UTC)

    assert [start.isoformat() for start in question.starts(now)] == [
        "2025-05-20T00:00:00+09:00",
        "2025-05-21T00:00:00+09:00",
        "2025-05-22T00:00:00+09:00",
    ]
    assert len(question.starts(now - timedelta(hours=1))) == 2


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"start_time": "2025-05-20T00:00:00 09:00"}, "start_time must be"),
        ({"start_time": "2025-05-20"}, "start_time must be"),
        ({"start_time": "2025-13-20T00:00:00Z"}, "start_time must be"),
        ({"end_time": ""}, "end_time must be"),
        ({"end_time": "2025-05-19T00:00:00Z"}, "end_time must be later"),
        ({"page_size": "0"}, "page_size must be"),
        ({"page_size": "21"}, "page_size must be"),
        ({"page_size": "x"}, "page_size must be"),
        ({"bucket_width": "week"}, "bucket_width must be"),
        ({"breakdown_type": "colour"}, "breakdown_type is not known"),
        ({"next_page_token": "eyJvIjoyfQ"}, "next_page_token is not valid"),
        ({"next_page_token": "e30="}, "next_page_token is not valid"),
    ],
)
def test_what_is_no_question_is_complained_of(change: dict[str, str], complaint: str) -> None:
    with pytest.raises(BadRequestError, match=complaint):
        usage_asked(MultiDict({**WHOLE, **change}))


@pytest.mark.parametrize("size", ["1", "9", "10", "19", "20"])
def test_pages_of_one_to_twenty_buckets_are_given(size: str) -> None:
    assert usage_asked(MultiDict({**WHOLE, "page_size": size})).size == int(size)


def test_all_complaints_come_together() -> None:
    with pytest.raises(BadRequestError) as caught:
        usage_asked(MultiDict({"page_size": "99"}))

    assert len(caught.value.said) == 3


@pytest.mark.parametrize("token", [Token(), Token(40), Token(20, again=True)])
def test_a_token_comes_back_as_it_went(token: Token) -> None:
    assert usage_asked(MultiDict({**WHOLE, "next_page_token": token.text()})).token == token


@pytest.mark.parametrize("day", ["2025-05-32", "20250520", "", "today"])
def test_a_day_that_is_none_is_complained_of(day: str) -> None:
    with pytest.raises(BadRequestError, match="start_date must be a date"):
        day_asked(MultiDict({"start_date": day}), "start_date")
